// SPDX-License-Identifier: BSD-2-Clause
/*
 * Boot memory as this machine left it; the list operations themselves are tested on the
 * host.
 */
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <kernel/sizes.h>
#include <asm/boot_record.h>
#include <asm/sections.h>
#include "log.h"

/* What the image has kept; the rest was given back: freed_test.c. */
static const struct {
	const char *start, *end;
} kept[] = {
	{ _start, __init_begin },
	{ __init_end, __initdata_begin },
	{ __initdata_end, __pt_pool },
};

static unsigned long kept_size(size_t i)
{
	return (unsigned long)(kept[i].end - kept[i].start);
}

/* What mem= leaves out needs no reservation: it is not RAM any more. */
static bool can_be_allocated(phys_addr_t pa)
{
	return memblock_is_memory(pa) && !memblock_is_reserved(pa);
}

static void expect_reserved(const char *what, phys_addr_t start, phys_addr_t size)
{
	for (phys_addr_t pa = start; pa < start + size; pa += PAGE_SIZE)
		if (can_be_allocated(pa))
			ktest_fail(__FILE__, __LINE__, "%s: 0x%llx is not reserved", what, pa);
	if (can_be_allocated(start + size - 1))
		ktest_fail(__FILE__, __LINE__, "%s: its last byte is not reserved", what);
}

static void reserved(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		expect_reserved("image", __pa_symbol(kept[i].start), kept_size(i));
	expect_reserved("device tree", boot_record.dtb_pa, boot_record.dtb_size);
	if (phys_initrd_end)
		expect_reserved("initrd", phys_initrd_start, phys_initrd_end - phys_initrd_start);
	for (u32 i = 0; i < memblock.memory.cnt; i++)
		if (memblock.memory.regions[i].flags & MEMBLOCK_NOMAP)
			expect_reserved("firmware", memblock.memory.regions[i].base,
					memblock.memory.regions[i].size);
}

static bool overlap(phys_addr_t start, phys_addr_t end, phys_addr_t base, phys_addr_t size)
{
	return start < base + size && base < end;
}

static bool usable(phys_addr_t start, phys_addr_t end)
{
	const struct memblock_type *memory = &memblock.memory;

	for (u32 i = 0; i < memory->cnt; i++)
		if (memory->regions[i].flags & MEMBLOCK_NOMAP &&
		    overlap(start, end, memory->regions[i].base, memory->regions[i].size))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (overlap(start, end, __pa_symbol(kept[i].start), kept_size(i)))
			return false;
	return memblock_is_region_memory(start, end - start) &&
	       !overlap(start, end, boot_record.dtb_pa, boot_record.dtb_size);
}

static void free_ranges(void)
{
	phys_addr_t start, end, before = 0, total = 0;
	u32 n = 0;

	for_each_free_mem_range(cursor, &start, &end) {
		EXPECT(start < end && start >= before);
		if (!usable(start, end))
			ktest_fail(__FILE__, __LINE__, "0x%llx-0x%llx is free", start, end);
		EXPECT(!memblock_is_region_reserved(start, end - start));
		before = end;
		total += end - start;
		n++;
	}
	EXPECT(n > 0);
	EXPECT(total < memblock_phys_mem_size());
}

static void lists(void)
{
	const struct memblock_type *const type[] = { &memblock.memory, &memblock.reserved };

	for (size_t t = 0; t < ARRAY_SIZE(type); t++) {
		phys_addr_t behind = 0, total = 0;

		EXPECT(type[t]->cnt > 0 && type[t]->cnt <= MEMBLOCK_REGIONS);
		for (u32 i = 0; i < type[t]->cnt; i++) {
			const struct memblock_region *r = &type[t]->regions[i];

			EXPECT(r->size > 0 && r->base >= behind);
			behind = r->base + r->size;
			total += r->size;
		}
		EXPECT_EQ(total, type[t]->total_size);
	}
}

/* The page allocator has taken over: who still asks here is told, and gets nothing. */
static void closed(void)
{
	phys_addr_t before = memblock_reserved_size();
	u64 cursor = log_cursor();

	EXPECT_EQ(memblock_phys_alloc(PAGE_SIZE, PAGE_SIZE, "ktest"), 0);
	EXPECT(logged(cursor, "memblock: closed, and ktest asks for 0x1000 bytes"));
	EXPECT_EQ(memblock_reserve(0, PAGE_SIZE, "ktest"), -EPERM);
	EXPECT_EQ(memblock_remove(boot_record.load_pa, PAGE_SIZE), -EPERM);
	EXPECT_EQ(memblock_mark_nomap(boot_record.load_pa, PAGE_SIZE), -EPERM);
	EXPECT_EQ(memblock_reserved_size(), before);
}

static const struct ktest_case cases[] = {
	{ "reserved", reserved },
	{ "free_ranges", free_ranges },
	{ "lists", lists },
	{ "closed", closed },
};
KTEST_SUITE(memblock, cases);
