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

#define MAX_PA_BITS 56

#define NO          0x80
#define NO_(why)    (NO | PGTABLE_##why)

/*
 * The one place that says which transitions are legal: by request, by what an entry is,
 * and by whether the request covers all that the entry maps, with a leaf where it maps.
 */
static const u8 rules[][STRAY + 1][2] = {
	[MAP] = { { ADD, CHANGE },
		  { NO_(LEAF_BY_TABLE), NO_(OVERWRITES) },
		  { DOWN, NO_(TABLE_BY_LEAF) },
		  { NO_(TABLE_AS_LEAF), NO_(TABLE_AS_LEAF) } },
	/* What leads to something shared counts as invalid where it is covered. */
	[MAP_OVER] = { { ADD, CHANGE },
		       { NO_(LEAF_BY_TABLE), NO_(OVERWRITES) },
		       { DOWN, DOWN },
		       { NO_(TABLE_AS_LEAF), NO_(TABLE_AS_LEAF) } },
	[POPULATE] = { { ADD, ADD },
		       { NO_(LEAF_BY_TABLE), NO_(LEAF_BY_TABLE) },
		       { DOWN, DOWN },
		       { NO_(TABLE_AS_LEAF), NO_(TABLE_AS_LEAF) } },
	[UNMAP] = { { SKIP, SKIP },
		    { BREAK, CHANGE },
		    { DOWN, DETACH },
		    { NO_(TABLE_AS_LEAF), NO_(TABLE_AS_LEAF) } },
	[PROTECT] = { { NO_(HOLE), NO_(HOLE) },
		      { BREAK, CHANGE },
		      { DOWN, DOWN },
		      { NO_(TABLE_AS_LEAF), NO_(TABLE_AS_LEAF) } },
	[SPLIT] = { { SKIP, SKIP },
		    { BREAK, SKIP },
		    { DOWN, DOWN },
		    { NO_(TABLE_AS_LEAF), NO_(TABLE_AS_LEAF) } },
};

static inline enum kind entry_kind(pte_t pte, unsigned int level)
{
	if (!pte_present(pte))
		return NONE;
	if (pte.val & _PAGE_LEAF)
		return LEAF;
	return level ? TABLE : STRAY;
}

/*
 * How many entries of @level the request covers from @va on. Once one is aligned and
 * whole, all whole ones behind it are aligned too.
 */
static inline unsigned long covered(const struct request *rq, unsigned int level, unsigned long va,
				    unsigned long last)
{
	unsigned long mask = pgtable_leaf_size(level) - 1;

	if (level > rq->leaf_level || ((va | (va + rq->pa_delta)) & mask))
		return 0;
	return (last - va + 1) >> level_shift(level);
}

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
		child = new_table(rq, level - 1);
	else if (take)
		child = action == BREAK ? break_leaf(rq, ptep, level, va)
					: unshare(rq, ptep, level, va);
	why = visit(rq, child, level - 1, va, last, pte);
	if (rq->commit && action == ADD) {
		link_table(ptep, child);
		note(rq, level, va, last, false, true);
	}
	return why;
}

static inline bool four_invalid(const pte_t *ptep)
{
	return !((read_pte(ptep).val | read_pte(ptep + 1).val | read_pte(ptep + 2).val |
		  read_pte(ptep + 3).val) &
		 _PAGE_PRESENT);
}

/* How many of @n entries are like the first one, which is NONE or LEAF. */
static unsigned long alike(const pte_t *ptep, unsigned long n, enum kind kind)
{
	const pte_t *end = ptep + n, *at = ptep + 1;

	while (kind == NONE && end - at >= 4 && four_invalid(at))
		at += 4;
	while (at != end && (kind == NONE ? !pte_present(read_pte(at)) : pte_leaf(read_pte(at))))
		at++;
	return (unsigned long)(at - ptep);
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

/* First pass of PROTECT over leaves: what is wrong with the bits they would have. */
static enum pgtable_refusal plan_run(struct request *rq, const pte_t *ptep, pte_t pte,
				     unsigned int level, unsigned long va, unsigned long n)
{
	enum pgtable_refusal why = 0;

	for (unsigned long i = 0; !why && i < (ptep ? n : 1); i++) {
		if (ptep)
			pte = read_pte(&ptep[i]);
		pte.val = ((pte.val & ~rq->clear) | rq->set) &
			  ~(_PAGE_PFN_MASK | _PAGE_NAPOT | rq->pt->type_bits);
		why = leaf_common(rq->pt, pte.val) ? 0 : leaf_refusal(rq->pt, pte.val);
		rq->refused_at = va + (i << level_shift(level));
	}
	return why;
}

/* Second pass over such a run: whether it differs now. */
static bool commit_run(const struct request *rq, enum kind kind, pte_t *ptep, unsigned int level,
		       unsigned long va, unsigned long n)
{
	bool changed = kind == NONE;

	if (kind == NONE)
		write_leaves(rq, ptep, level, mk_pte(va + rq->pa_delta, __pgprot(rq->set)), n);
	else
		for (unsigned long i = 0; i < n; i++)
			changed |= change_leaf(&ptep[i], rq->set, rq->clear);
	return changed;
}

/* A run of entries that the request covers. @pte: its first, or of MAP_OVER the bits of all. */
static enum pgtable_refusal treat_run(struct request *rq, enum kind kind, pte_t *ptep, pte_t pte,
				      unsigned int level, unsigned long va, unsigned long n)
{
	if (!rq->commit)
		return rq->op == PROTECT ? plan_run(rq, ptep, pte, level, va, n) : 0;
	if (commit_run(rq, kind, ptep, level, va, n))
		note(rq, level, va, va + (n << level_shift(level)) - 1, pte_present(pte),
		     level && (rq->shared || (kind == NONE && pte_present(pte))));
	return 0;
}

/*
 * [va, last] in a table. In the first pass the table may be none yet; then all its
 * entries are, or map, as @all.
 */
static enum pgtable_refusal visit(struct request *rq, phys_addr_t table, unsigned int level,
				  unsigned long va, unsigned long last, pte_t all)
{
	pte_t *ptep = table == NO_TABLE ? NULL : reach_entry(rq->pt, table, level, va);
	enum pgtable_refusal why = 0;

	if (!level && rq->op == POPULATE)
		return 0;
	if (!level && rq->op >= UNMAP && rq->commit)
		break_runs(rq, ptep, va, last);
	for (;;) {
		unsigned long n = covered(rq, level, va, last), end = entry_last(level, va, last);
		pte_t pte = ptep ? read_pte(ptep) : all;
		enum kind kind = entry_kind(pte, level);
		u8 action;

		if (unlikely(rq->op == MAP_OVER) && n && ptep) {
			unsigned long most = n;

			n = replaceable(rq->pt, ptep, most, &pte);
			kind = n ? NONE : kind;
			n = n ? n : most;
		}
		action = rules[rq->op][kind][n != 0];
		rq->refused_at = va;
		if (action & NO)
			return action & ~NO;
		if (n && action <= CHANGE) {
			if (ptep && !(rq->op <= MAP_OVER && (rq->commit || rq->op == MAP_OVER)))
				n = alike(ptep, n, kind);
			end = va + (n << level_shift(level)) - 1;
			if (action == CHANGE)
				why = treat_run(rq, kind, ptep, pte, level, va, n);
		} else {
			n = 1;
			if (action == DETACH && rq->commit)
				detach(rq, ptep, level, va, end);
			else if (action >= DOWN && action <= BREAK)
				why = descend(rq, action, ptep, pte, level, va, end);
		}
		if (why || end == last)
			return why;
		va = end + 1;
		if (ptep)
			ptep += n;
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
			collect(rq, pte_pa(pte), level - 1);
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

	if (hinted(pt, va) && hinted(pt, last) && last - va < TABLE_SIZE * pt->hint.size - 1) {
		table = pt->hint.table;
		l = pt->hint.at / 64;
	}
	for (; l && (va ^ last) >> level_shift(l) == 0; l--) {
		pte_t pte = read_pte(reach_entry(pt, table, l, va));

		if (!((va | (last + 1)) & (pgtable_leaf_size(l) - 1)) || !points_to_table(pte) ||
		    shared(pt, pte_pa(pte)))
			break;
		table = pte_pa(pte);
	}
	*level = l;
	return table;
}

/*
 * A range that is one run of entries alike, in a table that is there, without the
 * recursion. False: it is not, and nothing has been done.
 */
static bool one_run(struct request *rq, phys_addr_t table, unsigned int level, unsigned long va,
		    unsigned long last, enum pgtable_refusal *why)
{
	unsigned long n = covered(rq, level, va, last);
	pte_t *ptep = reach_entry(rq->pt, table, level, va);
	pte_t pte = read_pte(ptep);
	enum kind kind = entry_kind(pte, level);

	if (va + (n << level_shift(level)) - 1 != last || rules[rq->op][kind][1] != CHANGE ||
	    (pte.val | read_pte(&ptep[n - 1]).val) & _PAGE_NAPOT || alike(ptep, n, kind) < n)
		return false;
	if (rq->op == PROTECT)
		*why = plan_run(rq, ptep, pte, level, va, n);
	if (!*why && commit_run(rq, kind, ptep, level, va, n))
		note(rq, level, va, last, kind != NONE, level && rq->shared);
	return true;
}

/* With the lock held: refuse, or ask for more tables, or do it: then 0, and rq->done. */
static enum pgtable_refusal try_request(struct request *rq, unsigned long va, unsigned long last)
{
	unsigned int level;
	phys_addr_t table = lowest_table(rq->pt, va, last, &level);
	enum pgtable_refusal why = 0;

	if (!one_run(rq, table, level, va, last, &why)) {
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
	if (level < root_level(rq->pt) && !rq->pt->ops.reach)
		rq->pt->hint = (struct pgtable_hint){ table, va & -pgtable_leaf_size(level + 1),
						      pgtable_leaf_size(level), WALK_AT(level) };
	if (settle(rq) && rq->detached) {
		reap(rq, table, level, va, last);
		sync_roots(rq->pt, va, last);
	}
	return why;
}

static int run_request(struct request *rq, unsigned long va, unsigned long size)
{
	enum pgtable_refusal why = range_refusal(rq->pt, va, size);

	rq->refused_at = va;
	while (!why && !rq->done) {
		if (rq->have < rq->need && !reserve_spares(rq)) {
			why = PGTABLE_NO_MEMORY;
			break;
		}
		spin_lock(&rq->pt->lock);
		begin_change(rq->pt);
		why = try_request(rq, va, va + size - 1);
		spin_unlock(&rq->pt->lock);
	}
	if (rq->spares)
		free_spares(rq);
	return why ? refuse(rq->pt, why, rq->refused_at) : 0;
}

/*
 * One leaf in the table that the last request ended in, without making a request: MAP puts
 * it where nothing was, UNMAP takes it away. False: it is something else, and nothing has
 * been done.
 */
static __always_inline bool one_leaf(struct pgtable *pt, enum op op, unsigned long va,
				     phys_addr_t pa, size_t size, u64 prot)
{
	unsigned long mask = size - 1, at;
	bool ok = false;
	pte_t *ptep, old;

	if (size != READ_ONCE(pt->hint.size)) /* or each range would lock twice */
		return false;
	spin_lock(&pt->lock);
	if (size == pt->hint.size && hinted(pt, va) && !((va | pa) & mask)) {
		at = pt->hint.at;
		ptep = (pte_t *)(pt->hint.table + pt->ops.offset +
				 ((va ^ pt->hint.va) >> (at & 63)));
		old = read_pte(ptep);
		ok = op == MAP ? !pte_present(old) : pte_leaf(old) && !(old.val & _PAGE_NAPOT);
	}
	if (ok) {
		set_pte(ptep, mk_pte(pa, __pgprot(prot)));
		pt->writes++;
		pt->change = (struct pgtable_change){ va, va | mask, at / 64, op == UNMAP, false };
		if (pt->ops.fence)
			pt->ops.fence(pt, &pt->change);
	}
	spin_unlock(&pt->lock);
	return ok;
}

static noinline int map_range(struct pgtable *pt, unsigned long va, phys_addr_t pa, size_t size,
			      pgprot_t prot, unsigned int flags)
{
	enum pgtable_refusal why = leaf_common(pt, prot.val) ? 0 : leaf_refusal(pt, prot.val);
	struct request rq;

	if (!why && flags & ~(PGTABLE_SMALL_ONLY | PGTABLE_OVER_SHARED))
		why = PGTABLE_UNKNOWN_FLAGS;
	if (!why && !IS_ALIGNED(pa, PAGE_SIZE))
		why = PGTABLE_UNALIGNED;
	if (!why && (size > 1UL << MAX_PA_BITS || pa > (1UL << MAX_PA_BITS) - size))
		why = PGTABLE_PA_TOO_WIDE;
	if (why)
		return refuse(pt, why, va);
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
	enum pgtable_refusal why = leaf_refusal(pt, prot.val);
	struct request rq;

	if (why)
		return refuse(pt, why, va);
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
		return refuse(pt, PGTABLE_IN_PLACE, va);
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
		return refuse(pt, PGTABLE_UNKNOWN_FLAGS, va);
	rq.small = flags & PGTABLE_SMALL_ONLY;
	if (rq.small)
		rq.leaf_level = 0;
	return run_request(&rq, va, size);
}
