// SPDX-License-Identifier: BSD-2-Clause
/* pgtable_map() and pgtable_populate() on the running tables. */
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <asm/layout.h>
#include "pages.h"
#include "probe.h"
#include "trees.h"

/* A 2 MiB piece of RAM for aliases of it; 0 if there is none. */
static phys_addr_t aligned_ram(void)
{
	phys_addr_t start, end;

	for_each_map_mem_range(cursor, &start, &end)
		if (ALIGN(start, SZ_2M) + SZ_4M <= end)
			return ALIGN(start, SZ_2M);
	return 0;
}

/* Everything a failing call could change, as a number. */
struct state {
	u64 hash;
	unsigned long used;
	unsigned long tables;
};

static struct state state(void)
{
	return (struct state){ hash_leaves(&kernel_pgtable), pages_used(), kernel_pgtable.tables };
}

static void expect_state(const struct state *before)
{
	struct state now = state();

	EXPECT_EQ(now.hash, before->hash);
	EXPECT_EQ(now.used, before->used);
	EXPECT_EQ(now.tables, before->tables);
}

static unsigned int level_at(unsigned long va)
{
	return level_of(&kernel_pgtable, va);
}

static void access(void)
{
	volatile u64 *linear, *page = (u64 *)scratch();
	unsigned long va = scratch();
	phys_addr_t pa;

	scratch_begin();
	pa = test_alloc(PAGE_SIZE);
	linear = __va(pa);
	EXPECT_EQ(read_cause(va), EXC_LOAD_PAGE_FAULT);
	linear[0] = FOUR_RETS;
	linear[511] = 0x1111222233334444;
	EXPECT_EQ(pgtable_map(&kernel_pgtable, va, pa, PAGE_SIZE, PAGE_KERNEL_READ, 0), 0);
	EXPECT_EQ(page[0], FOUR_RETS);
	EXPECT_EQ(page[511], 0x1111222233334444);
	linear[511] = 0x5555;
	EXPECT_EQ(page[511], 0x5555);
	EXPECT_EQ(write_cause(va), EXC_STORE_PAGE_FAULT);
	EXPECT_EQ(exec_cause(va), EXC_INST_PAGE_FAULT);
	EXPECT_EQ(read_cause(va + PAGE_SIZE), EXC_LOAD_PAGE_FAULT);
	EXPECT_EQ(level_at(va), 0);
	test_free(pa, PAGE_SIZE);
	scratch_end();
}

/* The largest leaves that fit, and small ones when asked for. */
static void leaf_sizes(void)
{
	struct page *piece = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
	phys_addr_t ram = piece ? page_to_phys(piece) : 0;
	unsigned long va = scratch(), small = va + SZ_16M, shifted = small + SZ_16M;
	unsigned long size = SZ_2M + PAGE_SIZE;

	EXPECT(piece);
	if (!piece)
		return;
	for (u64 *word = __va(ram); word < (u64 *)__va(ram + size); word++)
		*word = (unsigned long)word;
	scratch_begin();
	EXPECT_EQ(pgtable_map(&kernel_pgtable, va, ram, size, PAGE_KERNEL_READ, 0), 0);
	EXPECT_EQ(level_at(va), 1);
	EXPECT_EQ(level_at(va + SZ_2M - 1), 1);
	EXPECT_EQ(level_at(va + SZ_2M), 0);
	EXPECT_EQ(level_at(va + size), ~0U);
	EXPECT_EQ(pgtable_map(&kernel_pgtable, small, ram, SZ_2M, PAGE_KERNEL_READ,
			      PGTABLE_SMALL_ONLY),
		  0);
	EXPECT_EQ(level_at(small), 0);
	EXPECT_EQ(level_at(small + SZ_2M - 1), 0);
	/* A physical address that is not aligned allows no large leaf. */
	EXPECT_EQ(pgtable_map(&kernel_pgtable, shifted, ram + PAGE_SIZE, SZ_2M, PAGE_KERNEL_READ,
			      0),
		  0);
	EXPECT_EQ(level_at(shifted), 0);
	for (unsigned long i = 0; i < SZ_2M; i += SZ_2M / 16 + 8) {
		unsigned long at = (unsigned long)__va(ram + i);

		EXPECT_EQ(peek(va + i), at);
		EXPECT_EQ(peek(small + i), at);
		EXPECT_EQ(peek(shifted + i), at + PAGE_SIZE);
	}
	scratch_end();
	__free_pages(piece, MAX_PAGE_ORDER);
}

static void refused(unsigned long va, phys_addr_t pa, size_t size, u64 prot, unsigned int flags,
		    int expected, int line)
{
	struct state before = state();
	int err = pgtable_map(&kernel_pgtable, va, pa, size, __pgprot(prot), flags);

	if (err != expected)
		ktest_fail(__FILE__, line,
			   "va 0x%lx pa 0x%llx size 0x%lx prot 0x%llx: %pe, not %pe", va, pa, size,
			   prot, (void *)(long)err, (void *)(long)expected);
	expect_state(&before);
}

#define REFUSED(va, pa, size, prot, flags, err) refused(va, pa, size, prot, flags, err, __LINE__)

#define RO                                      (PAGE_KERNEL_READ.val)

static void refuse_invalid(void)
{
	phys_addr_t pa = __pa_symbol((void *)KERNEL_LINK_ADDR);
	unsigned long va = scratch();

	REFUSED(va + 8, pa, PAGE_SIZE, RO, 0, -EINVAL);
	REFUSED(va, pa + 8, PAGE_SIZE, RO, 0, -EINVAL);
	REFUSED(va, pa, 0, RO, 0, -EINVAL);
	REFUSED(va, pa, PAGE_SIZE + 8, RO, 0, -EINVAL);
	REFUSED(va, pa, PAGE_SIZE, RO, 4, -EINVAL);
	REFUSED(-PAGE_SIZE, pa, 2 * PAGE_SIZE, RO, 0, -EINVAL);
	REFUSED(va, pa, PAGE_SIZE, PAGE_KERNEL.val | _PAGE_EXEC, 0, -EINVAL);
	REFUSED(va, pa, PAGE_SIZE, PAGE_KERNEL.val & ~_PAGE_READ, 0, -EINVAL);
	REFUSED(va, pa, PAGE_SIZE, RO & ~_PAGE_PRESENT, 0, -EINVAL);
	REFUSED(va, pa, PAGE_SIZE, _PAGE_PRESENT, 0, -EINVAL);
	REFUSED(va, pa, PAGE_SIZE, RO | _PAGE_PBMT, 0, -EINVAL);
	REFUSED(va, pa, PAGE_SIZE, RO | _PAGE_NAPOT, 0, -EINVAL);
	REFUSED(va, pa, PAGE_SIZE, RO | 1UL << 54, 0, -EINVAL);
	REFUSED(va, pa, PAGE_SIZE, RO | 1UL << _PAGE_PFN_SHIFT, 0, -EINVAL);
}

static void refuse_range(void)
{
	unsigned long half = 1UL << (kernel_pgtable.geometry->input_bits - 1);
	phys_addr_t pa = __pa_symbol((void *)KERNEL_LINK_ADDR);
	unsigned long va = scratch();

	REFUSED(half, pa, PAGE_SIZE, RO, 0, -ERANGE);
	REFUSED(1UL << 63, pa, PAGE_SIZE, RO, 0, -ERANGE);
	REFUSED(-half - PAGE_SIZE, pa, PAGE_SIZE, RO, 0, -ERANGE);
	REFUSED(half - PAGE_SIZE, pa, 2 * PAGE_SIZE, RO, 0, -ERANGE);
	REFUSED(-half - PAGE_SIZE, pa, 2 * PAGE_SIZE, RO, 0, -ERANGE);
	REFUSED(half - PAGE_SIZE, 0, -2 * half + 2 * PAGE_SIZE, RO, 0, -ERANGE);
	REFUSED(va, 1UL << 56, PAGE_SIZE, RO, 0, -ERANGE);
	REFUSED(va, (1UL << 56) - PAGE_SIZE, 2 * PAGE_SIZE, RO, 0, -ERANGE);
	REFUSED(va, 1UL << 63, PAGE_SIZE, RO, 0, -ERANGE);
	REFUSED(va, -PAGE_SIZE, PAGE_SIZE, RO, 0, -ERANGE);
}

static void refuse_overlap(void)
{
	phys_addr_t ram = aligned_ram();
	unsigned long linear = (unsigned long)__va(ram), va = scratch() + SZ_4M;

	if (!ram) {
		ktest_skip("less than 4 MiB of RAM in one piece");
		return;
	}
	scratch_begin();
	EXPECT_EQ(pgtable_map(&kernel_pgtable, va, ram, PAGE_SIZE, PAGE_KERNEL_READ, 0), 0);
	REFUSED(va, ram, PAGE_SIZE, RO, 0, -EEXIST);
	/* The last page is in the way, after tables that would have been needed. */
	REFUSED(va - SZ_4M, ram, SZ_4M + PAGE_SIZE, RO, PGTABLE_SMALL_ONLY, -EEXIST);
	/* A table, though nearly empty, is in the way of a large leaf's range. */
	REFUSED(va, ram, SZ_2M, RO, 0, -EEXIST);
	REFUSED(va - PAGE_SIZE, ram, 3 * PAGE_SIZE, RO, 0, -EEXIST);
	/* Neither the first nor the last of a run of leaves, small and large. */
	EXPECT_EQ(pgtable_map(&kernel_pgtable, va + 8 * PAGE_SIZE, ram, PAGE_SIZE, PAGE_KERNEL_READ,
			      0),
		  0);
	REFUSED(va + 7 * PAGE_SIZE, ram, 3 * PAGE_SIZE, RO, 0, -EEXIST);
	REFUSED(va - SZ_2M, ram, 3 * SZ_2M, RO, 0, -EEXIST);
	REFUSED(linear, ram, PAGE_SIZE, RO, 0, -EEXIST);
	REFUSED(linear + PAGE_SIZE, ram, PAGE_SIZE, RO, 0, -EEXIST);
	REFUSED(KERNEL_LINK_ADDR, ram, PAGE_SIZE, RO, 0, -EEXIST);
	REFUSED(KERNEL_LINK_ADDR - SZ_2M, ram, SZ_4M, RO, 0, -EEXIST);
	scratch_end();
}

static unsigned int tables_left;

static phys_addr_t stingy_alloc(unsigned long size)
{
	return tables_left-- ? test_alloc(PAGE_SIZE) : 0;
}

/* The running tables with an allocator that soon has none left. */
static void out_of_tables(void)
{
	unsigned long va = scratch() + SZ_2M - PAGE_SIZE, tables;
	phys_addr_t (*alloc)(unsigned long size) = kernel_pgtable.ops.alloc;
	phys_addr_t pa = __pa_symbol((void *)KERNEL_LINK_ADDR);
	unsigned int needed = 0;
	int err = -ENOMEM;

	scratch_begin();
	tables = kernel_pgtable.tables;
	kernel_pgtable.ops.alloc = stingy_alloc;
	for (; err == -ENOMEM && needed < 2 * LEVELS_MAX; needed++) {
		struct state before = state();

		tables_left = needed;
		err = pgtable_map(&kernel_pgtable, va, pa, 2 * PAGE_SIZE, PAGE_KERNEL_READ, 0);
		if (err)
			expect_state(&before);
	}
	kernel_pgtable.ops.alloc = alloc;
	EXPECT_EQ(err, 0);
	EXPECT(needed > 2); /* the range needs two level-0 tables */
	EXPECT_EQ(tables_left, 0);
	EXPECT_EQ(kernel_pgtable.tables, tables + needed - 1);
	scratch_end();
}

static void populate(void)
{
	phys_addr_t (*alloc)(unsigned long size) = kernel_pgtable.ops.alloc;
	unsigned long va = scratch();
	unsigned int level;
	struct state once;

	scratch_begin();
	EXPECT_EQ(pgtable_populate(&kernel_pgtable, va, SZ_2M), 0);
	EXPECT(!pte_present(pgtable_walk(&kernel_pgtable, va, &level)));
	EXPECT_EQ(level, 0);
	EXPECT_EQ(read_cause(va), EXC_LOAD_PAGE_FAULT);
	once = state();
	EXPECT_EQ(pgtable_populate(&kernel_pgtable, va, SZ_2M), 0);
	expect_state(&once);
	/* Now mapping needs no memory. */
	tables_left = 0;
	kernel_pgtable.ops.alloc = stingy_alloc;
	EXPECT_EQ(pgtable_map(&kernel_pgtable, va, __pa_symbol((void *)KERNEL_LINK_ADDR), PAGE_SIZE,
			      PAGE_KERNEL_READ, 0),
		  0);
	kernel_pgtable.ops.alloc = alloc;
	EXPECT_EQ(*(volatile u64 *)va, *(volatile u64 *)KERNEL_LINK_ADDR);
	EXPECT_EQ(pgtable_populate(&kernel_pgtable, va, 0), -EINVAL);
	EXPECT_EQ(pgtable_populate(&kernel_pgtable, va, SZ_2M + 1), -EINVAL);
	EXPECT_EQ(pgtable_populate(&kernel_pgtable, 1UL << 62, SZ_2M), -ERANGE);
	scratch_end();
}

static const struct ktest_case cases[] = {
	{ "access", access },
	{ "leaf_sizes", leaf_sizes },
	{ "refuse_invalid", refuse_invalid },
	{ "refuse_range", refuse_range },
	{ "refuse_overlap", refuse_overlap },
	{ "out_of_tables", out_of_tables },
	{ "populate", populate },
};
KTEST_SUITE(map, cases);
