// SPDX-License-Identifier: BSD-2-Clause
/* What drivers need of the layers above them. */
#include <kernel/cmdline.h>
#include <kernel/devicetree.h>
#include <kernel/driver.h>
#include <kernel/init.h>
#include <kernel/ioremap.h>
#include <kernel/memblock.h>
#include <kernel/string.h>
#include <asm/page.h>

static void *alloc(size_t size)
{
	phys_addr_t pa = memblock_phys_alloc(size, 64, "drivers");

	return pa ? memset(__va(pa), 0, size) : NULL;
}

void devices_init(void)
{
	static struct driver_env env = { .map = ioremap, .alloc = alloc };

	env.uart = !cmdline.console || strcmp(cmdline.console, "sbi");
	drivers_init(&machine_fdt, &env);
}
