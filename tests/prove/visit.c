// SPDX-License-Identifier: BSD-2-Clause
/*
 * One call of visit() that maps a range in an empty table of any level, with what it
 * calls for each piece replaced: by induction over the levels, a whole request.
 */
#include "prove.h"

static u64 seen_read(const volatile void *at);
#undef READ_ONCE
#define READ_ONCE(x) seen_read(&(x))
/* Only the call, whose first argument is no declaration, goes to lower_table(). */
#define descend(first, ...) DESCEND_##first, __VA_ARGS__)
#define DESCEND_struct      descend_to(struct
#define DESCEND_rq          lower_table(rq
struct request;
enum action;
static enum pgtable_refusal lower_table(struct request *rq, int action, pte_t *ptep, pte_t pte,
					unsigned int level, unsigned long va, unsigned long last);
#include "mm/engine/pgtable.c"

static pte_t table[2048];
static const struct mode *mode;
static unsigned int here, shift; /* level, and of an entry there */
static unsigned long next_va, last_va;

static u64 seen_read(const volatile void *at)
{
	return 0;
}

static void *reach_table(phys_addr_t pa, unsigned int level)
{
	return table;
}

static bool leaf_fits(const struct request *rq, unsigned long va)
{
	unsigned long rest = (1UL << shift) - 1;

	return here <= rq->leaf_level && !(va & rest) && !((va + rq->pa_delta) & rest) &&
	       last_va - va >= rest;
}

/* Leaves of the table: all fit, they are where the address says, and follow what was before. */
void pgtable_write_leaves(const struct request *rq, pte_t *ptep, unsigned int level, pte_t pte,
			  unsigned long n)
{
	unsigned long i = any_long(), va;

	prove(level == here && n > 0 && n <= 2048);
	assume(i < n);
	va = next_va + (i << shift);
	prove(leaf_fits(rq, va));
	prove(ptep + i == &table[vpn(mode, here, va)]);
	prove(pte_pa(pte) == next_va + rq->pa_delta);
	next_va += n << shift;
}

/* What goes to the table below: an entry's part of the range, where no leaf fits. */
static enum pgtable_refusal lower_table(struct request *rq, int action, pte_t *ptep, pte_t pte,
					unsigned int level, unsigned long va, unsigned long last)
{
	unsigned long rest = (1UL << shift) - 1;

	prove(action == ADD && level == here && level > 0);
	prove(va == next_va && last >= va && last <= last_va);
	prove(va >> shift == last >> shift && (last == last_va || (last & rest) == rest));
	prove(!leaf_fits(rq, va));
	prove(ptep == &table[vpn(mode, here, va)]);
	next_va = last + 1;
	return 0;
}

void visit_step(void)
{
	struct pgtable pt = { 0 };
	struct request rq = { .pt = &pt, .op = MAP, .commit = true, .pa_delta = any_long() };
	unsigned long va = any_long(), last = any_long();

	mode = any_mode();
	here = any_int();
	shift = 12 + 9 * here;
	rq.leaf_level = any_int();
	pt.geometry = geometry_of(mode);
	pt.ops.reach = reach_table;
	assume(here < mode->levels && rq.leaf_level < mode->levels);
	assume(va % 4096 == 0 && last % 4096 == 4095 && va < last && translated(mode, va));
	assume(rq.pa_delta % 4096 == 0 && (va + rq.pa_delta) >> 56 == 0);
	assume((last + rq.pa_delta) >> 56 == 0);
	assume(translated(mode, last) && (mode->stage == 2 || va >> 63 == last >> 63));
	/* It is in one table, and done in two pieces, as each is like the first. */
	assume(here == mode->levels - 1 || va >> shift >> 9 == last >> shift >> 9);
	last_va = last;
	assume((last >> shift) - (va >> shift) < 2 || leaf_fits(&rq, va));
	next_va = va;
	prove(!visit(&rq, 0, here, va, last, (pte_t){ 0 }));
	prove(next_va - 1 == last);
	end_reached();
}
