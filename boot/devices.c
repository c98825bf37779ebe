// SPDX-License-Identifier: BSD-2-Clause
/* What drivers need of the layers above them. */
#include <kernel/cmdline.h>
#include <kernel/devicetree.h>
#include <kernel/driver.h>
#include <kernel/gfp.h>
#include <kernel/init.h>
#include <kernel/ioremap.h>
#include <kernel/string.h>
#include <kernel/tty.h>
#include <asm/fixmap.h>

static void *__init alloc(size_t size)
{
	return alloc_pages_exact(size, GFP_KERNEL | __GFP_ZERO);
}

void __init devices_init(void)
{
	struct driver_env env = { .map = ioremap, .alloc = alloc };

	const char *console = cmdline.console;

	env.uart = !console || (strcmp(console, "sbi") && strcmp(console, "hvc0"));
	env.tty = console && strcmp(console, "uart") ? console : NULL;
	earlycon_exit();
	clear_fixmap(FIX_EARLYCON);
	drivers_init(&machine_fdt, &env);
}
