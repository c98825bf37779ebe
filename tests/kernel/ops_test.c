// SPDX-License-Identifier: BSD-2-Clause
/*
 * What changes trees, in each of the six geometries, whatever mode runs: what is mapped
 * afterwards, with which leaves, in how many tables.
 */
#include <kernel/errno.h>
#include "trees.h"

static unsigned int fences, fenced_used;
static struct pgtable_change fenced;

static void counting_fence(struct pgtable *pt, const struct pgtable_change *change)
{
	fences++;
	fenced = *change;
	fenced_used = pool_used();
}

/* Three blocks of 2 MiB mapped in an empty tree. */
static struct pgtable three_blocks(const struct pgtable_geometry *g)
{
	struct pgtable pt = new_tree(g);

	EXPECT_EQ(pgtable_map(&pt, base_of(g), PA, 3 * SZ_2M, rw_of(g), 0), 0);
	EXPECT_EQ(level_of(&pt, base_of(g)), 1);
	pt.ops.fence = counting_fence;
	fences = 0;
	return pt;
}

static void unmap(void)
{
	for_each_geometry(g) {
		struct pgtable pt = three_blocks(g);
		unsigned long base = base_of(g), hole = base + SZ_2M + 8 * PAGE_SIZE;
		unsigned int used = pool_used();

		/* Holes: nothing to do, nothing to allocate, nothing to fence. */
		pool_left = 0;
		EXPECT_EQ(pgtable_unmap(&pt, base + SZ_1G + PAGE_SIZE, 3 * SZ_1G), 0);
		EXPECT_EQ(fences, 0);
		pool_left = 1;
		EXPECT_EQ(pgtable_unmap(&pt, hole, 2 * PAGE_SIZE), 0);
		EXPECT_EQ(fences, 1);
		EXPECT(fenced.removed && fenced.tables);
		EXPECT_EQ(pool_used(), used + 1);
		LEAF(&pt, base, 1, PA, rw_of(g));
		LEAF(&pt, hole - 1, 0, PA + SZ_2M + 7 * PAGE_SIZE, rw_of(g));
		EXPECT_EQ(entry_of(&pt, hole), 0);
		EXPECT_EQ(entry_of(&pt, hole + PAGE_SIZE), 0);
		LEAF(&pt, hole + 2 * PAGE_SIZE, 0, PA + SZ_2M + 10 * PAGE_SIZE, rw_of(g));
		LEAF(&pt, base + 2 * SZ_2M, 1, PA + 2 * SZ_2M, rw_of(g));
		/* The range covers that table, so it goes; a part of another does not. */
		EXPECT_EQ(pgtable_unmap(&pt, base, 2 * SZ_2M), 0);
		EXPECT_EQ(fences, 2);
		EXPECT_EQ(fenced_used, used + 1); /* freed after the fence */
		EXPECT_EQ(pool_used(), used);
		LEAF(&pt, base + 2 * SZ_2M, 1, PA + 2 * SZ_2M, rw_of(g));
		EXPECT_EQ(pgtable_unmap(&pt, base, 3 * SZ_2M), 0);
		EXPECT_EQ(pool_used(), used);
		EXPECT_EQ(pt.tables + pgtable_root_size(g) / PAGE_SIZE, used);
		end_tree(&pt);
	}
}

/* Rights of a range across three blocks: only those at its ends are split. */
static void protect(void)
{
	const pgprot_t none = __pgprot(0), write = __pgprot(_PAGE_WRITE | _PAGE_DIRTY);

	for_each_geometry(g) {
		struct pgtable pt = three_blocks(g);
		unsigned long base = base_of(g), start = base + SZ_2M - PAGE_SIZE;
		unsigned int used = pool_used();
		pgprot_t ro = __pgprot(rw_of(g).val & ~write.val);
		u64 once;

		pool_left = 2;
		EXPECT_EQ(pgtable_protect(&pt, start, SZ_2M + 3 * PAGE_SIZE, none, write), 0);
		EXPECT_EQ(fences, 1);
		EXPECT(fenced.removed && fenced.tables && !fenced.level);
		EXPECT(fenced.va <= start && fenced.last >= start + SZ_2M + 3 * PAGE_SIZE - 1);
		EXPECT_EQ(pool_used(), used + 2);
		LEAF(&pt, base, 0, PA, rw_of(g));
		LEAF(&pt, start - 1, 0, PA + SZ_2M - 2 * PAGE_SIZE, rw_of(g));
		LEAF(&pt, start, 0, PA + SZ_2M - PAGE_SIZE, ro);
		LEAF(&pt, base + SZ_2M, 1, PA + SZ_2M, ro);
		LEAF(&pt, base + 2 * SZ_2M + PAGE_SIZE, 0, PA + 2 * SZ_2M + PAGE_SIZE, ro);
		LEAF(&pt, base + 2 * SZ_2M + 2 * PAGE_SIZE, 0, PA + 2 * SZ_2M + 2 * PAGE_SIZE,
		     rw_of(g));
		/* Again: there is nothing to change, so nothing to fence. */
		once = hash_tables(&pt);
		EXPECT_EQ(pgtable_protect(&pt, start, SZ_2M + 3 * PAGE_SIZE, none, write), 0);
		EXPECT_EQ(fences, 1);
		EXPECT_EQ(hash_tables(&pt), once);
		EXPECT_EQ(pgtable_protect(&pt, base, 3 * SZ_2M, write, none), 0);
		EXPECT_EQ(fences, 2);
		EXPECT(!fenced.tables);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 2);
		LEAF(&pt, base + 2 * SZ_2M, 1, PA + 2 * SZ_2M, rw_of(g));
		EXPECT_EQ(pool_used(), used);
		end_tree(&pt);
	}
}

/* The memory type and the frame survive what changes rights. */
static void memory_type(void)
{
	for_each_geometry(g) {
		struct pgtable pt = new_tree(g);
		unsigned long base = base_of(g);
		pgprot_t io = __pgprot(rw_of(g).val | _PAGE_IO), ro;

		ro = __pgprot(io.val & ~(_PAGE_WRITE | _PAGE_DIRTY));
		pt.svpbmt = true;
		EXPECT_EQ(pgtable_map(&pt, base, PA, SZ_2M, io, 0), 0);
		EXPECT_EQ(pgtable_protect(&pt, base + PAGE_SIZE, PAGE_SIZE, __pgprot(0),
					  __pgprot(_PAGE_WRITE | _PAGE_DIRTY)),
			  0);
		LEAF(&pt, base, 0, PA, io);
		LEAF(&pt, base + PAGE_SIZE, 0, PA + PAGE_SIZE, ro);
		end_tree(&pt);
	}
}

/* From the largest leaf to 4 KiB and back, a level at a time and at once. */
static void split_and_merge(void)
{
	for_each_geometry(g) {
		for (unsigned int level = 1; level <= g->max_leaf_level; level++) {
			struct pgtable pt = new_tree(g);
			unsigned long size = pgtable_leaf_size(level);
			unsigned long va = (g->sign_extended ? 0 : 1UL << g->input_bits) - 2 * size;
			unsigned int used;
			u64 leaf;

			EXPECT_EQ(pgtable_map(&pt, va, 2 * size, size, rw_of(g), 0), 0);
			EXPECT_EQ(level_of(&pt, va), level);
			leaf = hash_leaves(&pt);
			used = pool_used();
			pt.ops.fence = counting_fence;
			fences = 0;
			EXPECT_EQ(pgtable_split(&pt, va, size, 0), 0);
			EXPECT_EQ(hash_leaves(&pt), leaf);
			EXPECT_EQ(pgtable_split(&pt, va + size / 2, PAGE_SIZE, 0), 0);
			EXPECT_EQ(fences, 1);
			EXPECT_EQ(pool_used(), used + level);
			LEAF(&pt, va + size / 2, 0, 2 * size + size / 2, rw_of(g));
			LEAF(&pt, va, level - 1, 2 * size, rw_of(g));
			LEAF(&pt, va + size - 1, level - 1, 3 * size - pgtable_leaf_size(level - 1),
			     rw_of(g));
			pool_left = 0;
			fences = 0;
			EXPECT_EQ(pgtable_merge(&pt, va, size), level);
			EXPECT_EQ(fences, level);
			EXPECT_EQ(fenced_used, used + level);
			EXPECT_EQ(hash_leaves(&pt), leaf);
			EXPECT_EQ(pool_used(), used);
			end_tree(&pt);
		}
	}
}

/* What must stay apart: other rights, other frames, a hole; what need not: A and D. */
static void merge_refrains(void)
{
	const pgprot_t none = __pgprot(0), dirty = __pgprot(_PAGE_DIRTY);

	for_each_geometry(g) {
		struct pgtable pt = three_blocks(g);
		unsigned long base = base_of(g), odd = base + SZ_2M + 77 * PAGE_SIZE;
		pgprot_t clean = __pgprot(rw_of(g).val & ~_PAGE_DIRTY);
		unsigned int used = pool_used();
		u64 apart;

		EXPECT_EQ(pgtable_protect(&pt, odd, PAGE_SIZE, none, __pgprot(_PAGE_KEEP)), 0);
		apart = hash_tables(&pt);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 0);
		EXPECT_EQ(pgtable_unmap(&pt, odd, PAGE_SIZE), 0);
		EXPECT(hash_tables(&pt) != apart);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 0);
		EXPECT_EQ(pgtable_map(&pt, odd, PA, PAGE_SIZE, rw_of(g), 0), 0);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 0);
		LEAF(&pt, odd, 0, PA, rw_of(g));
		/* In its own place again, but not the whole table's range is asked for. */
		EXPECT_EQ(pgtable_unmap(&pt, odd, PAGE_SIZE), 0);
		EXPECT_EQ(pgtable_map(&pt, odd, PA + odd - base, PAGE_SIZE, rw_of(g), 0), 0);
		EXPECT_EQ(pgtable_merge(&pt, base + SZ_2M, SZ_2M - PAGE_SIZE), 0);
		EXPECT_EQ(pgtable_protect(&pt, base, 3 * SZ_2M, none, dirty), 0);
		EXPECT_EQ(pgtable_protect(&pt, odd, PAGE_SIZE, dirty, none), 0);
		EXPECT_EQ(pool_used(), used + 1);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 1);
		LEAF(&pt, base, 1, PA, clean);
		LEAF(&pt, base + SZ_2M, 1, PA + SZ_2M, rw_of(g));
		/* And back: the pieces of a dirty leaf are dirty. */
		EXPECT_EQ(pgtable_split(&pt, base, 3 * SZ_2M, PGTABLE_SMALL_ONLY), 0);
		LEAF(&pt, base + SZ_2M, 0, PA + SZ_2M, rw_of(g));
		LEAF(&pt, base + SZ_2M - 1, 0, PA + SZ_2M - PAGE_SIZE, clean);
		end_tree(&pt);
	}
}

/* --- What another hart would see, looked at whenever the engine reaches for a table --- */

static struct pgtable watched;

static void *watching_reach(phys_addr_t table, unsigned int level)
{
	static const unsigned long at[] = { 0, SZ_2M - PAGE_SIZE, SZ_2M, SZ_2M + PAGE_SIZE, SZ_4M };
	unsigned long base = base_of(watched.geometry);

	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		unsigned int found;
		pte_t pte = pgtable_walk(&watched, base + at[i], &found);
		unsigned long offset = at[i] & (pgtable_leaf_size(found) - 1);

		if (!pte_leaf(pte) || pte_pa(pte) + offset != PA + at[i])
			ktest_fail(__FILE__, __LINE__, "%s: 0x%lx is 0x%llx of level %u",
				   watched.geometry->name, base + at[i], pte.val, found);
	}
	return __va(table);
}

/* What stays mapped is mapped at every moment, and each table is filled when it is linked. */
static void never_unmapped(void)
{
	const pgprot_t none = __pgprot(0), write = __pgprot(_PAGE_WRITE | _PAGE_DIRTY);

	for_each_geometry(g) {
		struct pgtable pt = three_blocks(g);
		unsigned long base = base_of(g);

		watched = pt;
		pt.ops.reach = watching_reach;
		EXPECT_EQ(pgtable_protect(&pt, base + PAGE_SIZE, SZ_4M, none, write), 0);
		EXPECT_EQ(pgtable_protect(&pt, base + PAGE_SIZE, SZ_4M, write, none), 0);
		EXPECT_EQ(pgtable_split(&pt, base, 3 * SZ_2M, PGTABLE_SMALL_ONLY), 0);
		EXPECT_EQ(pgtable_unmap(&pt, base + 2 * PAGE_SIZE, PAGE_SIZE), 0);
		EXPECT_EQ(pgtable_map(&pt, base + 2 * PAGE_SIZE, PA + 2 * PAGE_SIZE, PAGE_SIZE,
				      rw_of(g), 0),
			  0);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 3);
		EXPECT_EQ(pgtable_unmap(&pt, base + SZ_4M + PAGE_SIZE, SZ_2M - PAGE_SIZE), 0);
		pt.ops.reach = NULL;
		end_tree(&pt);
	}
}

/* --- Leaves of 64 KiB --- */

static u64 *raw(const struct pgtable *pt, unsigned long va)
{
	return (u64 *)__va(pgtable_table(pt, va, 0)) + va / PAGE_SIZE % 512;
}

/* Which of the first four runs are leaves of 64 KiB, as bits. Each must be whole. */
static unsigned int runs_of(const struct pgtable *pt)
{
	unsigned long base = base_of(pt->geometry);
	unsigned int runs = 0;

	for (unsigned int page = 0; page < 64; page++) {
		u64 entry = *raw(pt, base + page * PAGE_SIZE);
		bool n = entry & _PAGE_NAPOT;

		if (n && (entry >> _PAGE_PFN_SHIFT & 15) != 8)
			ktest_fail(__FILE__, __LINE__, "page %u: 0x%llx", page, entry);
		if (page % 16)
			EXPECT_EQ(n, runs >> page / 16 & 1);
		else
			runs |= (unsigned int)n << page / 16;
	}
	return runs;
}

static void runs(void)
{
	const pgprot_t none = __pgprot(0), write = __pgprot(_PAGE_WRITE | _PAGE_DIRTY);

	for_each_geometry(g) {
		struct pgtable pt = new_tree(g);
		unsigned long base = base_of(g);
		pgprot_t ro = __pgprot(rw_of(g).val & ~write.val);
		u64 napot = _PAGE_NAPOT;

		pt.svnapot = true;
		EXPECT_EQ(pgtable_map(&pt, base, PA, 4 * SZ_64K, rw_of(g), PGTABLE_SMALL_ONLY), 0);
		EXPECT_EQ(runs_of(&pt), 0);
		EXPECT_EQ(pgtable_unmap(&pt, base, 4 * SZ_64K), 0);
		EXPECT_EQ(pgtable_map(&pt, base, PA + PAGE_SIZE, 4 * SZ_64K, rw_of(g), 0), 0);
		EXPECT_EQ(runs_of(&pt), 0); /* the frames are not aligned */
		EXPECT_EQ(pgtable_unmap(&pt, base, 4 * SZ_64K), 0);
		EXPECT_EQ(pgtable_map(&pt, base + PAGE_SIZE, PA + PAGE_SIZE, 3 * SZ_64K, rw_of(g),
				      0),
			  0);
		EXPECT_EQ(runs_of(&pt), 6);
		LEAF(&pt, base + SZ_64K + 5 * PAGE_SIZE, 0, PA + SZ_64K + 5 * PAGE_SIZE,
		     __pgprot(rw_of(g).val | napot));
		/* One page of a run: it alone changes, and the next run stays one. */
		EXPECT_EQ(pgtable_protect(&pt, base + SZ_64K, PAGE_SIZE, none, write), 0);
		EXPECT_EQ(runs_of(&pt), 4);
		LEAF(&pt, base + SZ_64K, 0, PA + SZ_64K, ro);
		LEAF(&pt, base + SZ_64K + PAGE_SIZE, 0, PA + SZ_64K + PAGE_SIZE, rw_of(g));
		EXPECT_EQ(pgtable_merge(&pt, base, 4 * SZ_64K), 0);
		EXPECT_EQ(runs_of(&pt), 4);
		EXPECT_EQ(pgtable_protect(&pt, base + SZ_64K, PAGE_SIZE, write, none), 0);
		EXPECT_EQ(pgtable_merge(&pt, base, 4 * SZ_64K), 0);
		EXPECT_EQ(runs_of(&pt), 6);
		/* D in any entry of a run speaks for all; a run goes back to pages with it. */
		EXPECT_EQ(pgtable_protect(&pt, base + SZ_64K, 2 * SZ_64K, none,
					  __pgprot(_PAGE_DIRTY)),
			  0);
		EXPECT_EQ(runs_of(&pt), 6);
		*raw(&pt, base + SZ_64K + 9 * PAGE_SIZE) |= _PAGE_DIRTY;
		EXPECT_EQ(pgtable_split(&pt, base + SZ_64K, SZ_2M / 16, PGTABLE_SMALL_ONLY), 0);
		EXPECT_EQ(runs_of(&pt), 0);
		LEAF(&pt, base + SZ_64K, 0, PA + SZ_64K, rw_of(g));
		EXPECT(!(entry_of(&pt, base + 2 * SZ_64K) & _PAGE_DIRTY));
		end_tree(&pt);
	}
}

/* Empty tables: kept by what covers them in part, freed by merge and by destroy. */
static void empty_tables(void)
{
	for_each_geometry(g) {
		struct pgtable pt = new_tree(g);
		unsigned long base = base_of(g);
		unsigned int root = pool_used();

		EXPECT_EQ(pgtable_populate(&pt, base, SZ_4M), 0);
		EXPECT_EQ(pt.tables, g->levels);
		pool_left = 0;
		EXPECT_EQ(pgtable_map(&pt, base, PA, SZ_4M, rw_of(g), PGTABLE_SMALL_ONLY), 0);
		EXPECT_EQ(pgtable_unmap(&pt, base, SZ_4M - PAGE_SIZE), 0);
		EXPECT_EQ(pt.tables, g->levels - 1);
		EXPECT_EQ(pgtable_unmap(&pt, base + SZ_4M - PAGE_SIZE, PAGE_SIZE), 0);
		EXPECT_EQ(pt.tables, g->levels - 1);
		EXPECT_EQ(pgtable_merge(&pt, base, SZ_4M), 1);
		EXPECT_EQ(pgtable_merge(&pt, base, SZ_1G), 1);
		EXPECT_EQ(pgtable_merge(&pt, g->sign_extended ? -g->bias : 0,
					1UL << (g->input_bits - 1)),
			  g->stage == 1 ? g->levels - 3 : 0);
		if (g->stage == 1)
			EXPECT_EQ(pool_used(), root);
		end_tree(&pt);
	}
}

static const struct ktest_case cases[] = {
	{ "unmap", unmap },
	{ "protect", protect },
	{ "memory_type", memory_type },
	{ "split_and_merge", split_and_merge },
	{ "merge_refrains", merge_refrains },
	{ "never_unmapped", never_unmapped },
	{ "runs", runs },
	{ "empty_tables", empty_tables },
};
KTEST_SUITE(ops, cases);
