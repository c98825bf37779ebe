// SPDX-License-Identifier: BSD-2-Clause
/*
 * The initrd of this boot, if there is one; without, that this is said. The reader itself
 * is tested on the host.
 */
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/initrd.h>
#include <kernel/ktest.h>
#include <kernel/memblock.h>
#include <kernel/monitor.h>
#include <asm/page.h>

static void expect_inside(const void *p, size_t size)
{
	phys_addr_t pa = __pa(p);

	EXPECT(pa >= phys_initrd_start && pa + size <= phys_initrd_end);
}

static void in_its_range(void)
{
	const struct cpio *cpio = initrd_archive();
	struct cpio_entry entry = { 0 };
	struct cpio_fault fault;

	if (!cpio)
		return;
	EXPECT_EQ(__pa(cpio->start), phys_initrd_start);
	EXPECT_EQ(cpio->size, phys_initrd_end - phys_initrd_start);
	while (!cpio_next(cpio, &entry, &fault)) {
		expect_inside(entry.name, 1);
		expect_inside(entry.data, entry.size);
	}
}

/* What is not there, in an archive or for want of one, is an error and no more. */
static void commands(void)
{
	EXPECT_EQ(monitor_run_line("cat no-such-entry"), -ENOENT);
	EXPECT_EQ(monitor_run_line("ls no-such-entry"), -ENOENT);
	EXPECT_EQ(monitor_run_line("ls no-such-entry/*"), -ENOENT);
	EXPECT_EQ(monitor_run_line("cat"), -EINVAL);
}

/* Somebody else's memory is never taken for one. */
static void none_without_memory(void)
{
	if (!phys_initrd_end)
		EXPECT(!initrd_archive());
	else
		EXPECT(memblock_is_map_memory(phys_initrd_start) &&
		       memblock_is_map_memory(phys_initrd_end - 1));
}

static const struct ktest_case cases[] = {
	{ "in_its_range", in_its_range },
	{ "commands", commands },
	{ "none_without_memory", none_without_memory },
};

KTEST_SUITE(initrd, cases);
