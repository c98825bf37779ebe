// SPDX-License-Identifier: BSD-2-Clause
/*
 * The page-table engine. Runs with translation off (early tables), on, and on the
 * host under sanitizers; so it holds no state, no pointers in data and prints
 * nothing. How deep a tree is, is known to its geometry alone; see pgtable_walk.c, where
 * all that only looks at a tree is too.
 *
 * A call that changes something makes a struct request and runs it in two passes of
 * one recursion, visit(): the first refuses or counts the tables it will take, the
 * second writes and cannot fail.
 */
#include <kernel/sizes.h>
#include "engine.h"
#include "fast.h"

#define MAX_PA_BITS 56

/* --- Both passes --- */

static enum pgtable_refusal visit(struct request *rq, phys_addr_t table, unsigned int level,
				  unsigned long va, unsigned long last, pte_t all);

/* A table the range covers: V goes, the address stays until after the fence. */
static void detach(struct request *rq, pte_t *ptep, unsigned int level, unsigned long va,
		   unsigned long last)
{
	set_pte(ptep, (pte_t){ read_pte(ptep).val & ~_PAGE_PRESENT });
	note(rq, level, va, last, true, true);
	rq->detached = true;
}

/* An entry that is left for, or replaced by, the table below it. */
static enum pgtable_refusal descend(struct request *rq, enum action action, pte_t *ptep, pte_t pte,
				    unsigned int level, unsigned long va, unsigned long last)
{
	phys_addr_t child = action == DOWN ? pte_pa(pte) : NO_TABLE;
	bool take = action != DOWN || shared(rq->pt, child);
	enum pgtable_refusal why;

	if (!rq->commit)
		rq->need += take;
	else if (action == ADD)
		child = pgtable_new_table(rq, level - 1);
	else if (take)
		child = action == BREAK ? pgtable_break_leaf(rq, ptep, level, va)
					: pgtable_unshare(rq, ptep, level, va);
	why = visit(rq, child, level - 1, va, last, pte);
	if (rq->commit && action == ADD) {
		link_table(ptep, child);
		note(rq, level, va, last, false, true);
	}
	return why;
}

/* How many of @n entries are invalid or lead to something shared, and in @all their bits. */
static unsigned long replaceable(const struct pgtable *pt, const pte_t *ptep, unsigned long n,
				 pte_t *all)
{
	unsigned long i = 0;

	for (pte_t pte; i < n; i++, all->val |= pte.val) {
		pte = read_pte(&ptep[i]);
		if (pte_present(pte) && !shared(pt, pte_pa(pte)))
			break;
	}
	return i;
}

/* First pass over a run: what is wrong with the bits that PROTECT would give its leaves. */
static __always_inline enum pgtable_refusal plan_run(struct request *rq, const struct run *r)
{
	enum pgtable_refusal why;
	pte_t pte = r->pte;

	if (rq->op != PROTECT)
		return 0;
	for (unsigned long i = 0; i < (r->ptep ? r->n : 1); i++) {
		if (r->ptep)
			pte = read_pte(&r->ptep[i]);
		pte.val = ((pte.val & ~rq->clear) | rq->set) &
			  ~(_PAGE_PFN_MASK | _PAGE_NAPOT | rq->pt->type_bits);
		why = leaf_common(rq->pt, pte.val) ? 0 : pgtable_leaf_refusal(rq->pt, pte.val);
		if (why) {
			rq->refused_at = r->va + (i << pgtable_leaf_shift(r->level));
			return why;
		}
	}
	return 0;
}

/* Second pass over it. */
static __always_inline void commit_run(struct request *rq, const struct run *r)
{
	bool changed = r->kind == NONE, was_valid = pte_present(r->pte);

	if (r->kind == NONE)
		pgtable_write_leaves(rq, r->ptep, r->level,
				     mk_pte(r->va + rq->pa_delta, __pgprot(rq->set)), r->n);
	else
		for (unsigned long i = 0; i < r->n; i++)
			changed |= change_leaf(&r->ptep[i], rq->set, rq->clear);
	if (changed)
		note(rq, r->level, r->va, r->va + (r->n << pgtable_leaf_shift(r->level)) - 1,
		     was_valid, r->level && (rq->shared || (r->kind == NONE && was_valid)));
}

/* The entries at @va that are treated as one: @n of them, if the request covers any. */
static inline void find_run(const struct request *rq, struct run *r, pte_t all, unsigned long last)
{
	r->n = covered(rq, r->level, r->va, last);
	r->pte = r->ptep ? read_pte(r->ptep) : all;
	r->kind = entry_kind(r->pte, r->level);
	if (unlikely(rq->op == MAP_OVER) && r->n && r->ptep) {
		unsigned long n = replaceable(rq->pt, r->ptep, r->n, &r->pte);

		r->kind = n ? NONE : r->kind;
		r->n = n ? n : r->n;
	}
}

/* Nothing needs counting where replaceable() has, or where the first pass has refused all else. */
static inline bool all_alike(const struct request *rq)
{
	return rq->op == MAP_OVER || (rq->op == MAP && rq->commit);
}

/*
 * [va, last] in a table. In the first pass the table may be none yet; then all its
 * entries are, or map, as @all.
 */
static enum pgtable_refusal visit(struct request *rq, phys_addr_t table, unsigned int level,
				  unsigned long va, unsigned long last, pte_t all)
{
	struct run r = { .level = level };
	enum pgtable_refusal why = 0;

	if (table != NO_TABLE)
		r.ptep = reach_entry(rq->pt, table, level, va);
	if (!level && rq->op == POPULATE)
		return 0;
	if (!level && rq->commit && breaks_leaves(rq->op))
		pgtable_break_runs(rq, r.ptep, va, last);
	for (;;) {
		unsigned long end = entry_last(level, va, last);
		u8 action;

		r.va = va;
		find_run(rq, &r, all, last);
		action = pgtable_rules[rq->op][r.kind][r.n ? WHOLE : PART];
		rq->refused_at = va;
		if (action & REFUSED)
			return action & ~REFUSED;
		if (r.n && action & OF_RUN) {
			if (r.ptep && !all_alike(rq))
				r.n = alike(r.ptep, r.n, r.kind);
			end = va + (r.n << pgtable_leaf_shift(level)) - 1;
			if (action == CHANGE && rq->commit)
				commit_run(rq, &r);
			else if (action == CHANGE)
				why = plan_run(rq, &r);
		} else {
			r.n = 1;
			if (action == DETACH && rq->commit)
				detach(rq, r.ptep, level, va, end);
			else if (action & BELOW)
				why = descend(rq, action, r.ptep, r.pte, level, va, end);
		}
		if (why || end == last)
			return why;
		va = end + 1;
		if (r.ptep)
			r.ptep += r.n;
	}
}

/* --- Requests from start to end --- */

/* After the fence: the tables that visit() detached. */
static void reap(struct request *rq, phys_addr_t table, unsigned int level, unsigned long va,
		 unsigned long last)
{
	for (unsigned long end; level; va = end + 1) {
		pte_t *ptep = reach_entry(rq->pt, table, level, va);
		pte_t pte = read_pte(ptep);

		end = entry_last(level, va, last);
		if (pte_table(pte)) {
			reap(rq, pte_pa(pte), level - 1, va, end);
		} else if (!pte_present(pte) && pte.val) {
			set_pte(ptep, (pte_t){ 0 });
			pgtable_collect(rq, pte_pa(pte), level - 1);
		}
		if (end == last)
			return;
	}
}

/*
 * The lowest table there is that all of [va, last] goes into, or the one above where the
 * range is a whole entry: nothing higher changes.
 */
static phys_addr_t lowest_table(const struct pgtable *pt, unsigned long va, unsigned long last,
				unsigned int *level)
{
	phys_addr_t table = pt->root;
	unsigned int l = root_level(pt);

	take_hint(pt, va, last, &table, &l);
	for (; l && (va ^ last) >> pgtable_leaf_shift(l) == 0; l--) {
		pte_t pte = read_pte(reach_entry(pt, table, l, va));

		if (!((va | (last + 1)) & (pgtable_leaf_size(l) - 1)) || !points_to_table(pte) ||
		    shared(pt, pte_pa(pte)))
			break;
		table = pte_pa(pte);
	}
	*level = l;
	return table;
}

/* With the lock held: refuse, or ask for more tables, or do it: then 0, and rq->done. */
static enum pgtable_refusal try_request(struct request *rq, unsigned long va, unsigned long last)
{
	unsigned int level;
	phys_addr_t table = lowest_table(rq->pt, va, last, &level);
	enum pgtable_refusal why = 0;
	struct run run;

	if (one_run(rq, table, level, va, last, &run)) {
		why = plan_run(rq, &run);
		if (!why)
			commit_run(rq, &run);
	} else {
		/* What was planned before the lock was dropped holds if nobody has written. */
		if (!rq->need || rq->writes != rq->pt->writes) {
			rq->need = 0;
			rq->writes = rq->pt->writes;
			why = visit(rq, table, level, va, last, (pte_t){ 0 });
			if (why || rq->need > rq->have)
				return why;
		}
		rq->commit = true;
		visit(rq, table, level, va, last, (pte_t){ 0 });
	}
	rq->done = !why;
	keep_hint(rq->pt, va, table, level);
	if (pgtable_settle(rq) && rq->detached) {
		reap(rq, table, level, va, last);
		pgtable_sync_roots(rq->pt, va, last);
	}
	return why;
}

static int run_request(struct request *rq, unsigned long va, unsigned long size)
{
	enum pgtable_refusal why = pgtable_range_refusal(rq->pt, va, size);

	rq->refused_at = va;
	while (!why && !rq->done) {
		if (rq->have < rq->need && !pgtable_reserve_spares(rq)) {
			why = PGTABLE_NO_MEMORY;
			break;
		}
		spin_lock(&rq->pt->lock);
		begin_change(rq->pt);
		why = try_request(rq, va, va + size - 1);
		spin_unlock(&rq->pt->lock);
	}
	if (rq->spares)
		pgtable_free_spares(rq);
	return why ? pgtable_refuse(rq->pt, why, rq->refused_at) : 0;
}

static noinline int map_range(struct pgtable *pt, unsigned long va, phys_addr_t pa, size_t size,
			      pgprot_t prot, unsigned int flags)
{
	enum pgtable_refusal why =
		leaf_common(pt, prot.val) ? 0 : pgtable_leaf_refusal(pt, prot.val);
	struct request rq;

	if (!why && flags & ~(PGTABLE_SMALL_ONLY | PGTABLE_OVER_SHARED))
		why = PGTABLE_UNKNOWN_FLAGS;
	if (!why && !IS_ALIGNED(pa, PAGE_SIZE))
		why = PGTABLE_UNALIGNED;
	if (!why && (size > 1UL << MAX_PA_BITS || pa > (1UL << MAX_PA_BITS) - size))
		why = PGTABLE_PA_TOO_WIDE;
	if (why)
		return pgtable_refuse(pt, why, va);
	new_request(&rq, pt, flags & PGTABLE_OVER_SHARED ? MAP_OVER : MAP);
	rq.pa_delta = pa - va;
	rq.set = typed(pt, prot.val);
	rq.small = flags & PGTABLE_SMALL_ONLY;
	rq.leaf_level = rq.small ? 0 : pt->geometry->max_leaf_level;
	return run_request(&rq, va, size);
}

int pgtable_map(struct pgtable *pt, unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot,
		unsigned int flags)
{
	if (!flags && leaf_common(pt, prot.val) && !(pa >> MAX_PA_BITS) &&
	    one_leaf(pt, MAP, va, pa, size, typed(pt, prot.val)))
		return 0;
	return map_range(pt, va, pa, size, prot, flags);
}

int pgtable_map_shared(struct pgtable *pt, unsigned long va, size_t size, const phys_addr_t *shared,
		       pgprot_t prot)
{
	enum pgtable_refusal why = pgtable_leaf_refusal(pt, prot.val);
	struct request rq;

	if (why)
		return pgtable_refuse(pt, why, va);
	new_request(&rq, pt, MAP_OVER);
	rq.set = typed(pt, prot.val);
	rq.shared = shared;
	return run_request(&rq, va, size);
}

static noinline int unmap_range(struct pgtable *pt, unsigned long va, size_t size)
{
	struct request rq;

	new_request(&rq, pt, UNMAP);
	rq.clear = ~0ULL;
	return run_request(&rq, va, size);
}

int pgtable_unmap(struct pgtable *pt, unsigned long va, size_t size)
{
	if (one_leaf(pt, UNMAP, va, 0, size, 0))
		return 0;
	return unmap_range(pt, va, size);
}

int pgtable_protect(struct pgtable *pt, unsigned long va, size_t size, pgprot_t set, pgprot_t clear)
{
	const u64 rights = _PAGE_LEAF | _PAGE_USER | _PAGE_GLOBAL | ACCESS_BITS | _PAGE_RSW;
	struct request rq;

	new_request(&rq, pt, PROTECT);
	if ((set.val | clear.val) & ~rights)
		return pgtable_refuse(pt, PGTABLE_IN_PLACE, va);
	rq.set = set.val;
	rq.clear = clear.val;
	return run_request(&rq, va, size);
}

int pgtable_populate(struct pgtable *pt, unsigned long va, size_t size)
{
	struct request rq;

	new_request(&rq, pt, POPULATE);
	return run_request(&rq, va, size);
}

int pgtable_split(struct pgtable *pt, unsigned long va, size_t size, unsigned int flags)
{
	struct request rq;

	new_request(&rq, pt, SPLIT);
	if (flags & ~PGTABLE_SMALL_ONLY)
		return pgtable_refuse(pt, PGTABLE_UNKNOWN_FLAGS, va);
	rq.small = flags & PGTABLE_SMALL_ONLY;
	if (rq.small)
		rq.leaf_level = 0;
	return run_request(&rq, va, size);
}
