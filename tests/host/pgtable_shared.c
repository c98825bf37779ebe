// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tables and pages that many entries lead to: they are never written nor freed, a range is led
 * to them as high up as it goes, and what is mapped over them takes their place at once.
 */
#include <kernel/errno.h>
#include <kernel/sizes.h>

#include <string.h>

#include "host.h"
#include "pgtable_cases.h"

static unsigned int top; /* level of the root */

static struct op share_op(unsigned int chain, u64 va, u64 size)
{
	return (struct op){
		OP_SHARE, va, mem_chain(&pt, chain), size, check_shared_bits(&pt), 0, 0
	};
}

static struct op over_op(u64 va, u64 pa, u64 size)
{
	return (struct op){ OP_MAP, va, pa, size, leaf_bits(6), 0, PGTABLE_OVER_SHARED };
}

static void call(struct op op)
{
	CHECK(check_op(&pt, &model, &op, CHECK_STARVE | CHECK_HARTS));
	CHECK_EQ(mem_log.refusals, 0);
}

static void share(unsigned int chain, u64 va, u64 size)
{
	call(share_op(chain, va, size));
}

static u64 page_at(u64 va)
{
	return pte_pa(pgtable_walk(&pt, va, &(unsigned int){ 0 }));
}

static int count(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	(void)va;
	(void)level;
	(void)pte;
	++*(unsigned int *)arg;
	return 0;
}

static unsigned int visits(u64 va, u64 size)
{
	unsigned int nr = 0;

	CHECK_EQ(pgtable_iterate(&pt, va, va + size - 1, count, &nr), 0);
	return nr;
}

/* Aligned to each level, and next to it: entries, tables, and each of them once. */
static void ranges(u64 end)
{
	(void)end;
	for (unsigned int level = 0; level <= top; level++) {
		u64 leaf = leaf_bytes(level), va = leaf_bytes(top) * 3, size = 3 * leaf;

		share(0, va, size);
		CHECK_EQ(mem_log.allocs, top - level);
		CHECK_EQ(mem_log.stores, level < top ? 1 : 3); /* of those a hart may see */
		CHECK_EQ(visits(va, size), 3);
		CHECK_EQ(page_at(va + size - 1), mem_chain(&pt, 0));
		share(1, va, size);
		CHECK_EQ(mem_log.allocs, 0);
		CHECK_EQ(mem_log.stores, 3);
		CHECK_EQ(visits(va, size), 3);
		CHECK_EQ(page_at(va), mem_chain(&pt, 1));
		share(0, va + (level & 1 ? SZ_4K : 0), size - SZ_4K); /* all but a page at an end */
		CHECK_EQ(mem_log.allocs, level);
		CHECK_EQ(visits(va, size), 3 + level * 511);
		CHECK_EQ(page_at(va), mem_chain(&pt, level & 1));
		CHECK_EQ(page_at(va + size - 1), mem_chain(&pt, !(level & 1)));
		check_whole(&pt, &model);
		on_range(OP_UNMAP, va, level == top ? size : leaf_bytes(top));
		CHECK_EQ(model.nr_tables, 0);
	}
}

/* A page, runs and blocks of the tree's own in what is shared, as high up as it goes. */
static void mapped_over(u64 end)
{
	const u64 va = leaf_bytes(top), block = va + SZ_1G - SZ_4M;

	(void)end;
	share(0, va, SZ_1G);
	call(over_op(va + SZ_4K, SZ_1G + SZ_4K, SZ_4K));
	CHECK_EQ(mem_log.allocs, 2);
	CHECK_EQ(page_at(va), mem_chain(&pt, 0));
	CHECK_EQ(page_at(va + SZ_4K), SZ_1G + SZ_4K);
	CHECK_EQ(page_at(va + 2 * SZ_4K), mem_chain(&pt, 0));
	call(over_op(va + 2 * SZ_4K, SZ_1G + 2 * SZ_4K, 40 * SZ_4K));
	CHECK_EQ(mem_log.allocs, 0);
	CHECK_EQ(pgtable_walk(&pt, va + 16 * SZ_4K, &(unsigned int){ 0 }).val >> 63, pt.svnapot);

	/* By one store for the pointer to a shared table. */
	call(over_op(block, SZ_2M, SZ_2M));
	CHECK_EQ(mem_log.allocs, 0);
	CHECK_EQ(mem_log.stores, 1);
	CHECK_EQ(page_at(block + SZ_4K), SZ_2M);
	CHECK_EQ(visits(block, SZ_4M), 2);

	/* A table of the tree's own stays, all of whose entries are shared. */
	share(1, va, SZ_4K);
	share(1, va + 64 * SZ_4K, SZ_2M - 64 * SZ_4K);
	on_range(OP_UNMAP, va + SZ_4K, 63 * SZ_4K);
	call(over_op(va + SZ_2M, SZ_2M, SZ_4K));
	on_range(OP_UNMAP, va + SZ_2M, SZ_4K);
	share(0, va, SZ_4M);
	CHECK_EQ(mem_log.allocs, 0);
	CHECK_EQ(mem_log.stores, 1024);
	call(over_op(va, SZ_4M, SZ_4M));
	CHECK_EQ(mem_log.allocs, 0);
	CHECK_EQ(mem_log.stores, 1024);
	CHECK_EQ(visits(va, SZ_4M), 1024);
	check_whole(&pt, &model);
}

/* What is the tree's own stays, wherever it is in the range, and so does all else. */
static void in_the_way(u64 end)
{
	const u64 va = leaf_bytes(top), size = 2 * SZ_1G;
	const struct {
		u64 at, size;
		enum pgtable_refusal why, small;
	} rows[] = {
		{ 0, SZ_4K, PGTABLE_OVERWRITES, PGTABLE_OVERWRITES },
		{ size - SZ_4K, SZ_4K, PGTABLE_OVERWRITES, PGTABLE_OVERWRITES },
		{ SZ_1G + SZ_2M, SZ_2M, PGTABLE_OVERWRITES, PGTABLE_LEAF_BY_TABLE },
		{ SZ_1G, SZ_1G, PGTABLE_OVERWRITES, PGTABLE_LEAF_BY_TABLE },
	};

	(void)end;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct op op = share_op(1, va, size), page = over_op(va + rows[i].at, 0, SZ_4K);

		share(0, va, size);
		call(over_op(va + rows[i].at, rows[i].at, rows[i].size));
		CHECK(check_op(&pt, &model, &op, CHECK_HARTS));
		CHECK_EQ(mem_log.why, rows[i].why);
		CHECK_EQ(mem_log.refused_va, va + rows[i].at);
		op = over_op(va, SZ_1G, size);
		CHECK(check_op(&pt, &model, &op, CHECK_HARTS));
		CHECK_EQ(mem_log.why, rows[i].why);
		CHECK(check_op(&pt, &model, &page, CHECK_HARTS));
		CHECK_EQ(mem_log.why, rows[i].small);
		op = share_op(1, va + rows[i].at, SZ_4K);
		CHECK(check_op(&pt, &model, &op, CHECK_HARTS));
		CHECK_EQ(mem_log.why, rows[i].small);
		on_range(OP_UNMAP, va, size);
	}
	/* Without the flag a shared page is in the way like any other. */
	share(0, va, SZ_1G);
	check_refused(&pt, &(struct op){ OP_MAP, va, 0, SZ_4K, leaf_bits(2), 0, 0 },
		      1ULL << PGTABLE_OVERWRITES);
	check_refused(&pt, &(struct op){ OP_MAP, va, 0, SZ_2M, leaf_bits(2), 0, 0 },
		      1ULL << PGTABLE_TABLE_BY_LEAF);
	check_whole(&pt, &model);
}

/* Tables of the tree's own go with the tree or the range, shared ones never. */
static void freed(u64 end)
{
	const u64 va = leaf_bytes(top);

	share(0, va, 2 * va);
	share(1, va + SZ_4K, SZ_1G);
	call(over_op(va + SZ_1G / 2, 0, SZ_2M + SZ_4K));
	on_range(OP_UNMAP, va + SZ_2M, SZ_1G / 4); /* in part */
	on_range(OP_PROTECT, va + SZ_1G / 4 * 3, SZ_2M);
	check_whole(&pt, &model);
	CHECK(model.nr_tables >= 3);
	on_range(OP_UNMAP, va, 2 * va);
	CHECK_EQ(model.nr_tables, 0);
	share(1, end - SZ_4M - SZ_4K, SZ_4M);
	share(0, end - SZ_1G, SZ_4K);
	mem_begin(&pt, 0, ~0ULL);
	mem_retire(&pt);
	CHECK_EQ(pgtable_destroy(&pt), 0);
	mem_end();
	CHECK_EQ(mem_pages(), 0);
}

static void (*the_case)(u64 end);

static void with_chains(u64 end)
{
	top = pt.geometry->levels - 1U;
	check_shared(&pt);
	the_case(end);
}

static void each_shared(void (*run)(u64 end))
{
	the_case = run;
	each_tree(with_chains);
}

void shared_ranges(void)
{
	each_shared(ranges);
}

void shared_mapped_over(void)
{
	each_shared(mapped_over);
}

void shared_in_the_way(void)
{
	each_shared(in_the_way);
}

void shared_freed(void)
{
	each_shared(freed);
}
