// SPDX-License-Identifier: BSD-2-Clause
/*
 * The initrd, and a line about it in the boot log. It is read where it lies, through the linear
 * map; nothing is unpacked or kept.
 */
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/initrd.h>
#include <kernel/printk.h>
#include <kernel/vsprintf.h>
#include <asm/page.h>

static struct cpio archive;
static char refused[128]; /* why, where it cannot be read */

const struct cpio *initrd_archive(void)
{
	return archive.size ? &archive : NULL;
}

const char *initrd_refused(void)
{
	return refused;
}

static void __init refuse(const struct cpio_fault *fault)
{
	char where[40] = "";

	if (fault->offset)
		snprintf(where, sizeof(where), "offset 0x%zx: ", fault->offset);
	snprintf(refused, sizeof(refused), "%s%s", where, fault->why);
	pr_err("initrd: %s\n", refused);
	archive.size = 0;
}

void __init initrd_init(void)
{
	struct cpio_entry entry = { 0 };
	struct cpio_fault fault;
	unsigned long nr = 0;
	char unread[64] = "";
	int err;

	if (!phys_initrd_end)
		return;
	archive.start = __va(phys_initrd_start);
	archive.size = phys_initrd_end - phys_initrd_start;
	while (!(err = cpio_next(&archive, &entry, &fault)))
		nr++;
	if (err != -ENOENT) {
		refuse(&fault);
		return;
	}
	if (fault.offset < archive.size)
		snprintf(unread, sizeof(unread), ", not read from offset 0x%zx on: zeros",
			 fault.offset);
	pr_info("initrd: %lu entr%s, %zu bytes%s\n", nr, nr == 1 ? "y" : "ies", archive.size,
		unread);
}
