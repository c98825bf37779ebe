// SPDX-License-Identifier: BSD-2-Clause
/* How a range becomes entries: one step of visit(), at any level of any range. */
#include "mm/engine/pgtable.c"
#include "prove.h"

/* A request for any range the engine takes, with a largest leaf. */
static struct request any_request(struct pgtable *pt, unsigned long *va, unsigned long *last)
{
	const struct mode *m = any_mode();
	struct request rq = { .pt = pt, .op = MAP, .pa_delta = any_long() };

	pt->geometry = geometry_of(m);
	rq.leaf_level = any_int();
	*va = any_long();
	*last = any_long();
	assume(rq.leaf_level < m->levels && rq.pa_delta % 4096 == 0);
	assume(*va % 4096 == 0 && *last % 4096 == 4095 && *va < *last);
	assume(translated(m, *va) && translated(m, *last) &&
	       (m->stage == 2 || *va >> 63 == *last >> 63));
	return rq;
}

static bool leaf_fits(const struct request *rq, unsigned int level, unsigned long va,
		      unsigned long last)
{
	unsigned long size = 4096UL << (9 * level);

	return level <= rq->leaf_level && va % size == 0 && (va + rq->pa_delta) % size == 0 &&
	       last - va >= size - 1;
}

/* An entry's part of a range starts and ends in that entry, and reaches its end or the range's. */
void piece_of_entry(void)
{
	struct pgtable pt = { 0 };
	unsigned long va, last, end, size;
	struct request rq = any_request(&pt, &va, &last);
	unsigned int level = any_int();

	assume(level < pt.geometry->levels);
	size = 4096UL << (9 * level);
	end = entry_last(level, va, last);
	prove(end >= va && end <= last && end % 4096 == 4095);
	prove(va / size == end / size);
	prove(end == last || end % size == size - 1);
	prove(leaf_fits(&rq, 0, va, last));
	end_reached();
}

/* What is covered are leaves that fit, each of them, and as many as there are. */
void piece_of_leaves(void)
{
	struct pgtable pt = { 0 };
	unsigned long va, last, n, size, i = any_long();
	struct request rq = any_request(&pt, &va, &last);
	unsigned int level = any_int();

	assume(level < pt.geometry->levels);
	size = 4096UL << (9 * level);
	n = covered(&rq, level, va, last);
	prove((n != 0) == leaf_fits(&rq, level, va, last));
	prove(level || n);
	if (n) {
		prove(n - 1 <= (last - va) / size && va + (n * size - 1) <= last);
		prove(last - (va + (n * size - 1)) < size);
		assume(i < n);
		prove(leaf_fits(&rq, level, va + i * size, last));
	}
	end_reached();
}

/*
 * A level below one where nothing was covered: nothing of that size fits there either, so
 * what is covered further down is the largest that fits.
 */
void piece_is_largest(void)
{
	struct pgtable pt = { 0 };
	unsigned long va, last, at = any_long();
	struct request rq = any_request(&pt, &va, &last);
	unsigned int level = any_int();

	assume(level < pt.geometry->levels && !covered(&rq, level, va, last));
	assume(at >= va && at <= entry_last(level, va, last));
	prove(!leaf_fits(&rq, level, at, last));
	end_reached();
}
