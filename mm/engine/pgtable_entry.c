// SPDX-License-Identifier: BSD-2-Clause
/*
 * The stores of the page-table engine: spare tables, and what the second pass of a
 * request writes. Each store leaves a tree that is right for a hart that walks it.
 */
#include <kernel/string.h>
#include <asm/cmpxchg.h>
#include "engine.h"

/* --- Spare tables --- */

static void add_spare(struct request *rq, phys_addr_t table)
{
	reach(rq->pt, table, 0)->val = rq->spares;
	rq->spares = table;
}

static phys_addr_t take_spare(struct request *rq)
{
	phys_addr_t table = rq->spares;

	rq->spares = reach(rq->pt, table, 0)->val;
	rq->pt->tables++;
	return table;
}

void pgtable_free_spares(struct request *rq)
{
	while (rq->spares) {
		phys_addr_t table = rq->spares;

		rq->spares = reach(rq->pt, table, 0)->val;
		rq->pt->ops.free(table, PAGE_SIZE);
	}
}

bool pgtable_reserve_spares(struct request *rq)
{
	for (; rq->have < rq->need; rq->have++) {
		phys_addr_t table = rq->pt->ops.alloc(PAGE_SIZE);

		if (!table)
			return false;
		add_spare(rq, table);
	}
	return true;
}

/* --- Second pass: entries --- */

/* Four in a turn: a linear map or an I/O window is made of nothing else. */
static pte_t *write_some(pte_t *ptep, pte_t pte, u64 step, unsigned long n)
{
	for (; n >= 4; n -= 4, ptep += 4, pte.val += 4 * step) {
		set_pte(&ptep[0], pte);
		set_pte(&ptep[1], (pte_t){ pte.val + step });
		set_pte(&ptep[2], (pte_t){ pte.val + 2 * step });
		set_pte(&ptep[3], (pte_t){ pte.val + 3 * step });
	}
	for (; n; n--, pte.val += step)
		set_pte(ptep++, pte);
	return ptep;
}

/* What leads to the shared page at @level: a leaf, or a table in which all entries do. */
static pte_t shared_entry(const phys_addr_t *shared, unsigned int level, u64 bits)
{
	return mk_pte(shared[level], __pgprot(level ? _PAGE_PRESENT : bits));
}

void pgtable_fill_shared(const struct pgtable *pt, const phys_addr_t *shared, unsigned int levels,
			 pgprot_t prot)
{
	for (unsigned int level = 0; level < levels - 1; level++)
		write_some(reach(pt, shared[level + 1], level),
			   shared_entry(shared, level, typed(pt, prot.val)), 0, TABLE_SIZE);
	smp_wmb(); /* whoever links them need not wait */
}

/* @n leaves from @pte on; of 64 KiB where address and frames allow. */
void pgtable_write_leaves(const struct request *rq, pte_t *ptep, unsigned int level, pte_t pte,
			  unsigned long n)
{
	const u64 step = pgtable_leaf_size(level) >> PAGE_SHIFT << _PAGE_PFN_SHIFT;
	const unsigned long run_bytes = RUN_PAGES * sizeof(pte_t);

	if (unlikely(rq->shared)) {
		write_some(ptep, shared_entry(rq->shared, level, rq->set), 0, n);
		return;
	}
	if (level || !rq->pt->svnapot || rq->small) {
		write_some(ptep, pte, step, n);
		return;
	}
	for (unsigned long piece; n; n -= piece, pte.val += piece * step) {
		bool run = n >= RUN_PAGES && !((unsigned long)ptep % run_bytes) &&
			   !(pte.val & RUN_PFN);

		piece = run ? RUN_PAGES : 1;
		ptep = run ? write_some(ptep, (pte_t){ pte.val | RUN_MARK }, 0, RUN_PAGES)
			   : write_some(ptep, pte, 0, 1);
	}
}

/*
 * Turn sixteen contiguous leaves into one of 64 KiB or back. Old and new entries
 * translate alike, so no hart need be kept away. A and D of one entry speak for all: what
 * is found in any of them, until all are rewritten, goes to all.
 */
void pgtable_rewrite_run(struct request *rq, pte_t *run, unsigned long va, bool join)
{
	u64 bits = 0, seen = 0;

	do {
		bits |= seen;
		for (unsigned int i = 0; i < RUN_PAGES; i++) {
			u64 old = read_pte(&run[i]).val, was, new;

			do {
				was = old;
				new = page_of_run((pte_t){ was & ~_PAGE_NAPOT }, i * PAGE_SIZE).val;
				new = (join ? (new & ~RUN_PFN) | RUN_MARK : new) | bits;
				old = cmpxchg(&run[i].val, was, new);
			} while (old != was);
			seen |= old & ACCESS_BITS;
		}
	} while (seen & ~bits);
	note(rq, 0, va, va + RUN_SIZE - 1, true, false);
}

/* Leaves of 64 KiB that the range covers only in part, in the table at @ptep of @va. */
void pgtable_break_runs(struct request *rq, pte_t *ptep, unsigned long va, unsigned long last)
{
	for (unsigned long start = va & -RUN_SIZE;; start += RUN_SIZE) {
		pte_t *run = ptep + (long)(start - va) / (long)PAGE_SIZE;
		unsigned long end = start + RUN_SIZE - 1;

		if ((rq->small || start < va || end > last) && is_run(read_pte(run)))
			pgtable_rewrite_run(rq, run, start, false);
		if (end >= last)
			return;
	}
}

/* A new table that maps what the leaf at @ptep does, in its place. */
phys_addr_t pgtable_break_leaf(struct request *rq, pte_t *ptep, unsigned int level,
			       unsigned long va)
{
	phys_addr_t table = take_spare(rq);
	unsigned long size = pgtable_leaf_size(level);
	u64 old = read_pte(ptep).val, was;

	do { /* again when a hart has set A or D */
		was = old;
		pgtable_write_leaves(rq, reach(rq->pt, table, level - 1), level - 1, (pte_t){ was },
				     TABLE_SIZE);
		smp_wmb();
		old = cmpxchg(&ptep->val, was, mk_pte(table, __pgprot(_PAGE_PRESENT)).val);
	} while (old != was);
	note(rq, level - 1, va & -size, va | (size - 1), true, true);
	return table;
}

phys_addr_t pgtable_unshare(struct request *rq, pte_t *ptep, unsigned int level, unsigned long va)
{
	phys_addr_t table = take_spare(rq);
	unsigned long size = pgtable_leaf_size(level);
	phys_addr_t from = pte_pa(read_pte(ptep));

	/* One by one: two tables of a level cannot be reached at once. */
	for (unsigned long i = 0; i < TABLE_SIZE; i++) {
		pte_t pte = read_pte(reach(rq->pt, from, level - 1) + i);

		set_pte(reach(rq->pt, table, level - 1) + i, pte);
	}
	link_table(ptep, table);
	note(rq, level - 1, va & -size, va | (size - 1), true, true);
	return table;
}

phys_addr_t pgtable_new_table(struct request *rq, unsigned int level)
{
	phys_addr_t table = take_spare(rq);

	memset(reach(rq->pt, table, level), 0, PAGE_SIZE);
	return table;
}

/* --- After the stores --- */

/* The kernel half is the same in all roots. */
void pgtable_sync_roots(const struct pgtable *pt, unsigned long va, unsigned long last)
{
	unsigned int level = root_level(pt);

	if (pt->kernel || (long)last >= 0)
		return;
	for (const struct pgtable *tree = pt->next; tree; tree = tree->next)
		for (unsigned long at = va, end;; at = end + 1) {
			pte_t pte = read_pte(reach_entry(pt, pt->root, level, at));

			set_pte(reach_entry(pt, tree->root, level, at), pte);
			end = entry_last(level, at, last);
			if (end == last)
				break;
		}
}

/* The one fence decision. */
bool pgtable_settle(struct request *rq)
{
	struct pgtable_change *c = &rq->pt->change;

	if (c->va > c->last)
		return false;
	rq->pt->writes++;
	if (unlikely(rq->pt->next))
		pgtable_sync_roots(rq->pt, c->va, c->last);
	if (rq->pt->ops.fence)
		rq->pt->ops.fence(rq->pt, c);
	return true;
}

/* A tree of tables that nothing leads to any more. */
void pgtable_collect(struct request *rq, phys_addr_t table, unsigned int level)
{
	if (shared(rq->pt, table))
		return;
	for (unsigned long i = 0; level && i < TABLE_SIZE; i++) {
		pte_t pte = read_pte(reach(rq->pt, table, level) + i);

		if (pte_table(pte))
			pgtable_collect(rq, pte_pa(pte), level - 1);
	}
	add_spare(rq, table);
	rq->pt->tables--;
}
