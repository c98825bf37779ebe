// SPDX-License-Identifier: BSD-2-Clause
/*
 * The engine on private trees of every shape, whatever mode runs: no hart walks them, so
 * they can be damaged, and every touch of a table can be watched.
 */
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <kernel/pgtable.h>
#include <kernel/ptdump.h>
#include <kernel/spec.h>
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/boot_record.h>
#include "pages.h"

#define NR_TABLES 24

static phys_addr_t pool; /* taken once, kept for the next run */
static unsigned int used;
static phys_addr_t root;

static phys_addr_t pool_alloc(unsigned long size)
{
	return used < NR_TABLES ? pool + used++ * PAGE_SIZE : 0;
}

static void pool_free(phys_addr_t table, unsigned long size)
{
}

static bool in_pool(phys_addr_t table)
{
	return table - pool < NR_TABLES * PAGE_SIZE;
}

static struct pgtable new_tree(unsigned int levels)
{
	struct pgtable pt = {
		.geometry = pgtable_geometry(1, levels),
		.ops = { .alloc = pool_alloc,
			 .free = pool_free,
			 .offset = kernel_map.va_pa_offset,
			 .readable = in_pool },
	};

	if (!pool)
		pool = test_keep(NR_TABLES * PAGE_SIZE);
	EXPECT(pool != 0);
	/* Tables come from the allocator with whatever was in them. */
	memset(__va(pool), 0xa5, NR_TABLES * PAGE_SIZE);
	used = 0;
	pt.root = root = pool_alloc(PAGE_SIZE);
	memset(__va(root), 0, PAGE_SIZE);
	return pt;
}

#define for_each_mode(levels) for (unsigned int levels = LEVELS_MIN; levels <= LEVELS_MAX; levels++)

#define VA                    0xffffffe812345000UL
#define PA                    0x123456789000UL

struct report {
	unsigned int calls, level;
	pte_t pte;
};

static int note(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	struct report *report = arg;

	report->calls++;
	report->level = level;
	report->pte = pte;
	return 0;
}

/* The entry on the way to VA at @level. */
static pte_t *entry_at(const struct pgtable *pt, unsigned int level)
{
	return (pte_t *)__va(pgtable_table(pt, VA, level)) + (VA >> (PAGE_SHIFT + 9 * level) & 511);
}

static enum spec_rule walk_tree(const struct pgtable *pt, unsigned long va, struct spec_walk *walk)
{
	const struct spec_hart hart = {
		.geometry = pt->geometry, .root = pt->root, .read = pgtable_read, .tables = pt
	};

	return spec_translate(&hart, va, ACCESS_LOAD, walk);
}

static void bad_table(unsigned int levels, unsigned int level, pte_t bad)
{
	struct pgtable pt = new_tree(levels);
	struct ptdump_audit audit = { 0 };
	struct spec_walk walk;
	struct report report = { 0 };
	unsigned long end = -1UL;

	EXPECT_EQ(pgtable_map(&pt, VA, PA, PAGE_SIZE, PAGE_KERNEL, 0), 0);
	*entry_at(&pt, level) = bad;
	EXPECT_EQ(walk_tree(&pt, VA, &walk), level ? SPEC_NO_TABLE : SPEC_NO_LEAF);
	EXPECT_EQ(walk.nr, levels - level);
	EXPECT_EQ(walk.step[walk.nr - 1].pte.val, bad.val);
	EXPECT_EQ(walk.step[walk.nr - 1].level, level);
	EXPECT(!level || walk.pa == pte_pa(bad));
	EXPECT_EQ(pgtable_iterate(&pt, VA & -SZ_1G, end, note, &report), 0);
	EXPECT_EQ(report.calls, 1);
	EXPECT_EQ(report.level, level);
	EXPECT_EQ(report.pte.val, bad.val);
	EXPECT_EQ(ptdump(&pt, VA & -SZ_1G, end, NULL, &audit), 0);
	EXPECT_EQ(audit.bad_tables, 1);
	EXPECT_EQ(audit.leaves, 0);
}

static void bad_tables(void)
{
	for_each_mode(levels) {
		for (unsigned int level = 0; level < levels; level++) {
			bad_table(levels, level, mk_pte(1UL << 55, __pgprot(_PAGE_PRESENT)));
			bad_table(levels, level, mk_pte(0, __pgprot(_PAGE_PRESENT)));
			bad_table(levels, level,
				  mk_pte(pool + NR_TABLES * PAGE_SIZE, __pgprot(_PAGE_PRESENT)));
		}
	}
}

static void bad_root(void)
{
	for_each_mode(levels) {
		struct pgtable pt = new_tree(levels);
		struct spec_walk walk;

		pt.root = 1UL << 55;
		EXPECT_EQ(walk_tree(&pt, VA, &walk), SPEC_NO_TABLE);
		EXPECT_EQ(walk.nr, 0);
		EXPECT_EQ(walk.pa, 1UL << 55);
	}
}

/* Whether some table of the tree points to @table. */
static bool linked(phys_addr_t table, phys_addr_t from, unsigned int depth)
{
	const pte_t *entry = __va(from);

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*entry); i++)
		if (pte_table(entry[i]) && in_pool(pte_pa(entry[i])) &&
		    (pte_pa(entry[i]) == table ||
		     (depth && linked(table, pte_pa(entry[i]), depth - 1))))
			return true;
	return false;
}

static unsigned int touched_linked;
static unsigned int old_tables;

/* No call may touch a table of its own making that a hart could reach. */
static void *watching_reach(phys_addr_t table, unsigned int level)
{
	if (table >= pool + old_tables * PAGE_SIZE && linked(table, root, LEVELS_MAX - 1))
		touched_linked++;
	return __va(table);
}

static void filled_then_linked(void)
{
	for_each_mode(levels) {
		struct pgtable pt = new_tree(levels);

		pt.ops.reach = watching_reach;
		touched_linked = 0;
		for (unsigned int i = 0; i < 3; i++) {
			unsigned long va = VA + i * SZ_1G - i * PAGE_SIZE;

			old_tables = used;
			EXPECT_EQ(pgtable_map(&pt, va, PA, 3 * SZ_2M, PAGE_KERNEL,
					      i == 1 ? PGTABLE_SMALL_ONLY : 0),
				  0);
			EXPECT(used > old_tables);
		}
		EXPECT_EQ(touched_linked, 0);
		EXPECT_EQ(pt.tables, used - 1);
	}
}

static unsigned int fences;
static unsigned long fence_va, fence_size;
static bool fence_tables;

static void counting_fence(struct pgtable *pt, const struct pgtable_change *change)
{
	fences++;
	fence_va = change->va;
	fence_size = change->last - change->va + 1;
	fence_tables = change->tables;
}

static void one_fence(void)
{
	for_each_mode(levels) {
		struct pgtable pt = new_tree(levels);

		pt.ops.fence = counting_fence;
		fences = 0;
		EXPECT_EQ(pgtable_map(&pt, VA, PA, 3 * SZ_2M, PAGE_KERNEL, 0), 0);
		EXPECT_EQ(fences, 1);
		EXPECT_EQ(fence_va, VA);
		EXPECT_EQ(fence_size, 3 * SZ_2M);
		EXPECT(fence_tables);
		EXPECT_EQ(pgtable_map(&pt, VA, PA, PAGE_SIZE, PAGE_KERNEL, 0), -EEXIST);
		EXPECT_EQ(pgtable_map(&pt, VA - PAGE_SIZE, PA, 0, PAGE_KERNEL, 0), -EINVAL);
		EXPECT_EQ(fences, 1);
		EXPECT_EQ(pgtable_map(&pt, VA + 3 * SZ_2M, PA, PAGE_SIZE, PAGE_KERNEL, 0), 0);
		EXPECT_EQ(fences, 2);
		EXPECT(!fence_tables);
	}
}

/* Each level's leaf where VA, PA and size allow it, and the one below where PA does not. */
static void leaf_levels(void)
{
	for_each_mode(levels) {
		for (unsigned int level = 1; level < levels; level++) {
			struct pgtable pt = new_tree(levels);
			unsigned long size = pgtable_leaf_size(level);
			unsigned long below = pgtable_leaf_size(level - 1);
			unsigned long va = -2 * size;
			unsigned int found = ~0U;
			struct report report = { 0 };
			pte_t pte;

			EXPECT_EQ(pgtable_map(&pt, va, 3 * size, size, PAGE_KERNEL, 0), 0);
			pte = pgtable_walk(&pt, va + size - 1, &found);
			EXPECT(pte_leaf(pte));
			EXPECT_EQ(found, level);
			EXPECT_EQ(pte.val, mk_pte(3 * size, PAGE_KERNEL).val);
			pt = new_tree(levels);
			EXPECT_EQ(pgtable_map(&pt, va, 3 * size + below, size, PAGE_KERNEL, 0), 0);
			pte = pgtable_walk(&pt, va + size - 1, &found);
			EXPECT(pte_leaf(pte));
			EXPECT_EQ(found, level - 1);
			EXPECT_EQ(pte.val, mk_pte(4 * size, PAGE_KERNEL).val);
			EXPECT_EQ(pgtable_iterate(&pt, va, -1UL, note, &report), 0);
			EXPECT_EQ(report.calls, 512);
		}
	}
}

/* The end of the physical and of the virtual address space can be reached. */
static void limits(void)
{
	for_each_mode(levels) {
		struct pgtable pt = new_tree(levels);
		unsigned long half = 1UL << (pt.geometry->input_bits - 1);
		phys_addr_t last = (1UL << 56) - PAGE_SIZE;
		unsigned int level;
		pte_t pte;

		EXPECT_EQ(pgtable_map(&pt, -PAGE_SIZE, last, PAGE_SIZE, PAGE_KERNEL, 0), 0);
		pte = pgtable_walk(&pt, -1UL, &level);
		EXPECT(pte_leaf(pte));
		EXPECT_EQ(pte_pa(pte), last);
		EXPECT_EQ(pgtable_map(&pt, half - PAGE_SIZE, 0, PAGE_SIZE, PAGE_KERNEL, 0), 0);
		EXPECT_EQ(pgtable_map(&pt, -half, 0, PAGE_SIZE, PAGE_KERNEL, 0), 0);
		EXPECT_EQ(pgtable_map(&pt, 0, 0, PAGE_SIZE, PAGE_KERNEL, 0), 0);
		pte = pgtable_walk(&pt, half - 1, &level);
		EXPECT(pte_leaf(pte));
		pte = pgtable_walk(&pt, half - PAGE_SIZE - 1, &level);
		EXPECT(!pte_present(pte));
		pte = pgtable_walk(&pt, -half, &level);
		EXPECT(pte_leaf(pte));
	}
}

static const struct ktest_case cases[] = {
	{ "bad_tables", bad_tables },
	{ "bad_root", bad_root },
	{ "filled_then_linked", filled_then_linked },
	{ "one_fence", one_fence },
	{ "leaf_levels", leaf_levels },
	{ "limits", limits },
};
KTEST_SUITE(tree, cases);
