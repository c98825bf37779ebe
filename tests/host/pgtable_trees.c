// SPDX-License-Identifier: BSD-2-Clause
/*
 * Whole trees of the page-table engine: making and unmaking them, the half that many
 * have, tables that many entries share, another writer, and lower roots of one chain.
 */
#include <kernel/errno.h>
#include <kernel/sizes.h>

#include <string.h>

#include "host.h"
#include "pgtable_cases.h"

#define NR_TREES 3

static struct pgtable trees[NR_TREES]; /* the kernel's, and two that have its upper half */

static const struct pgtable_geometry *geometry(unsigned int nr)
{
	return pgtable_geometry(1 + nr % 6 / 3, 3 + nr % 3);
}

static int create(struct pgtable *tree, const struct pgtable_geometry *g, struct pgtable *kernel)
{
	const struct pt_ops ops = mem_ops();
	int ret;

	memset(tree, 0xa5, sizeof(*tree));
	mem_begin(kernel, 0, ~0ULL);
	mem_budget = 1;
	ret = pgtable_create(tree, g, &ops, kernel);
	if (!ret)
		mem_adopt(tree);
	mem_begin_again(kernel ? kernel : tree);
	mem_end();
	return ret;
}

static int destroy(struct pgtable *tree, bool refused)
{
	int ret;

	mem_begin(tree, 0, ~0ULL);
	if (!refused)
		mem_retire(tree);
	ret = pgtable_destroy(tree);
	mem_end();
	return ret;
}

static void bad_create(const struct pgtable_geometry *g)
{
	const struct pt_ops ops = mem_ops();
	unsigned int pages = mem_pages();

	mem_begin(NULL, 0, ~0ULL);
	mem_budget = 0;
	CHECK_EQ(pgtable_create(&trees[0], g, &ops, NULL), -ENOMEM);
	CHECK_EQ(mem_log.why, PGTABLE_NO_MEMORY);
	if (g->stage == 2) {
		mem_misaligned = 1;
		CHECK_EQ(create(&trees[0], g, NULL), -EINVAL);
		CHECK_EQ(mem_log.why, PGTABLE_BAD_ROOT);
		CHECK_EQ(mem_log.frees, 1);
	}
	CHECK_EQ(mem_pages(), pages);
}

/*
 * An empty tree in any memory, filled with leaves of each size, and taken down. Nothing
 * says what the host's own mode is: each geometry is made on each.
 */
void trees_create(void)
{
	for (unsigned int nr = 0; nr < 6 * MEM_MODES && !host_failures; nr++) {
		const struct pgtable_geometry *g = geometry(nr);
		u64 end;

		mem_reset((enum mem_mode)(nr / 6));
		bad_create(g);
		CHECK_EQ(create(&pt, g, NULL), 0);
		CHECK_EQ(pt.root & (pgtable_root_size(g) - 1), 0);
		CHECK(!pt.kernel && !pt.next && !pt.svnapot && !pt.svpbmt);
		for (unsigned int i = 0; i < pgtable_root_size(g) / 8; i++)
			CHECK_EQ(mem_table(pt.root)[i], 0);
		pt.svnapot = nr & 1;
		model_init(&model, &pt);
		check_hart(&pt, true);
		end = model_end(&model);
		map(SZ_4K, SZ_4K, 2 * SZ_1G);
		map(end - 2 * SZ_1G, SZ_1G, SZ_1G + SZ_2M);
		if (!model.guest)
			map(-SZ_2M, 0, SZ_2M - SZ_4K);
		on_range(OP_POPULATE, end - SZ_4K, SZ_4K);
		check_whole(&pt, &model);
		CHECK_EQ(destroy(&pt, false), 0);
		CHECK_EQ(mem_pages(), 0);
	}
}

/* Where they must be equal, and where not. */
static void check_roots(const u64 *own)
{
	unsigned int entries = 512;

	for (unsigned int t = 1; t < NR_TREES; t++)
		for (unsigned int i = 0; i < entries; i++)
			CHECK_EQ(mem_table(trees[t].root)[i],
				 i < entries / 2 ? own[t] : mem_table(trees[0].root)[i]);
}

static void kernel_half_op(const u64 *own, struct op op)
{
	struct op refused;

	if (op.kind == OP_SHARE)
		op.pa = mem_chain(&trees[0], (unsigned int)op.pa);
	refused = op;
	for (unsigned int t = 1; t < NR_TREES; t++) {
		pt = trees[t];
		check_refused(&trees[t], &refused, 1ULL << PGTABLE_KERNEL_HALF);
	}
	hart.root = trees[0].root;
	CHECK(check_op(&trees[0], &model, &op, CHECK_HARTS | CHECK_STARVE));
	check_roots(own);
	for (unsigned int t = 1; t < NR_TREES; t++) {
		check_address(&trees[t], &model, op.va);
		hart.root = trees[t].root;
		for (unsigned int i = 0; i < 8; i++) /* fills what the next call must empty */
			hart_access(op.va + host_rand_below(op.size), false);
	}
	hart.root = trees[0].root;
}

/* What a tree with another's upper half may have in its own: nothing global. */
static void own_half(struct pgtable *tree)
{
	static struct model own;
	struct op op = { OP_MAP, SZ_1G, SZ_1G, SZ_2M + SZ_4K, 0, 0, 0 };

	model_init(&own, tree);
	check_hart(tree, true);
	op.set = _PAGE_PRESENT | _PAGE_READ | _PAGE_USER | _PAGE_GLOBAL;
	check_refused(tree, &op, 1ULL << PGTABLE_STAGE_BITS);
	op.set &= ~_PAGE_GLOBAL;
	CHECK(check_op(tree, &own, &op, CHECK_HARTS | CHECK_STARVE));
	op = (struct op){ OP_PROTECT, SZ_1G + SZ_4K, 0, SZ_4K, _PAGE_GLOBAL, 0, 0 };
	check_refused(tree, &op, 1ULL << PGTABLE_STAGE_BITS);
	op.size = SZ_1G;
	op.kind = OP_UNMAP;
	CHECK(check_op(tree, &own, &op, CHECK_HARTS | CHECK_STARVE));
	check_hart(&trees[0], true);
}

static void kernel_half(enum mem_mode mode, unsigned int levels)
{
	const struct pgtable_geometry *g = pgtable_geometry(1, levels);
	const u64 half = leaf_bytes(levels) / 2, top = leaf_bytes(levels - 1),
		  own[NR_TREES] = { 0 };
	const u64 bits = _PAGE_PRESENT | _PAGE_READ | _PAGE_WRITE | _PAGE_ACCESSED | _PAGE_DIRTY;
	const struct op ops[] = {
		{ OP_MAP, -half, SZ_1G, SZ_4M + SZ_4K, bits, 0, 0 },
		{ OP_MAP, -top, 0, top, bits, 0, 0 }, /* a leaf in the root */
		{ OP_PROTECT, -top, 0, top, 0, _PAGE_WRITE, 0 },
		{ OP_UNMAP, -top + SZ_2M, 0, SZ_4K, 0, 0, 0 },
		{ OP_SPLIT, -half, 0, SZ_4K, 0, 0, 0 },
		{ OP_POPULATE, -half + top, 0, SZ_4K, 0, 0, 0 },
		{ OP_MAP, -top + SZ_2M, SZ_2M, SZ_4K, bits & ~4ULL, 0, 0 },
		{ OP_MERGE, -top, 0, top, 0, 0, 0 },
		{ OP_MERGE, -half, 0, 4 * top, 0, 0, 0 },
		{ OP_SHARE, -half + 2 * top, 0, top, 0x43, 0, 0 }, /* the chain is put in below */
		{ OP_MAP, -half + 2 * top, 0, top, bits, 0, PGTABLE_OVER_SHARED },
		{ OP_SHARE, -half + 3 * top, 0, 2 * top, 0x43, 0, 0 },
		{ OP_SHARE, -half + 4 * top, 1, top, 0x43, 0, 0 },
		{ OP_MAP, -half + 3 * top + SZ_2M, 0, SZ_4K, bits, 0, PGTABLE_OVER_SHARED },
		{ OP_UNMAP, -half, 0, half, 0, 0, 0 },
	};
	unsigned int pages;

	mem_reset(mode);
	CHECK_EQ(create(&trees[0], g, NULL), 0);
	check_shared(&trees[0]);
	model_init(&model, &trees[0]);
	check_hart(&trees[0], true);
	CHECK_EQ(create(&trees[1], g, &trees[0]), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(ops) && !host_failures; i++) {
		if (i == 1) /* joins when there is something */
			CHECK_EQ(create(&trees[2], g, &trees[0]), 0);
		if (i)
			kernel_half_op(own, ops[i]);
		else
			CHECK(check_op(&trees[0], &model, &ops[0], CHECK_HARTS));
	}
	/* Another's tables do not go with a tree, nor the kernel's before all others. */
	CHECK(check_op(&trees[0], &model, &ops[0], 0));
	pages = mem_pages();
	CHECK_EQ(destroy(&trees[0], true), -EBUSY);
	CHECK_EQ(mem_log.why, PGTABLE_IN_USE);
	CHECK_EQ(mem_pages(), pages);
	own_half(&trees[1]);
	CHECK_EQ(destroy(&trees[1], false), 0);
	CHECK_EQ(mem_pages(), pages - 1);
	CHECK_EQ(destroy(&trees[2], false), 0);
	CHECK(check_op(&trees[0], &model, &ops[ARRAY_SIZE(ops) - 1], 0));
	CHECK_EQ(destroy(&trees[0], false), 0);
	CHECK_EQ(mem_pages(), 0);
	CHECK_EQ(create(&trees[0], g, NULL), 0);
	CHECK_EQ(create(&trees[1], pgtable_geometry(1, levels == 3 ? 4 : 3), &trees[0]), -EINVAL);
	CHECK_EQ(mem_log.why, PGTABLE_OTHER_GEOMETRY);
	CHECK_EQ(mem_pages(), 1);
}

void trees_kernel_half(void)
{
	for (unsigned int nr = 0; nr < 3 * MEM_MODES; nr++)
		kernel_half((enum mem_mode)(nr / 3), 3 + nr % 3);
}

/* --- Shared tables --- */

static int call_shared(enum op_kind kind, u64 va, u64 size)
{
	const u64 set = kind == OP_PROTECT ? 4 : kind == OP_MAP ? leaf_bits(2) : 0x43;
	const struct op op = { kind, va, mem_chain(&pt, 0), size, set, 0, 0 };
	int ret;

	mem_many_fences = kind == OP_MERGE;
	mem_begin(&pt, va, va + size - 1);
	ret = check_call(&pt, &op);
	mem_end();
	hart_check();
	for (unsigned int i = 0; i < 4; i++)
		hart_access(va + host_rand_below(size), false);
	return ret;
}

static void shared(unsigned int levels)
{
	u64 top = leaf_bytes(levels - 1), va = 3 * top + 5 * SZ_1G * (levels > 3) + SZ_2M;
	phys_addr_t page;
	unsigned int level;

	mem_reset(MEM_FLAT);
	mem_open(&pt, pgtable_geometry(1, levels), 0);
	check_hart(&pt, false);
	hart.check = NULL;
	check_shared(&pt);
	page = mem_chain(&pt, 0);
	CHECK_EQ(call_shared(OP_SHARE, 2 * top, 4 * top), 0);
	hart_access(va, false);
	CHECK_EQ(call_shared(OP_MAP, va, SZ_4K), -EEXIST);
	CHECK_EQ(call_shared(OP_PROTECT, va, SZ_4K), 0); /* copies all on the way down */
	CHECK_EQ(mem_log.allocs, levels - 1);
	CHECK_EQ(mem_log.fences, 1);
	CHECK_EQ(pgtable_walk(&pt, va, &level).val, page >> 2 | 0x47);
	CHECK_EQ(pgtable_walk(&pt, va + SZ_4K, &level).val, page >> 2 | 0x43);
	CHECK_EQ(call_shared(OP_UNMAP, va, 2 * SZ_4K), 0); /* ours by now */
	CHECK_EQ(mem_log.allocs, 0);
	CHECK_EQ(pgtable_walk(&pt, va, &level).val, 0);
	CHECK_EQ(call_shared(OP_POPULATE, 4 * top, SZ_4K), 0); /* changes no leaf */
	CHECK_EQ(mem_log.fences, 1);
	CHECK_EQ(call_shared(OP_UNMAP, va + SZ_4K, 2 * SZ_2M), 0);
	CHECK(mem_log.allocs > 0);
	CHECK_EQ(call_shared(OP_MERGE, 2 * top, 3 * top), 1); /* an empty one of ours */
	CHECK_EQ(call_shared(OP_UNMAP, 2 * top, 3 * top), 0); /* detaches them, frees ours */
	CHECK_EQ(pt.tables, 0);
	CHECK_EQ(mem_log.frees, mem_log.drops);
	CHECK_EQ(pgtable_walk(&pt, 5 * top + SZ_2M, &level).val, page >> 2 | 0x43);
	CHECK_EQ(destroy(&pt, false), 0);
	CHECK_EQ(mem_pages(), 0);
}

void trees_shared(void)
{
	for (unsigned int levels = 3; levels <= 5; levels++)
		shared(levels);
}

/* --- Another writer --- */

static const struct op *first_op, *other_op;
static struct outcome other_out;

/* Another hart's call, while this one takes tables. */
static void other_writer(void)
{
	static struct model after;
	unsigned long budget = mem_budget;
	int ret;

	mem_alloc_hook = NULL;
	mem_budget = 100;
	model_copy(&after, &model);
	CHECK(model_apply(&after, other_op, &other_out));
	mem_range(other_op->va, other_op->va + other_op->size - 1);
	ret = check_call(&pt, other_op);
	CHECK_EQ(ret, other_op->kind == OP_MERGE ? (int)other_out.freed : 0);
	mem_range(first_op->va, first_op->va + first_op->size - 1);
	model_copy(&model, &after);
	mem_budget = budget;
}

static void race(u64 end)
{
	const u64 va = end - SZ_1G, bits = leaf_bits(2);
	const struct {
		enum op_kind first, other;
		u64 first_va, first_size, other_va, other_size;
		int error;
	} rows[] = {
		{ OP_POPULATE, OP_POPULATE, va, SZ_4K, va, SZ_4K, 0 },
		{ OP_MAP, OP_POPULATE, va, SZ_4K, va, SZ_4M, 0 },
		{ OP_MAP, OP_MAP, va, SZ_4K, va, SZ_4K, -EEXIST },
		{ OP_MAP, OP_MAP, va, 2 * SZ_4K, va + SZ_4K, SZ_4K, -EEXIST },
		{ OP_MAP, OP_UNMAP, va, SZ_2M + SZ_4K, end - 2 * SZ_1G, SZ_1G, 0 },
		/* What it has counted on is gone: more tables are needed. */
		{ OP_MAP, OP_MERGE, end - 2 * SZ_1G + SZ_1G / 2 - SZ_4K, 2 * SZ_4K, end - 2 * SZ_1G,
		  SZ_1G, 0 },
		{ OP_SPLIT, OP_UNMAP, end - 3 * SZ_1G + SZ_4K, SZ_4K, end - 3 * SZ_1G, SZ_2M, 0 },
		{ OP_PROTECT, OP_UNMAP, end - 3 * SZ_1G + SZ_4K, SZ_4K, end - 3 * SZ_1G, SZ_2M,
		  -ENOENT },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows) && !host_failures; i++) {
		u64 what[2] = { rows[i].first == OP_MAP ? bits : 2,
				rows[i].other == OP_MAP ? bits : 0 };
		struct op first = {
			rows[i].first, rows[i].first_va, 0, rows[i].first_size, what[0], 0, 0
		};
		struct op other = {
			rows[i].other, rows[i].other_va, SZ_4K, rows[i].other_size, what[1], 0, 0
		};
		struct outcome out;
		int ret;

		on_range(OP_UNMAP, va, SZ_1G);
		on_range(OP_UNMAP, end - 3 * SZ_1G, 2 * SZ_1G);
		map(end - 3 * SZ_1G, SZ_1G, SZ_2M);
		on_range(OP_POPULATE, end - 2 * SZ_1G + SZ_1G / 2, SZ_4K);
		mem_budget = 100;
		mem_many_fences = true;
		first_op = &first;
		other_op = &other;
		mem_begin(&pt, first.va, first.va + first.size - 1);
		mem_alloc_hook = other_writer;
		ret = check_call(&pt, &first);
		CHECK(!mem_alloc_hook);
		mem_alloc_hook = NULL;
		mem_end();
		CHECK_EQ(ret, rows[i].error);
		if (!ret)
			CHECK(model_apply(&model, &first, &out) && !out.whys);
		CHECK_EQ(pt.tables, model.nr_tables);
		CHECK_EQ(mem_pages() - 1, model.nr_tables);
		check_whole(&pt, &model);
		if (host_failures)
			printf("# row %u\n", i);
	}
}

void trees_races(void)
{
	each_tree(race);
}

/* --- Lower roots --- */

/* Calls go through the highest of three handles, and all three must see what it did. */
static void chain_tree(enum mem_mode mode)
{
	const struct op chain = { .kind = OP_POPULATE, .va = -SZ_4K, .size = SZ_4K };
	const u64 low = -(leaf_bytes(3) / 2);

	mem_reset(mode);
	mem_open(&trees[0], pgtable_geometry(1, 5), 0);
	model_init(&model, &trees[0]);
	check_hart(&trees[0], false);
	CHECK(check_op(&trees[0], &model, &chain, CHECK_STARVE));
	for (unsigned int i = 1; i < 3; i++)
		mem_open(&trees[i], pgtable_geometry(1, 5 - i),
			 pgtable_table(&trees[0], -1UL, 4 - i));
	for (unsigned int n = 0; n < 60 && !model_full(&model) && !host_failures; n++) {
		static const u64 sizes[] = { SZ_4K, SZ_2M, 3 * SZ_2M + SZ_4K, SZ_1G };
		struct op op = { .kind = (enum op_kind)host_rand_below(OP_MERGE) };
		u64 unit = leaf_bytes((unsigned int)host_rand_below(3));

		op.va = low + host_rand_below(4) * SZ_1G + host_rand_below(4) * unit;
		op.size = sizes[host_rand_below(4)];
		op.set = op.kind == OP_MAP ? 0x47 : 0;
		op.pa = op.kind == OP_MAP ? op.va & (SZ_1G - 1) : 0;
		check_hart(&trees[0], false);
		check_op(&trees[0], &model, &op, 0);
		for (unsigned int i = 0; i < 3; i++) {
			check_hart(&trees[i], false);
			check_address(&trees[i], &model, op.va + host_rand_below(op.size));
		}
	}
	for (unsigned int i = 0; i < 3; i++)
		check_iterate(&trees[i], &model, low, ~0ULL, ~0UL);
}

void trees_chain(void)
{
	for (unsigned int n = 0; n < 60 && !host_failures; n++)
		chain_tree((enum mem_mode)(n % MEM_MODES));
}
