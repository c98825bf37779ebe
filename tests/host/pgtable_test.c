// SPDX-License-Identifier: BSD-2-Clause
/*
 * mm/pgtable.c case by case: each refusal of its contract, the ends of the address
 * spaces, and damaged trees. pgtable_random.c does the rest.
 */
#include <kernel/errno.h>
#include <kernel/sizes.h>

#include <string.h>

#include "host.h"
#include "pgtable_mem.h"
#include "pgtable_model.h"
#include "pgtable_random.h"

#define LEAF_R  (_PAGE_PRESENT | _PAGE_READ | _PAGE_ACCESSED)
#define LEAF_RW (LEAF_R | _PAGE_WRITE | _PAGE_DIRTY)
#define PA_END  (1ULL << 56)

static struct pgtable pt;
static struct model model;

/* Run a case in every mode of paging and of reaching tables; @half is H. */
static void each_tree(void (*run)(u64 half))
{
	for (unsigned int levels = 3; levels <= 5; levels++)
		for (enum mem_mode mode = 0; mode < MEM_MODES; mode++) {
			mem_reset(mode);
			mem_open(&pt, pgtable_geometry(levels), 0);
			model_init(&model, levels);
			run(leaf_bytes(levels) / 2);
		}
}

static void map(u64 va, u64 pa, u64 size)
{
	const struct op op = { .va = va, .pa = pa, .size = size, .prot = LEAF_RW };

	CHECK(check_op(&pt, &model, &op, true));
}

static void populate(u64 va, u64 size)
{
	const struct op op = { .populate = true, .va = va, .size = size };

	CHECK(check_op(&pt, &model, &op, true));
}

static void refuse(u64 va, u64 pa, u64 size, u64 prot, unsigned int flags, int err)
{
	const struct op op = { false, va, pa, size, prot, flags };

	check_refused(&pt, &op, err);
}

static void refuse_populate(u64 va, u64 size, int err)
{
	const struct op op = { .populate = true, .va = va, .size = size };

	check_refused(&pt, &op, err);
}

/* Something to lose in the tree that refuses. */
static void refuse_on_tree(u64 half)
{
	map(SZ_1G, SZ_1G, SZ_2M + SZ_4K);
	map(-half, 0, SZ_4K);
}

static void bad_ranges(u64 half)
{
	refuse_on_tree(half);
	refuse(SZ_4K, 0, 0, LEAF_R, 0, -EINVAL);
	refuse(1, 0, SZ_4K, LEAF_R, 0, -EINVAL);
	refuse(SZ_4K, 1, SZ_4K, LEAF_R, 0, -EINVAL);
	refuse(SZ_4K, SZ_4K - 1, SZ_4K, LEAF_R, 0, -EINVAL);
	refuse(SZ_4K, 0, 1, LEAF_R, 0, -EINVAL);
	refuse(SZ_4K, 0, SZ_4K + 1, LEAF_R, 0, -EINVAL);
	refuse(-SZ_4K, 0, 2 * SZ_4K, LEAF_R, 0, -EINVAL); /* wraps */
	refuse_populate(-SZ_4K, 2 * SZ_4K, -EINVAL);
	refuse_populate(-half, -SZ_4K, -EINVAL);
	refuse_populate(0, 0, -EINVAL);
	refuse_populate(2, SZ_4K, -EINVAL);
	refuse_populate(0, SZ_4K - 1, -EINVAL);

	refuse(half, 0, SZ_4K, LEAF_R, 0, -ERANGE);
	refuse(-half - SZ_4K, 0, SZ_4K, LEAF_R, 0, -ERANGE);
	refuse(half - SZ_4K, 0, 2 * SZ_4K, LEAF_R, 0, -ERANGE);
	refuse(-half - SZ_4K, 0, 2 * SZ_4K, LEAF_R, 0, -ERANGE);
	refuse(1ULL << 63, 0, SZ_4K, LEAF_R, 0, -ERANGE);
	refuse_populate(half, SZ_4K, -ERANGE);
	refuse_populate(half - SZ_4K, 2 * SZ_4K, -ERANGE);
	refuse_populate(half - SZ_4K, -2 * half + 2 * SZ_4K, -ERANGE); /* all of the hole */
	refuse_populate(0, -SZ_4K, -ERANGE);

	refuse(SZ_4K, PA_END, SZ_4K, LEAF_R, 0, -ERANGE);
	refuse(SZ_4K, PA_END - SZ_4K, 2 * SZ_4K, LEAF_R, 0, -ERANGE);
	refuse(SZ_2M, PA_END - SZ_2M, SZ_2M + SZ_4K, LEAF_R, 0, -ERANGE);
	refuse(SZ_4K, -SZ_4K, SZ_4K, LEAF_R, 0, -ERANGE);
	refuse(SZ_4K, -SZ_4K, 2 * SZ_4K, LEAF_R, 0, -ERANGE);
	check_whole(&pt, &model);
}

/* Legal by Priv 20250508 §12.4.1, table of R, W and X, less what is W and X. */
static bool legal(u64 prot)
{
	const bool rwx[] = { false, true, false, true, true, true, false, false };

	return (prot & 1) && rwx[prot >> 1 & 7] && !(prot >> 10 & ((1ULL << 51) - 1)) &&
	       prot >> 61 < 3;
}

static void all_prots(u64 half)
{
	u64 va = -half;

	populate(va, SZ_4M);
	for (u64 bits = 0; bits < 4096; bits++) {
		u64 prot = (bits & 1023) | bits >> 10 << 61;

		if (!legal(prot)) {
			refuse(va, 0, SZ_4K, prot, 0, -EINVAL);
		} else if ((prot & _PAGE_ACCESSED) && (!(prot & 4) || (prot & _PAGE_DIRTY))) {
			const struct op op = { .va = va, .size = SZ_4K, .prot = prot };

			CHECK(check_op(&pt, &model, &op, false));
			va += SZ_4K;
		}
	}
	for (unsigned int bit = 10; bit < 64; bit++)
		if (bit < 61 || bit == 63)
			refuse(va, 0, SZ_4K, LEAF_R | 1ULL << bit, 0, -EINVAL);
	for (unsigned int bit = 0; bit < 32; bit++)
		if (1U << bit != PGTABLE_SMALL_ONLY)
			refuse(va, 0, SZ_4K, LEAF_R, 1U << bit, -EINVAL);
	refuse(va, 0, SZ_4K, LEAF_R, ~0U, -EINVAL);
}

static void in_the_way(u64 half)
{
	u64 far = half - SZ_1G;

	refuse_on_tree(half);
	/* The same again, parts of it, more than it. */
	refuse(SZ_1G, SZ_1G, SZ_2M, LEAF_RW, 0, -EEXIST);
	refuse(SZ_1G + SZ_4K, SZ_1G + SZ_4K, SZ_4K, LEAF_RW, 0, -EEXIST);
	refuse(SZ_1G + SZ_2M, SZ_1G, SZ_4K, LEAF_R, 0, -EEXIST);
	refuse(SZ_1G, SZ_1G, SZ_1G, LEAF_RW, 0, -EEXIST);
	refuse(SZ_1G, SZ_1G, SZ_1G, LEAF_RW, PGTABLE_SMALL_ONLY, -EEXIST);
	refuse_populate(SZ_1G, SZ_4K, -EEXIST);
	refuse_populate(0, 2 * SZ_1G, -EEXIST);
	populate(SZ_1G + SZ_2M, SZ_2M); /* a 4 KiB leaf is in nobody's way */

	/* A block would replace a table, full or empty. */
	populate(far, SZ_4K);
	refuse(far, 0, SZ_2M, LEAF_R, 0, -EEXIST);
	refuse(far, 0, SZ_1G, LEAF_R, 0, -EEXIST);
	refuse(SZ_1G + SZ_2M, 0, SZ_2M, LEAF_R, 0, -EEXIST);

	/* Found late: the last page, the last block, far behind many free entries. */
	map(far + SZ_4M - SZ_4K, 0, SZ_4K);
	refuse(far + SZ_4K, 0, SZ_4M - SZ_4K, LEAF_R, 0, -EEXIST);
	refuse(far + SZ_4K, SZ_4K, SZ_4M - SZ_4K, LEAF_R, 0, -EEXIST);
	refuse(far + SZ_2M - SZ_4K, 0, SZ_2M + SZ_4K, LEAF_R, 0, -EEXIST);
	map(far + 16 * SZ_2M, 0, SZ_2M);
	refuse(far + SZ_4M, 0, 13 * SZ_2M + 2 * SZ_2M, LEAF_R, 0, -EEXIST);
	refuse(far + SZ_4M, 0, 14 * SZ_2M + SZ_4K, LEAF_R, 0, -EEXIST);
	refuse_populate(far + SZ_4M, 14 * SZ_2M + SZ_4K, -EEXIST);
	map(far + SZ_4M, 0, 14 * SZ_2M);
	check_whole(&pt, &model);
}

static void ends_of_memory(u64 half)
{
	map(-SZ_4K, PA_END - SZ_4K, SZ_4K);
	map(-SZ_1G, PA_END - SZ_1G, SZ_1G - SZ_4K);
	map(0, 0, SZ_4K);
	map(half - SZ_2M, 0, SZ_2M);
	map(-half, PA_END - SZ_2M, SZ_2M);
	check_whole(&pt, &model);
	check_iterate(&pt, &model, ~0ULL, ~0ULL);
	check_iterate(&pt, &model, 0, 0);
}

static void whole_halves(u64 half)
{
	map(-half, 0, half);
	CHECK_EQ(mem_log.allocs, 0); /* leaves in the root */
	map(0, PA_END - half, half);
	refuse(0, 0, SZ_4K, LEAF_R, 0, -EEXIST);
	refuse(-SZ_4K, 0, SZ_4K, LEAF_R, 0, -EEXIST);
	refuse_populate(-SZ_4K, SZ_4K, -EEXIST);
	check_whole(&pt, &model);
}

/* Afterwards mapping cannot run out of memory, and doing it again adds nothing. */
static void populate_first(u64 half)
{
	u64 va = half - SZ_2M - SZ_4K;

	CHECK_EQ(pgtable_table(&pt, va, 0), 0);
	populate(va, 2 * SZ_4K);
	CHECK(pgtable_table(&pt, va, 0) != 0);
	CHECK(pgtable_table(&pt, va, 0) != pgtable_table(&pt, va + SZ_4K, 0));
	populate(va, 2 * SZ_4K);
	CHECK_EQ(mem_log.allocs, 0);
	map(va, SZ_2M, 2 * SZ_4K);
	CHECK_EQ(mem_log.allocs, 0);
	CHECK_EQ(pgtable_table(&pt, va, pt.geometry->levels), 0);
	check_whole(&pt, &model);
}

struct visits {
	unsigned int nr, stop;
	unsigned long va[4];
	unsigned int level[4];
	u64 entry[4];
};

static int note_visit(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	struct visits *v = arg;

	v->va[v->nr] = va;
	v->level[v->nr] = level;
	v->entry[v->nr++] = pte.val;
	return v->nr == v->stop ? 77 : 0;
}

/* An entry that leads nowhere, at each level in turn, between two good leaves. */
static void damaged(u64 half)
{
	const unsigned int top = pt.geometry->levels - 1;
	struct pgtable_trace trace;
	struct visits v;
	u64 bad = 0x7654321ULL << 10 | 1;

	map(0, SZ_1G, SZ_4K);
	map(half - SZ_4K, SZ_1G, SZ_4K);
	for (unsigned int level = 0; level <= top; level++) {
		u64 va = half - 2 * leaf_bytes(top) + 8 * leaf_bytes(level);
		phys_addr_t table;

		populate(half - 2 * leaf_bytes(top), SZ_4K);
		va = level == top ? half - 3 * leaf_bytes(top) : va;
		table = pgtable_table(&pt, va, level);
		mem_damage(table, va >> (12 + 9 * level) & 511, bad);

		CHECK_EQ(pgtable_trace(&pt, va, &trace), level ? -EFAULT : -ENOENT);
		CHECK_EQ(trace.nr, top - level + 1);
		CHECK_EQ(trace.bad_table, level ? 0x7654321000 : 0);
		CHECK_EQ(trace.step[trace.nr - 1].pte.val, bad);
		CHECK_EQ(trace.step[trace.nr - 1].table, table);
		for (v.stop = 0; v.stop < 4; v.stop++) {
			v.nr = 0;
			CHECK_EQ(pgtable_iterate(&pt, 0, half - 1, note_visit, &v),
				 v.stop ? 77 : 0);
			CHECK_EQ(v.nr, v.stop ? v.stop : 3);
		}
		CHECK_EQ(v.va[1], va);
		CHECK_EQ(v.level[1], level);
		CHECK_EQ(v.entry[1], bad);
		CHECK_EQ(v.va[2], half - SZ_4K);
		mem_damage(table, va >> (12 + 9 * level) & 511, 0);
	}
	pt.root = 0x123456000; /* not even a root */
	CHECK_EQ(pgtable_trace(&pt, 0, &trace), -EFAULT);
	CHECK_EQ(trace.nr, 0);
	CHECK_EQ(trace.bad_table, 0x123456000);
}

static void iterate_ranges(u64 half)
{
	struct visits v = { 0 };

	map(SZ_2M, SZ_2M, SZ_2M);
	CHECK_EQ(pgtable_iterate(&pt, 0, ~0UL, note_visit, &v), -ERANGE);
	CHECK_EQ(pgtable_iterate(&pt, half, half, note_visit, &v), -ERANGE);
	CHECK_EQ(pgtable_iterate(&pt, 0, half, note_visit, &v), -ERANGE);
	CHECK_EQ(pgtable_iterate(&pt, -half - 1, ~0UL, note_visit, &v), -ERANGE);
	CHECK_EQ(pgtable_iterate(&pt, 1, 0, note_visit, &v), -ERANGE);
	CHECK_EQ(pgtable_iterate(&pt, SZ_4M, half - 1, note_visit, &v), 0);
	CHECK_EQ(pgtable_iterate(&pt, 0, SZ_2M - 1, note_visit, &v), 0);
	CHECK_EQ(v.nr, 0);
	/* Only tables are asked about, not what 512 other entries point to. */
	mem_begin();
	CHECK_EQ(pgtable_iterate(&pt, 0, half - 1, note_visit, &v), 0);
	CHECK_EQ(mem_log.questions, pt.geometry->levels - 2);
	CHECK_EQ(v.nr, 1);
	v.nr = 0;
	/* A leaf that is met in its middle is told by its first address. */
	CHECK_EQ(pgtable_iterate(&pt, SZ_4M - 1, SZ_4M - 1, note_visit, &v), 0);
	CHECK_EQ(v.nr, 1);
	CHECK_EQ(v.va[0], SZ_2M);
	CHECK_EQ(v.level[0], 1);
}

static void test_geometry(void)
{
	for (unsigned int levels = 0; levels < 9; levels++) {
		const struct pgtable_geometry *g = pgtable_geometry(levels);

		CHECK(!g == (levels < 3 || levels > 5));
		if (!g)
			continue;
		CHECK_EQ(g->levels, levels);
		CHECK_EQ(g->input_bits, 12 + 9 * levels);
		CHECK_EQ(atoi(g->name + 2), g->input_bits);
		CHECK_EQ(g->mode, 5 + levels); /* Priv 20250508 §12.1.11 satp */
		CHECK_EQ(g->max_leaf_level, levels - 1);
		CHECK_EQ(g->root_bits, 9);
		CHECK_EQ(g->stage, 1);
		CHECK(g->sign_extended);
	}
	/* The other kind of input: what a G-stage tree translates. */
	struct pgtable_geometry stage2 = { "sv39x4", 3, 11, 41, false, 2, 2, 8 };

	CHECK(pgtable_canonical(&stage2, (1UL << 41) - 1));
	CHECK(!pgtable_canonical(&stage2, 1UL << 41));
	CHECK(!pgtable_canonical(&stage2, ~0UL));
}

static void test_bad_ranges(void)
{
	each_tree(bad_ranges);
}

static void test_all_prots(void)
{
	each_tree(all_prots);
}

static void test_in_the_way(void)
{
	each_tree(in_the_way);
}

static void test_ends(void)
{
	each_tree(ends_of_memory);
	each_tree(whole_halves);
}

static void test_populate(void)
{
	each_tree(populate_first);
}

static void test_damaged(void)
{
	each_tree(damaged);
}

static void test_iterate(void)
{
	each_tree(iterate_ranges);
}

static const struct host_case cases[] = {
	{ "geometries", test_geometry },
	{ "bad ranges are refused", test_bad_ranges },
	{ "every combination of entry bits", test_all_prots },
	{ "what is in the way is found in time", test_in_the_way },
	{ "the ends of both address spaces", test_ends },
	{ "populate makes map need nothing", test_populate },
	{ "damaged trees are traced and iterated", test_damaged },
	{ "iterate keeps to its range", test_iterate },
	{ "all pairs of small operations at borders", pgtable_small_pairs },
	{ "three handles on one chain", pgtable_one_chain },
	{ "random, tables at an offset", pgtable_random_flat },
	{ "random, tables anywhere", pgtable_random_reach },
	{ "random, tables through a fixmap", pgtable_random_fixmap },
};
HOST_MAIN(cases)
