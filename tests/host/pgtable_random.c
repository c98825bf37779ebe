// SPDX-License-Identifier: BSD-2-Clause
/*
 * Operations in numbers: random ones near the borders of all levels, all pairs of
 * small ones around a border, and three handles on one chain of tables. What is
 * checked after each of them is in pgtable_model.c.
 */
#include <string.h>

#include "host.h"
#include "pgtable_mem.h"
#include "pgtable_model.h"
#include "pgtable_random.h"

#define KERNEL_LEAF (_PAGE_PRESENT | _PAGE_READ | _PAGE_ACCESSED)

static struct model model;

/* Every combination of bits that the contract allows and a hart takes without fault. */
static u64 random_prot(void)
{
	static const u64 rights[] = {
		_PAGE_READ,
		_PAGE_READ | _PAGE_WRITE | _PAGE_DIRTY,
		_PAGE_EXEC,
		_PAGE_READ | _PAGE_EXEC,
		_PAGE_READ | _PAGE_DIRTY,
		_PAGE_EXEC | _PAGE_DIRTY,
	};
	u64 prot = _PAGE_PRESENT | _PAGE_ACCESSED | rights[host_rand_below(ARRAY_SIZE(rights))];

	prot |= host_rand() & (_PAGE_USER | _PAGE_GLOBAL | _PAGE_RSW);
	return prot | host_rand_below(3) << 61;
}

static u64 sign_extend(u64 va, unsigned int levels)
{
	unsigned int unused = 52 - 9 * levels;

	return (u64)((s64)(va << unused) >> unused);
}

/* A few borders of each tree are used again and again, so that operations meet. */
struct places {
	unsigned int levels, nr;
	u64 border[6];
};

static void choose_places(struct places *at, unsigned int levels)
{
	at->levels = levels;
	at->nr = ARRAY_SIZE(at->border);
	for (unsigned int i = 0; i < at->nr; i++) {
		u64 unit = leaf_bytes((unsigned int)host_rand_below(levels));

		at->border[i] = sign_extend(host_rand() & -unit, levels);
	}
	at->border[0] = 0; /* the top of the address space as well */
	at->border[1] = -(leaf_bytes(levels) / 2);
}

static u64 small_count(void)
{
	return host_rand_below(4) ? host_rand_below(5) : host_rand_below(600);
}

static u64 random_address(const struct places *at)
{
	u64 va = at->border[host_rand_below(at->nr)];

	for (u64 parts = host_rand_below(3); parts; parts--) {
		u64 step = leaf_bytes((unsigned int)host_rand_below(at->levels)) * small_count();

		va += host_rand() & 1 ? step : -step;
	}
	return sign_extend(va, at->levels);
}

static u64 random_size(unsigned int levels)
{
	u64 size = 0;

	for (u64 parts = 1 + host_rand_below(3); parts; parts--)
		size += leaf_bytes((unsigned int)host_rand_below(levels)) * small_count();
	return size;
}

static struct op random_op(const struct places *at)
{
	struct op op = { .populate = !host_rand_below(8) };
	u64 half = leaf_bytes(at->levels) / 2, left;

	op.va = random_address(at);
	left = half - (op.va & (half - 1));
	op.size = random_size(at->levels);
	if (!op.size || op.size > left || !host_rand_below(16))
		op.size = left;
	if (host_rand_below(4) == 0) /* up to a border */
		op.size = min(left, -op.va & (leaf_bytes(1 + host_rand_below(3)) - 1));
	if (!op.size)
		op.size = PAGE_SIZE;
	if (op.populate)
		return op;
	/* Congruent with va up to some level, anything above, below 2^56. */
	u64 mask = leaf_bytes((unsigned int)host_rand_below(at->levels)) - 1;
	u64 room = (1ULL << 56) - op.size;

	op.pa = ((op.va & mask) | (host_rand() & ~mask)) & ((1ULL << 56) - PAGE_SIZE);
	if (op.pa > room)
		op.pa = room & (host_rand() & 1 ? ~0ULL : ~mask);
	op.prot = random_prot();
	op.flags = host_rand_below(8) ? 0 : PGTABLE_SMALL_ONLY;
	return op;
}

static void random_tree(enum mem_mode mode, unsigned int levels, unsigned long *calls,
			unsigned long limit)
{
	struct pgtable pt;
	struct places at;

	mem_reset(mode);
	mem_open(&pt, pgtable_geometry(levels), 0);
	model_init(&model, levels);
	choose_places(&at, levels);
	for (int i = 0; i < 100 && *calls < limit && !model_full(&model); i++) {
		struct op op = random_op(&at);

		*calls += check_op(&pt, &model, &op, !host_rand_below(16));
		check_address(&pt, &model, random_address(&at) + host_rand_below(PAGE_SIZE));
		if (host_failures)
			return;
	}
	check_whole(&pt, &model);
	for (int i = 0; i < 8; i++) {
		u64 start = random_address(&at), half = leaf_bytes(levels) / 2;
		u64 last = start + host_rand_below(half - (start & (half - 1)));

		check_iterate(&pt, &model, start, last);
		check_address(&pt, &model, host_rand());
	}
}

static void random_walk(enum mem_mode mode, unsigned long limit)
{
	unsigned long calls = 0;

	for (unsigned int n = 0; calls < limit && !host_failures; n++)
		random_tree(mode, 3 + n % 3, &calls, limit);
	printf("# %lu calls\n", calls);
}

void pgtable_random_flat(void)
{
	random_walk(MEM_FLAT, host_work(100000));
}

void pgtable_random_reach(void)
{
	random_walk(MEM_REACH, host_work(90000));
}

void pgtable_random_fixmap(void)
{
	random_walk(MEM_FIXMAP, host_work(20000));
}

/* Operations with one end near a border of a level; index i is decoded. */
static bool small_op(unsigned int i, unsigned int levels, unsigned int level, u64 border,
		     struct op *op)
{
	const u64 page = PAGE_SIZE, leaf = leaf_bytes(level);
	const u64 starts[] = { -leaf, -page, 0, page };
	const u64 sizes[] = { page, 2 * page, leaf - page, leaf, leaf + page };
	const u64 shifts[] = { 0, page };
	u64 start, last;

	memset(op, 0, sizeof(*op));
	start = border + starts[i % ARRAY_SIZE(starts)];
	i /= ARRAY_SIZE(starts);
	op->va = start;
	op->size = sizes[i % ARRAY_SIZE(sizes)];
	i /= ARRAY_SIZE(sizes);
	op->pa = (start & (2 * leaf - 1)) + 8 * leaf;
	last = start + op->size - 1;
	op->prot = KERNEL_LEAF;
	if (i == ARRAY_SIZE(shifts))
		op->populate = true;
	else
		op->pa += shifts[i];
	return last >= start && sign_extend(last, levels) == last &&
	       sign_extend(start, levels) == start && !((start ^ last) >> 63);
}

#define SMALL_OPS (4 * 5 * 3)

static void pairs_at(unsigned int levels, unsigned int level, u64 border)
{
	for (unsigned int first = 0; first < SMALL_OPS; first++)
		for (unsigned int second = 0; second < SMALL_OPS && !host_failures; second++) {
			struct pgtable pt;
			struct op a, b;

			if (!small_op(first, levels, level, border, &a) ||
			    !small_op(second, levels, level, border, &b))
				continue;
			mem_reset((first + second) & 1 ? MEM_REACH : MEM_FLAT);
			mem_open(&pt, pgtable_geometry(levels), 0);
			model_init(&model, levels);
			if (check_op(&pt, &model, &a, false) && check_op(&pt, &model, &b, !first))
				check_whole(&pt, &model);
		}
}

/* Around borders inside a table, between tables, and at the ends of both halves. */
void pgtable_small_pairs(void)
{
	for (unsigned int levels = 3; levels <= 5; levels++) {
		u64 half = leaf_bytes(levels) / 2;
		unsigned int top = levels - 1;

		pairs_at(levels, top, 0);
		pairs_at(levels, top, half - leaf_bytes(top));
		pairs_at(levels, top - 1, -leaf_bytes(top));
		pairs_at(levels, 1, -half + 4 * leaf_bytes(2));
	}
	pairs_at(3, 1, -2 * leaf_bytes(1));
	pairs_at(3, 1, -0ULL);
}

/* The low and the high end of a handle's tables, by the addresses of the largest. */
static void chain_tree(unsigned long *calls, enum mem_mode mode)
{
	const struct op chain = { .populate = true, .va = -PAGE_SIZE, .size = PAGE_SIZE };
	struct pgtable pt[3];
	struct places at;

	mem_reset(mode);
	mem_open(&pt[0], pgtable_geometry(5), 0);
	model_init(&model, 5);
	*calls += check_op(&pt[0], &model, &chain, true);
	for (unsigned int i = 1; i < 3; i++)
		mem_open(&pt[i], pgtable_geometry(5 - i), pgtable_table(&pt[0], -1UL, 4 - i));
	choose_places(&at, 3);
	for (int n = 0; n < 60 && !model_full(&model) && !host_failures; n++) {
		struct op op = random_op(&at);
		struct pgtable *by = &pt[host_rand_below(3)];

		op.va |= -(leaf_bytes(3) / 2); /* the half that all three call by one name */
		if (op.va + op.size - 1 < op.va)
			op.size = -op.va;
		if (op.pa + op.size > 1ULL << 56)
			op.pa = 0;
		*calls += check_op(by, &model, &op, !host_rand_below(8));
	}
	for (int n = 0; n < 50 && !host_failures; n++) {
		u64 va = random_address(&at) | -(leaf_bytes(3) / 2);

		for (int i = 0; i < 3; i++)
			check_address(&pt[i], &model, va + host_rand_below(PAGE_SIZE));
	}
	for (int i = 0; i < 3; i++)
		check_iterate(&pt[i], &model, -(leaf_bytes(3) / 2), ~0ULL);
}

void pgtable_one_chain(void)
{
	unsigned long calls = 0, limit = host_work(20000);

	for (int n = 0; calls < limit && !host_failures; n++)
		chain_tree(&calls, n % 4 ? MEM_REACH : MEM_FIXMAP);
	printf("# %lu calls\n", calls);
}
