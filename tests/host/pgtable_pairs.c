// SPDX-License-Identifier: BSD-2-Clause
/* Every pair of small operations with an end near a border of a level. */
#include <string.h>

#include "host.h"
#include "pgtable_check.h"
#include "pgtable_mem.h"
#include "pgtable_random.h"

static struct model model;

/* Operation i is decoded: where it begins, how long it is, and what it does. */
#define STARTS    4
#define SIZES     5
#define KINDS     (NR_OPS + 2) /* map also with a frame that fits no large leaf, or over shared */
#define SMALL_OPS (STARTS * SIZES * KINDS)

static bool small_op(const struct pgtable *pt, unsigned int i, unsigned int level, u64 border,
		     struct op *op)
{
	const u64 page = PAGE_SIZE, leaf = leaf_bytes(level);
	const u64 starts[STARTS] = { -leaf, -page, 0, page };
	const u64 sizes[SIZES] = { page, 2 * page, leaf - page, leaf, leaf + page };
	u64 last;

	memset(op, 0, sizeof(*op));
	op->va = border + starts[i % STARTS];
	op->size = sizes[i / STARTS % SIZES];
	op->kind = (enum op_kind)(i / STARTS / SIZES);
	if (op->kind >= NR_OPS) {
		op->flags = op->kind == NR_OPS ? 0 : PGTABLE_OVER_SHARED;
		op->kind = OP_MAP;
	}
	last = op->va + op->size - 1;
	if (op->kind == OP_MAP) {
		op->pa = (op->va & (2 * leaf - 1)) + 8 * leaf;
		op->pa += i / STARTS / SIZES == NR_OPS ? page : 0;
		op->set = _PAGE_PRESENT | _PAGE_READ | pt->geometry->leaf_set;
	} else if (op->kind == OP_SHARE) {
		op->pa = mem_chain(pt, i & 1); /* from where they start */
		op->set = check_shared_bits(pt);
	} else if (op->kind == OP_PROTECT) {
		op->set = _PAGE_ACCESSED;
		op->clear = i & 1 ? _PAGE_RSW : 0;
	}
	return last >= op->va && check_canonical(pt, last) && check_canonical(pt, op->va) &&
	       !((op->va ^ last) >> 63);
}

static bool over_shared(const struct op *op)
{
	return op->kind == OP_SHARE || op->flags & PGTABLE_OVER_SHARED;
}

/* For those that need something to work on, there is something. */
static unsigned int something(struct pgtable *pt, unsigned int level, const struct op *first,
			      bool shared)
{
	struct op all = { .kind = shared ? OP_SHARE : OP_MAP,
			  .va = first->va & -leaf_bytes(level) };

	if (first->kind == OP_MAP || first->kind == OP_POPULATE || first->kind == OP_SHARE)
		return 0;
	all.size = leaf_bytes(level);
	all.pa = shared ? mem_chain(pt, 0) : all.size;
	all.set = check_shared_bits(pt);
	return check_op(pt, &model, &all, 0);
}

static unsigned long pairs_at(const struct pgtable_geometry *geometry, unsigned int level,
			      u64 border)
{
	const struct pgtable shape = { .geometry = geometry };
	unsigned long calls = 0;

	for (unsigned int first = 0; first < SMALL_OPS; first++)
		for (unsigned int second = 0; second < SMALL_OPS && !host_failures; second++) {
			struct pgtable pt;
			struct op a, b;
			bool over;

			if (!small_op(&shape, first, level, border, &a) ||
			    !small_op(&shape, second, level, border, &b))
				continue;
			over = over_shared(&a) || over_shared(&b);
			if (over && (level != 1 || host_rand_below(4))) /* they take longest */
				continue;
			mem_reset((first + second) & 1 ? MEM_REACH : MEM_FLAT);
			check_open(&pt, &model, geometry);
			if (over)
				check_shared(&pt);
			a.pa += a.kind == OP_SHARE ? pt.shared_start : 0;
			b.pa += b.kind == OP_SHARE ? pt.shared_start : 0;
			calls += something(&pt, level, &a, over_shared(&b));
			calls += check_op(&pt, &model, &a, CHECK_HARTS);
			calls += check_op(&pt, &model, &b, first ? CHECK_HARTS : CHECK_STARVE);
			check_whole(&pt, &model);
		}
	return calls;
}

/* Around borders inside a table, between tables, and at the ends of what is translated. */
void pgtable_small_pairs(void)
{
	unsigned long calls = 0;

	for (unsigned int stage = 1; stage <= 2; stage++)
		for (unsigned int levels = 3; levels <= 5; levels++) {
			const struct pgtable_geometry *g = pgtable_geometry(stage, levels);
			u64 end = leaf_bytes(levels) << (stage == 2 ? 2 : 0) >> (stage == 1);
			u64 low = stage == 1 ? -end : 0;
			unsigned int top = levels - 1;

			calls += pairs_at(g, top - 1, low + leaf_bytes(top));
			if (levels != 3)
				continue;
			calls += pairs_at(g, top, 0);
			calls += pairs_at(g, top, end - leaf_bytes(top));
			calls += pairs_at(g, 1, end - leaf_bytes(1));
		}
	printf("# %lu calls\n", calls);
}
