// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random operations, near the borders of all levels and near what is mapped. What is
 * checked after each of them is in pgtable_check.c.
 */
#include "host.h"
#include "pgtable_check.h"
#include "pgtable_mem.h"
#include "pgtable_random.h"

#define CALLS_PER_TREE 150

static struct model model;

/* Every combination of bits that the contract allows. */
static u64 random_prot(const struct model *m)
{
	u64 prot, types = m->svpbmt ? 3 : 1;

	do
		prot = (host_rand() & 0x3fe) | 1 | host_rand_below(types) << 61;
	while (model_bad_bits(m, prot));
	return host_rand_below(4) ? prot & ~_PAGE_RSW : prot;
}

static u64 in_range(const struct model *m, u64 va)
{
	u64 end = model_end(m);

	if (m->guest)
		return va & (end - 1);
	return va & end ? va | -end : va & (end - 1);
}

/* A few borders of each tree are used again and again, so that operations meet. */
struct places {
	const struct model *m;
	unsigned int nr;
	u64 border[5];
};

static void choose_places(struct places *at, const struct model *m)
{
	at->m = m;
	at->nr = ARRAY_SIZE(at->border);
	for (unsigned int i = 0; i < at->nr; i++) {
		u64 unit = leaf_bytes((unsigned int)host_rand_below(m->levels));

		at->border[i] = in_range(m, host_rand() & -unit);
	}
	at->border[0] = 0; /* the top of the address space as well */
	at->border[1] = in_range(m, model_end(m));
}

static u64 small_count(void)
{
	return host_rand_below(8) ? host_rand_below(5) : host_rand_below(40);
}

static u64 random_step(const struct model *m)
{
	u64 unit = leaf_bytes((unsigned int)host_rand_below(m->levels));

	if (host_rand_below(4) == 0)
		unit = PAGE_SIZE << 4;
	return unit * (host_rand_below(100) ? small_count() : host_rand_below(530));
}

static u64 random_address(const struct places *at)
{
	u64 va = at->border[host_rand_below(at->nr)];

	if (at->m->nr_runs && host_rand_below(4)) { /* near an end of what is mapped */
		const struct run *r = &at->m->runs[host_rand_below(at->m->nr_runs)];

		va = host_rand() & 1 ? r->va : run_last(r) + 1;
		if (host_rand() & 1)
			return in_range(at->m, va);
	}
	for (u64 parts = host_rand_below(3); parts; parts--)
		va += host_rand() & 1 ? random_step(at->m) : -random_step(at->m);
	return in_range(at->m, va);
}

static u64 random_size(const struct places *at, u64 va)
{
	const struct run *r = model_find(at->m, va);
	u64 end = model_end(at->m), left = end - (va & (end - 1)), size = 0;

	if (r && host_rand() & 1)
		size = run_last(r) + 1 - va; /* all of it, or half a leaf less, or a page */
	for (u64 parts = host_rand_below(3); parts || !size; parts -= parts > 0)
		size += random_step(at->m);
	if (size > left || !host_rand_below(64))
		size = left;
	if (host_rand_below(4) == 0) /* up to a border */
		size = min(left, -va & (leaf_bytes(1 + (unsigned int)host_rand_below(3)) - 1));
	return size ? size : PAGE_SIZE;
}

static void aim_map(const struct model *m, struct op *op)
{
	/* Congruent with va up to some level, anything above, below 2^56. */
	u64 mask = leaf_bytes((unsigned int)host_rand_below(m->levels)) - 1;
	const struct run *r = model_find(m, op->va - 1);
	u64 room;

	if (op->size > 1ULL << 56)
		op->size = PAGE_SIZE;
	room = (1ULL << 56) - op->size;
	if (host_rand_below(4) == 0)
		mask = (PAGE_SIZE << 4) - 1;
	op->pa = ((op->va & mask) | (host_rand() & ~mask)) & ((1ULL << 56) - PAGE_SIZE);
	if (r && !r->shared && host_rand() & 1)
		op->pa = r->pa + (op->va - r->va); /* goes on where its neighbour ends */
	if (op->pa > room)
		op->pa = room & (host_rand() & 1 ? ~0ULL : ~mask);
	op->set = r && host_rand_below(4) ? r->bits : random_prot(m);
}

static struct op random_op(const struct pgtable *pt, const struct places *at)
{
	static const enum op_kind kinds[] = {
		/* the last two with something to share */
		OP_MAP,     OP_MAP,   OP_MAP,   OP_MAP,   OP_MAP,      OP_UNMAP, OP_UNMAP,
		OP_PROTECT, OP_SPLIT, OP_SPLIT, OP_MERGE, OP_POPULATE, OP_SHARE, OP_SHARE,
	};
	const u64 rights = 0x3fe;
	struct op op = {
		.kind = kinds[host_rand_below(ARRAY_SIZE(kinds) - (pt->shared_end ? 0 : 2))]
	};

	op.va = random_address(at);
	op.size = random_size(at, op.va);
	if (op.kind == OP_MAP || op.kind == OP_SPLIT)
		op.flags = host_rand_below(6) ? 0 : PGTABLE_SMALL_ONLY;
	if (op.kind == OP_MAP) {
		aim_map(at->m, &op);
		op.flags |= host_rand() & 1 ? PGTABLE_OVER_SHARED : 0;
	}
	if (op.kind == OP_SHARE) {
		op.pa = mem_chain(pt, host_rand() & 1);
		op.set = check_shared_bits(pt);
	}
	if (op.kind == OP_PROTECT) {
		op.set = host_rand() & host_rand() & host_rand() & rights;
		op.clear = host_rand() & host_rand() & rights;
		if (at->m->guest)
			op.set |= _PAGE_USER;
		op.set &= at->m->guest ? ~_PAGE_GLOBAL : ~0ULL;
	}
	if (op.kind == OP_MERGE && host_rand() & 1) { /* tables that can go */
		u64 mask = leaf_bytes(1 + (unsigned int)host_rand_below(at->m->levels - 1)) - 1;

		op.va &= ~mask;
		op.size = mask + 1;
	}
	return op;
}

static void random_tree(const struct pgtable_geometry *geometry, unsigned long *calls,
			unsigned long limit)
{
	enum mem_mode mode = host_rand_below(64) ? (enum mem_mode)(host_rand() & 1) : MEM_FIXMAP;
	struct pgtable pt;
	struct places at;

	mem_reset(mode);
	check_open(&pt, &model, geometry);
	if (!host_rand_below(4))
		check_shared(&pt);
	choose_places(&at, &model);
	for (int i = 0; i < CALLS_PER_TREE && *calls < limit && !model_full(&model); i++) {
		struct op op = random_op(&pt, &at);
		unsigned int how = host_rand_below(16) ? 0 : CHECK_STARVE;

		how |= host_rand() & 1 ? CHECK_HARTS : 0;
		*calls += check_op(&pt, &model, &op, how);
		if (host_failures)
			return;
	}
	check_whole(&pt, &model);
	for (int i = 0; i < 3; i++) {
		check_address(&pt, &model, random_address(&at) + host_rand_below(PAGE_SIZE));
		check_address(&pt, &model, host_rand());
	}
}

void random_calls(const struct pgtable_geometry *geometry, unsigned long limit)
{
	unsigned long calls = 0;

	mem_refusal_step = 8; /* what was missed is found a little later */
	while (calls < limit && !host_failures)
		random_tree(geometry, &calls, limit);
	mem_refusal_step = 1;
	printf("# %s: %lu calls, seed %llu\n", geometry->name, calls,
	       (unsigned long long)host_seed);
}
