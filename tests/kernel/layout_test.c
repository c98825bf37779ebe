// SPDX-License-Identifier: BSD-2-Clause
/*
 * The address-space layout: the rows against the documented numbers, and the numbers
 * against what the hart really translates.
 */
#include <kernel/ktest.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <asm/boot_record.h>
#include <asm/layout.h>
#include <asm/sections.h>
#include "probe.h"

struct bounds {
	unsigned long start, last;
};

static const struct {
	unsigned int bits;
	struct bounds region[VM_KASAN + 1];
} by_mode[] = {
	{ 39,
	  { [VM_LINEAR] = { 0xffffffc000000000, 0xffffffe7ffffffff },
	    [VM_VMALLOC] = { 0xffffffe800000000, 0xffffffefffffffff },
	    [VM_VMEMMAP] = { 0xfffffff000000000, 0xfffffff6ffffffff },
	    [VM_KASAN] = { 0xfffffff700000000, 0xfffffffeffffffff } } },
	{ 48,
	  { [VM_LINEAR] = { 0xffff800000000000, 0xffffcfffffffffff },
	    [VM_VMALLOC] = { 0xffffd00000000000, 0xffffdfffffffffff },
	    [VM_VMEMMAP] = { 0xffffe00000000000, 0xffffeffeffffffff },
	    [VM_KASAN] = { 0xffffefff00000000, 0xfffffffeffffffff } } },
	{ 57,
	  { [VM_LINEAR] = { 0xff00000000000000, 0xff9fffffffffffff },
	    [VM_VMALLOC] = { 0xffa0000000000000, 0xffbfffffffffffff },
	    [VM_VMEMMAP] = { 0xffc0000000000000, 0xffdffffeffffffff },
	    [VM_KASAN] = { 0xffdfffff00000000, 0xfffffffeffffffff } } },
};

/* The top 4 GiB, the same in every mode. */
static const struct {
	enum vm_region_id id;
	struct bounds bounds;
} fixed[] = {
	{ VM_MODULES, { 0xffffffff00000000, 0xffffffff3fffffff } },
	{ VM_FIXMAP, { 0xffffffff40000000, 0xffffffff401fffff } },
	{ VM_FDT, { 0xffffffff40200000, 0xffffffff415fffff } },
	{ VM_IMAGE, { 0xffffffff80000000, 0xffffffffbfffffff } },
};

static unsigned int input_bits(void)
{
	return kernel_pgtable.geometry->input_bits;
}

static void expect_bounds(unsigned int bits, enum vm_region_id id, struct bounds bounds)
{
	struct vm_region region = vm_region(id, bits);

	if (region.start != bounds.start || region.last != bounds.last)
		ktest_fail(__FILE__, __LINE__, "sv%u: %s is 0x%lx-0x%lx, not 0x%lx-0x%lx", bits,
			   region.name, region.start, region.last, bounds.start, bounds.last);
	EXPECT_EQ(vm_region_of(bounds.start, bits), id);
	EXPECT_EQ(vm_region_of(bounds.last, bits), id);
}

static void rows(void)
{
	for (size_t m = 0; m < ARRAY_SIZE(by_mode); m++) {
		for (unsigned int id = 0; id <= VM_KASAN; id++)
			expect_bounds(by_mode[m].bits, id, by_mode[m].region[id]);
		for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
			expect_bounds(by_mode[m].bits, fixed[i].id, fixed[i].bounds);
		EXPECT_EQ(vm_region_of(0, by_mode[m].bits), NR_VM_REGIONS);
		EXPECT_EQ(vm_region_of(-1UL, by_mode[m].bits), NR_VM_REGIONS);
	}
}

/* Rows ascend, so no overlap is the same as each starting behind the one before. */
static void disjoint(void)
{
	for (size_t m = 0; m < ARRAY_SIZE(by_mode); m++) {
		unsigned int bits = by_mode[m].bits;

		for (unsigned int id = 0; id < NR_VM_REGIONS; id++) {
			struct vm_region region = vm_region(id, bits);

			EXPECT(region.start < region.last);
			if (id)
				EXPECT(region.start > vm_region(id - 1, bits).last);
		}
	}
}

static void alignment(void)
{
	for (size_t m = 0; m < ARRAY_SIZE(by_mode); m++) {
		unsigned int bits = by_mode[m].bits;

		/* 1 GiB of shadow covers 8 GiB. */
		for (unsigned int id = VM_LINEAR; id <= VM_VMEMMAP; id++)
			EXPECT(IS_ALIGNED(vm_region(id, bits).start, 8 * SZ_1G));
		EXPECT(IS_ALIGNED(vm_region(VM_KASAN, bits).start, SZ_4G));
		EXPECT(IS_ALIGNED(vm_region(VM_KASAN, bits).last + 1, SZ_4G));
	}
}

static void shadow(void)
{
	for (size_t m = 0; m < ARRAY_SIZE(by_mode); m++) {
		unsigned long half = 1UL << (by_mode[m].bits - 1);
		struct vm_region kasan = vm_region(VM_KASAN, by_mode[m].bits);

		EXPECT_EQ((-half >> 3) + KASAN_SHADOW_OFFSET, kasan.start);
		EXPECT_EQ((-1UL >> 3) + KASAN_SHADOW_OFFSET, kasan.last);
		EXPECT_EQ(kasan.last - kasan.start + 1, half / 8);
	}
}

/* The record, the register and the handle tell the same. */
static void satp(void)
{
	const struct boot_record *br = &boot_record;
	u64 value = csr_read(satp);

	EXPECT(br->levels >= LEVELS_MIN && br->levels <= br->limit);
	EXPECT_EQ(value, br->satp_try[br->levels - LEVELS_MIN]);
	EXPECT_EQ(value, br->satp_read[br->levels - LEVELS_MIN]);
	EXPECT_EQ(value >> SATP_MODE_SHIFT, kernel_pgtable.geometry->mode);
	EXPECT_EQ((value & SATP_PPN_MASK) << PAGE_SHIFT, kernel_pgtable.root);
	EXPECT_EQ(kernel_pgtable.geometry->levels, br->levels);
	for (unsigned int levels = LEVELS_MIN; levels <= LEVELS_MAX; levels++)
		EXPECT_EQ(br->tried[levels - LEVELS_MIN],
			  levels >= br->levels && levels <= br->limit);
}

static u64 pattern = 0x0123456789abcdef;

static void image_alias(void)
{
	volatile u64 *image = &pattern, *linear = __va(__pa_symbol(&pattern));

	EXPECT((unsigned long)linear != (unsigned long)image);
	EXPECT_EQ(*linear, 0x0123456789abcdef);
	*image = 0xfedcba9876543210;
	EXPECT_EQ(*linear, 0xfedcba9876543210);
	*linear = 0x0123456789abcdef;
	EXPECT_EQ(*image, 0x0123456789abcdef);
}

static void pa_va(void)
{
	phys_addr_t start, end;

	EXPECT_EQ(__pa(_start), boot_record.load_pa);
	for_each_map_mem_range(cursor, &start, &end) {
		EXPECT_EQ(__pa(__va(start)), start);
		EXPECT_EQ(__pa(__va(end - 1)), end - 1);
	}
}

static void linear_edges(void)
{
	struct vm_region linear = vm_region(VM_LINEAR, input_bits());
	phys_addr_t start, end;
	unsigned int n = 0;

	for_each_map_mem_range(cursor, &start, &end) {
		unsigned long first = (unsigned long)__va(ALIGN(start, PAGE_SIZE));
		unsigned long behind = (unsigned long)__va(ALIGN_DOWN(end, PAGE_SIZE));

		EXPECT_EQ(read_cause(first), NO_FAULT);
		EXPECT_EQ(read_cause(behind - 8), NO_FAULT);
		EXPECT(first >= linear.start && behind - 1 <= linear.last);
		n++;
	}
	EXPECT(n > 0);
	EXPECT_EQ(kernel_map.linear_start, (unsigned long)__va(memblock_start_of_DRAM()));
	EXPECT_EQ(kernel_map.linear_end, (unsigned long)__va(memblock_end_of_DRAM()));
	EXPECT_EQ(read_cause(kernel_map.linear_end), EXC_LOAD_PAGE_FAULT);
	/* Leaves of 1 GiB must be legal in every mode. */
	EXPECT(IS_ALIGNED(kernel_map.va_pa_offset, SZ_1G));
}

static void last_page(void)
{
	EXPECT_EQ(read_cause(-8UL), EXC_LOAD_PAGE_FAULT);
	EXPECT_EQ(read_cause(-PAGE_SIZE), EXC_LOAD_PAGE_FAULT);
	EXPECT_EQ(write_cause(-PAGE_SIZE), EXC_STORE_PAGE_FAULT);
	EXPECT_EQ(exec_cause(-PAGE_SIZE), EXC_INST_PAGE_FAULT);
}

/* The kernel never maps itself where it was loaded. */
static void no_identity(void)
{
	unsigned long load = boot_record.load_pa;

	EXPECT_EQ(read_cause(load), EXC_LOAD_PAGE_FAULT);
	EXPECT_EQ(write_cause(load), EXC_STORE_PAGE_FAULT);
	EXPECT_EQ(exec_cause(load), EXC_INST_PAGE_FAULT);
	EXPECT_EQ(read_cause(0), EXC_LOAD_PAGE_FAULT);
}

static int count_leaf(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	++*(unsigned long *)arg;
	return 0;
}

static void user_half(void)
{
	unsigned long half = 1UL << (input_bits() - 1), n = 0;

	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, 0, half - 1, count_leaf, &n), 0);
	EXPECT_EQ(n, 0);
	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, -half, -1UL, count_leaf, &n), 0);
	EXPECT(n > 0);
}

static const struct ktest_case cases[] = {
	{ "rows", rows },           { "disjoint", disjoint },
	{ "alignment", alignment }, { "shadow", shadow },
	{ "satp", satp },           { "image_alias", image_alias },
	{ "pa_va", pa_va },         { "linear_edges", linear_edges },
	{ "last_page", last_page }, { "no_identity", no_identity },
	{ "user_half", user_half },
};
KTEST_SUITE(layout, cases);
