/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MM_ENGINE_FAST_H
#define MM_ENGINE_FAST_H

#include "engine.h"

/*
 * The engine's three fast paths. What they find is what the way through visit() would find
 * too, only later: tests/host/pgtable_slow.h takes the place of this file in a build that
 * passes the same tests.
 */

/* --- The hint: the table that the last request ended in --- */

/* Whether @va is mapped, if at all, by an entry of that table. */
static inline bool hinted(const struct pgtable *pt, unsigned long va)
{
	return (va ^ pt->hint.va) < TABLE_SIZE * pt->hint.size;
}

/* Begin there, if [va, last] is a part of what it maps; else @table and @level stay. */
static inline void take_hint(const struct pgtable *pt, unsigned long va, unsigned long last,
			     phys_addr_t *table, unsigned int *level)
{
	if (hinted(pt, va) && hinted(pt, last) && last - va < TABLE_SIZE * pt->hint.size - 1) {
		*table = pt->hint.table;
		*level = pt->hint.at / 64;
	}
}

/* note() forgets it again when tables go. */
static inline void keep_hint(struct pgtable *pt, unsigned long va, phys_addr_t table,
			     unsigned int level)
{
	if (level < root_level(pt) && !pt->ops.reach)
		pt->hint = (struct pgtable_hint){ table, va & -pgtable_leaf_size(level + 1),
						  pgtable_leaf_size(level), WALK_AT(level) };
}

/* --- One leaf --- */

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

/* --- One run --- */

/*
 * Whether a range is one run of entries alike, in a table that is there, and to be changed:
 * then neither pass needs the recursion.
 */
static inline bool one_run(const struct request *rq, phys_addr_t table, unsigned int level,
			   unsigned long va, unsigned long last, struct run *r)
{
	r->ptep = reach_entry(rq->pt, table, level, va);
	r->pte = read_pte(r->ptep);
	r->kind = entry_kind(r->pte, level);
	r->level = level;
	r->va = va;
	r->n = covered(rq, level, va, last);
	return va + (r->n << pgtable_leaf_shift(level)) - 1 == last &&
	       pgtable_rules[rq->op][r->kind][WHOLE] == CHANGE &&
	       !((r->pte.val | read_pte(&r->ptep[r->n - 1]).val) & _PAGE_NAPOT) &&
	       alike(r->ptep, r->n, r->kind) == r->n;
}

#endif
