// SPDX-License-Identifier: BSD-2-Clause
/*
 * What changes trees, in each of the six geometries, whatever mode runs: what is mapped
 * afterwards, with which leaves, in how many tables.
 */
#include <kernel/errno.h>
#include "trees.h"

#define KEEP (_PAGE_RSW & 1UL << 8) /* an attribute that no right depends on */

static pgprot_t rw(const struct pgtable_geometry *g)
{
	return __pgprot(prot_of(g, PAGE_KERNEL).val | KEEP);
}

/* What a call must have mapped at an address: level and entry. */
static void expect_leaf(const struct pgtable *pt, unsigned long va, unsigned int level,
			phys_addr_t pa, pgprot_t prot, int line)
{
	if (level_of(pt, va) != level || entry_of(pt, va) != mk_pte(pa, prot).val)
		ktest_fail(__FILE__, line, "%s: 0x%lx is 0x%llx of level %u, not 0x%llx of %u",
			   pt->geometry->name, va, entry_of(pt, va), level_of(pt, va),
			   mk_pte(pa, prot).val, level);
}

#define LEAF(pt, va, level, pa, prot) expect_leaf(pt, va, level, pa, prot, __LINE__)

static unsigned int fences;
static struct pgtable_change fenced;

static void counting_fence(struct pgtable *pt, const struct pgtable_change *change)
{
	fences++;
	fenced = *change;
}

/* Three blocks of 2 MiB mapped in an empty tree. */
static struct pgtable three_blocks(const struct pgtable_geometry *g)
{
	struct pgtable pt = new_tree(g);

	EXPECT_EQ(pgtable_map(&pt, base_of(g), PA, 3 * SZ_2M, rw(g), 0), 0);
	EXPECT_EQ(level_of(&pt, base_of(g)), 1);
	pt.ops.fence = counting_fence;
	fences = 0;
	return pt;
}

static void unmap(void)
{
	for_each_geometry(g)
	{
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
		LEAF(&pt, base, 1, PA, rw(g));
		LEAF(&pt, hole - 1, 0, PA + SZ_2M + 7 * PAGE_SIZE, rw(g));
		EXPECT_EQ(entry_of(&pt, hole), 0);
		EXPECT_EQ(entry_of(&pt, hole + PAGE_SIZE), 0);
		LEAF(&pt, hole + 2 * PAGE_SIZE, 0, PA + SZ_2M + 10 * PAGE_SIZE, rw(g));
		LEAF(&pt, base + 2 * SZ_2M, 1, PA + 2 * SZ_2M, rw(g));
		/* The range covers that table, so it goes; a part of another does not. */
		EXPECT_EQ(pgtable_unmap(&pt, base, 2 * SZ_2M), 0);
		EXPECT_EQ(fences, 2);
		EXPECT_EQ(pool_used(), used);
		LEAF(&pt, base + 2 * SZ_2M, 1, PA + 2 * SZ_2M, rw(g));
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

	for_each_geometry(g)
	{
		struct pgtable pt = three_blocks(g);
		unsigned long base = base_of(g), start = base + SZ_2M - PAGE_SIZE;
		unsigned int used = pool_used();
		pgprot_t ro = __pgprot(rw(g).val & ~write.val);
		u64 once;

		pool_left = 2;
		EXPECT_EQ(pgtable_protect(&pt, start, SZ_2M + 3 * PAGE_SIZE, none, write), 0);
		EXPECT_EQ(fences, 1);
		EXPECT(fenced.removed && fenced.tables && !fenced.level);
		EXPECT(fenced.va <= start && fenced.last >= start + SZ_2M + 3 * PAGE_SIZE - 1);
		EXPECT_EQ(pool_used(), used + 2);
		LEAF(&pt, base, 0, PA, rw(g));
		LEAF(&pt, start - 1, 0, PA + SZ_2M - 2 * PAGE_SIZE, rw(g));
		LEAF(&pt, start, 0, PA + SZ_2M - PAGE_SIZE, ro);
		LEAF(&pt, base + SZ_2M, 1, PA + SZ_2M, ro);
		LEAF(&pt, base + 2 * SZ_2M + PAGE_SIZE, 0, PA + 2 * SZ_2M + PAGE_SIZE, ro);
		LEAF(&pt, base + 2 * SZ_2M + 2 * PAGE_SIZE, 0, PA + 2 * SZ_2M + 2 * PAGE_SIZE,
		     rw(g));
		/* Again: there is nothing to change, so nothing to fence. */
		once = hash_tables(&pt);
		EXPECT_EQ(pgtable_protect(&pt, start, SZ_2M + 3 * PAGE_SIZE, none, write), 0);
		EXPECT_EQ(fences, 1);
		EXPECT_EQ(hash_tables(&pt), once);
		EXPECT_EQ(pgtable_protect(&pt, base, 3 * SZ_2M, write, none), 0);
		EXPECT_EQ(fences, 2);
		EXPECT(!fenced.tables);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 2);
		LEAF(&pt, base + 2 * SZ_2M, 1, PA + 2 * SZ_2M, rw(g));
		EXPECT_EQ(pool_used(), used);
		end_tree(&pt);
	}
}

/* The memory type and the frame survive what changes rights. */
static void memory_type(void)
{
	for_each_geometry(g)
	{
		struct pgtable pt = new_tree(g);
		unsigned long base = base_of(g);
		pgprot_t io = __pgprot(rw(g).val | _PAGE_IO), ro;

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
	for_each_geometry(g)
	{
		for (unsigned int level = 1; level <= g->max_leaf_level; level++) {
			struct pgtable pt = new_tree(g);
			unsigned long size = pgtable_leaf_size(level);
			unsigned long va = (g->sign_extended ? 0 : 1UL << g->input_bits) - 2 * size;
			unsigned int used;
			u64 leaf;

			EXPECT_EQ(pgtable_map(&pt, va, 2 * size, size, rw(g), 0), 0);
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
			LEAF(&pt, va + size / 2, 0, 2 * size + size / 2, rw(g));
			LEAF(&pt, va, level - 1, 2 * size, rw(g));
			LEAF(&pt, va + size - 1, level - 1, 3 * size - pgtable_leaf_size(level - 1),
			     rw(g));
			pool_left = 0;
			fences = 0;
			EXPECT_EQ(pgtable_merge(&pt, va, size), level);
			EXPECT_EQ(fences, level);
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

	for_each_geometry(g)
	{
		struct pgtable pt = three_blocks(g);
		unsigned long base = base_of(g), odd = base + SZ_2M + 77 * PAGE_SIZE;
		pgprot_t clean = __pgprot(rw(g).val & ~_PAGE_DIRTY);
		unsigned int used = pool_used();
		u64 apart;

		EXPECT_EQ(pgtable_protect(&pt, odd, PAGE_SIZE, none, __pgprot(KEEP)), 0);
		apart = hash_tables(&pt);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 0);
		EXPECT_EQ(pgtable_unmap(&pt, odd, PAGE_SIZE), 0);
		EXPECT(hash_tables(&pt) != apart);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 0);
		EXPECT_EQ(pgtable_map(&pt, odd, PA, PAGE_SIZE, rw(g), 0), 0);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 0);
		LEAF(&pt, odd, 0, PA, rw(g));
		/* In its own place again, but not the whole table's range is asked for. */
		EXPECT_EQ(pgtable_unmap(&pt, odd, PAGE_SIZE), 0);
		EXPECT_EQ(pgtable_map(&pt, odd, PA + odd - base, PAGE_SIZE, rw(g), 0), 0);
		EXPECT_EQ(pgtable_merge(&pt, base + SZ_2M, SZ_2M - PAGE_SIZE), 0);
		EXPECT_EQ(pgtable_protect(&pt, base, 3 * SZ_2M, none, dirty), 0);
		EXPECT_EQ(pgtable_protect(&pt, odd, PAGE_SIZE, dirty, none), 0);
		EXPECT_EQ(pool_used(), used + 1);
		EXPECT_EQ(pgtable_merge(&pt, base, 3 * SZ_2M), 1);
		LEAF(&pt, base, 1, PA, clean);
		LEAF(&pt, base + SZ_2M, 1, PA + SZ_2M, rw(g));
		/* And back: the pieces of a dirty leaf are dirty. */
		EXPECT_EQ(pgtable_split(&pt, base, 3 * SZ_2M, PGTABLE_SMALL_ONLY), 0);
		LEAF(&pt, base + SZ_2M, 0, PA + SZ_2M, rw(g));
		LEAF(&pt, base + SZ_2M - 1, 0, PA + SZ_2M - PAGE_SIZE, clean);
		end_tree(&pt);
	}
}

/* Empty tables: kept by what covers them in part, freed by merge and by destroy. */
static void empty_tables(void)
{
	for_each_geometry(g)
	{
		struct pgtable pt = new_tree(g);
		unsigned long base = base_of(g);
		unsigned int root = pool_used();

		EXPECT_EQ(pgtable_populate(&pt, base, SZ_4M), 0);
		EXPECT_EQ(pt.tables, g->levels);
		pool_left = 0;
		EXPECT_EQ(pgtable_map(&pt, base, PA, SZ_4M, rw(g), PGTABLE_SMALL_ONLY), 0);
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

/* --- Kernel halves --- */

static bool same_upper_half(const struct pgtable *a, const struct pgtable *b)
{
	const u64 *x = __va(a->root), *y = __va(b->root);
	unsigned long n = pgtable_root_size(a->geometry) / sizeof(*x);

	for (unsigned long i = n / 2; i < n; i++)
		if (x[i] != y[i])
			return false;
	return true;
}

static void kernel_half(void)
{
	struct pt_ops ops = private_ops();

	for_each_geometry(g)
	{
		struct pgtable kernel, one, two;
		unsigned long first = -g->bias, user = SZ_1G;
		pgprot_t own = __pgprot(rw(g).val & ~_PAGE_GLOBAL);

		if (!g->sign_extended)
			continue; /* guests have no kernel half */
		kernel = new_tree(g);
		EXPECT_EQ(pgtable_map(&kernel, base_of(g), PA, SZ_2M, rw(g), 0), 0);
		EXPECT_EQ(pgtable_create(&one, g, &ops, &kernel), 0);
		EXPECT_EQ(pgtable_create(&two, g, &ops, &kernel), 0);
		EXPECT_EQ(hash_leaves(&one), hash_leaves(&kernel));
		EXPECT_EQ(pgtable_map(&kernel, first, PA, PAGE_SIZE, rw(g), 0), 0);
		EXPECT(same_upper_half(&kernel, &one) && same_upper_half(&kernel, &two));
		EXPECT_EQ(entry_of(&two, first), mk_pte(PA, rw(g)).val);
		/* Each has a lower half of its own, where nothing is global. */
		EXPECT_EQ(pgtable_map(&one, user, PA, PAGE_SIZE, rw(g), 0), -EINVAL);
		EXPECT_EQ(pgtable_map(&one, user, PA, PAGE_SIZE, own, 0), 0);
		EXPECT_EQ(entry_of(&one, user), mk_pte(PA, own).val);
		EXPECT_EQ(entry_of(&two, user) | entry_of(&kernel, user), 0);
		EXPECT_EQ(pgtable_map(&one, first + PAGE_SIZE, PA, PAGE_SIZE, own, 0), -EPERM);
		EXPECT_EQ(pgtable_destroy(&kernel), -EBUSY);
		EXPECT_EQ(pgtable_destroy(&one), 0);
		EXPECT_EQ(entry_of(&two, first), mk_pte(PA, rw(g)).val);
		EXPECT_EQ(pgtable_unmap(&kernel, first, pgtable_leaf_size(g->max_leaf_level)), 0);
		EXPECT(same_upper_half(&kernel, &two));
		EXPECT_EQ(*(u64 *)__va(two.root), 0);
		EXPECT_EQ(entry_of(&two, first), 0);
		EXPECT(pgtable_merge(&kernel, first, g->bias) >= 0);
		EXPECT(same_upper_half(&kernel, &two));
		EXPECT_EQ(pgtable_destroy(&two), 0);
		end_tree(&kernel);
	}
}

/* Tables that many entries point to: copied before they are written, never freed. */
static void shared_tables(void)
{
	for_each_geometry(g)
	{
		struct pgtable pt = new_tree(g);
		unsigned long base = base_of(g);
		phys_addr_t shared;
		unsigned int used;
		u64 *entry;

		EXPECT_EQ(pgtable_map(&pt, base, PA, SZ_2M, rw(g), PGTABLE_SMALL_ONLY), 0);
		shared = pgtable_table(&pt, base, 0);
		entry = __va(pgtable_table(&pt, base, 1));
		for (unsigned int i = 1; i < PAGE_SIZE / sizeof(*entry); i++)
			entry[i] = entry[0];
		pt.shared_start = shared;
		pt.shared_end = shared + PAGE_SIZE;
		pt.tables--; /* it is not this tree's any more */
		used = pool_used();
		EXPECT_EQ(pgtable_unmap(&pt, base + SZ_4M + PAGE_SIZE, PAGE_SIZE), 0);
		EXPECT_EQ(pool_used(), used + 1);
		EXPECT_EQ(entry_of(&pt, base + SZ_4M + PAGE_SIZE), 0);
		LEAF(&pt, base + PAGE_SIZE, 0, PA + PAGE_SIZE, rw(g));
		EXPECT(pgtable_table(&pt, base + SZ_4M, 0) != shared);
		EXPECT_EQ(pgtable_table(&pt, base, 0), shared);
		EXPECT_EQ(pgtable_unmap(&pt, base, SZ_1G), 0);
		EXPECT_EQ(*(u64 *)__va(shared), mk_pte(PA, rw(g)).val);
		EXPECT_EQ(pgtable_destroy(&pt), 0);
		EXPECT_EQ(pool_used(), 1);
		EXPECT_EQ(pt.tables, 0);
	}
}

/* A guest's root is four times as large and aligned to that; each entry is of use. */
static void guest_roots(void)
{
	for_each_geometry(g)
	{
		struct pgtable pt = new_tree(g);
		unsigned long step = pgtable_leaf_size(g->max_leaf_level);

		EXPECT_EQ(pool_used(), g->stage == 2 ? 4 : 1);
		EXPECT_EQ(pt.root & (pgtable_root_size(g) - 1), 0);
		if (g->stage == 2) {
			unsigned long last = (1UL << g->input_bits) - step;

			for (unsigned long va = 0; va <= last;
			     va += 89 * step) /* 2047 is 23 * 89 */
				EXPECT_EQ(pgtable_map(&pt, va, 0, step, rw(g), 0), 0);
			EXPECT_EQ(entry_of(&pt, last), mk_pte(0, rw(g)).val);
			EXPECT_EQ(((u64 *)__va(pt.root))[2047], mk_pte(0, rw(g)).val);
			EXPECT_EQ(pgtable_map(&pt, last + step, 0, PAGE_SIZE, rw(g), 0), -ERANGE);
		}
		end_tree(&pt);
	}
}

static const struct ktest_case cases[] = {
	{ "unmap", unmap },
	{ "protect", protect },
	{ "memory_type", memory_type },
	{ "split_and_merge", split_and_merge },
	{ "merge_refrains", merge_refrains },
	{ "empty_tables", empty_tables },
	{ "kernel_half", kernel_half },
	{ "shared_tables", shared_tables },
	{ "guest_roots", guest_roots },
};
KTEST_SUITE(ops, cases);
