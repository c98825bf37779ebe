// SPDX-License-Identifier: BSD-2-Clause
/*
 * The page-table engine on whole trees: merging, making and unmaking them.
 */
#include <kernel/string.h>
#include "engine.h"

static u64 small_leaf(const pte_t *ptep, unsigned long va)
{
	pte_t pte = read_pte(ptep);

	return is_run(pte) ? page_of_run(pte, va).val & ~_PAGE_NAPOT : pte.val;
}

/*
 * Whether @n entries amount to one leaf, or are all invalid; then also the entry that
 * says the same, with A and D if any has them.
 */
static bool uniform(const pte_t *ptep, unsigned int level, unsigned long n, u64 *sum)
{
	pte_t first = { small_leaf(ptep, 0) };
	u64 step = 0;

	if (pte_leaf(first))
		step = pgtable_leaf_size(level) >> PAGE_SHIFT << _PAGE_PFN_SHIFT;
	else if (first.val)
		return false;
	if (first.val & _PAGE_PFN_MASK & (n * step - 1))
		return false;
	*sum = first.val;
	for (unsigned long i = 1; i < n; i++) {
		u64 pte = small_leaf(&ptep[i], i * PAGE_SIZE);

		if ((pte ^ (first.val + i * step)) & ~(step ? ACCESS_BITS : 0))
			return false;
		*sum |= pte & ACCESS_BITS;
	}
	return true;
}

/* The table that @va's entry in table @in of @level leads to, if it amounts to one entry. */
static bool collapse(struct request *rq, phys_addr_t in, unsigned int level, unsigned long va)
{
	pte_t *ptep = reach_entry(rq->pt, in, level, va);
	phys_addr_t table = pte_pa(read_pte(ptep));
	unsigned long last = va + (pgtable_leaf_size(level) - 1);
	const pte_t *entries = reach(rq->pt, table, level - 1);

	if (level > rq->leaf_level || !uniform(entries, level - 1, TABLE_SIZE, &rq->set))
		return false;
	set_pte(ptep, (pte_t){ rq->set });
	note(rq, level - 1, va, last, true, true);
	pgtable_settle(rq);
	begin_change(rq->pt);
	/* No hart uses the old table now; but until the fence it got A and D. */
	uniform(entries, level - 1, TABLE_SIZE, &rq->set);
	rq->set &= ACCESS_BITS;
	ptep = reach_entry(rq->pt, in, level, va); /* other roots were reached meanwhile */
	if (rq->set && change_leaf(ptep, rq->set, 0))
		pgtable_sync_roots(rq->pt, va, last);
	pgtable_collect(rq, table, 0);
	return true;
}

static void join_run(struct request *rq, pte_t *run, unsigned long va)
{
	u64 leaf;

	if (!(read_pte(run).val & _PAGE_NAPOT) && uniform(run, 0, RUN_PAGES, &leaf) && leaf)
		pgtable_rewrite_run(rq, run, va, true);
}

static int merge(struct request *rq, phys_addr_t table, unsigned int level, unsigned long va,
		 unsigned long last)
{
	unsigned long size = level ? pgtable_leaf_size(level) : RUN_SIZE;
	int freed = 0;

	for (;;) {
		pte_t *ptep = reach_entry(rq->pt, table, level, va);
		pte_t pte = read_pte(ptep);
		unsigned long end = va | (size - 1);
		bool whole = !(va & (size - 1)) && end <= last;

		end = min(end, last);
		if (!level && whole && rq->pt->svnapot) {
			join_run(rq, ptep, va);
		} else if (level && pte_table(pte) && !shared(rq->pt, pte_pa(pte))) {
			bool done = whole && collapse(rq, table, level, va);

			if (!done) {
				freed += merge(rq, pte_pa(pte), level - 1, va, end);
				done = whole && collapse(rq, table, level, va);
			}
			freed += done;
		}
		if (end == last)
			return freed;
		va = end + 1;
	}
}

int pgtable_merge(struct pgtable *pt, unsigned long va, size_t size)
{
	struct request rq;
	enum pgtable_refusal why = pgtable_range_refusal(pt, va, size);
	int freed;

	new_request(&rq, pt, PROTECT);
	if (why)
		return pgtable_refuse(pt, why, va);
	spin_lock(&pt->lock);
	begin_change(pt);
	freed = merge(&rq, pt->root, root_level(pt), va, va + size - 1);
	pgtable_settle(&rq);
	spin_unlock(&pt->lock);
	pgtable_free_spares(&rq);
	return freed;
}

/* --- Whole trees --- */

static unsigned long root_entries(const struct pgtable *pt)
{
	return pgtable_root_size(pt->geometry) / sizeof(pte_t);
}

int pgtable_create(struct pgtable *pt, const struct pgtable_geometry *geometry,
		   const struct pt_ops *ops, struct pgtable *kernel)
{
	unsigned long size = pgtable_root_size(geometry);

	if (kernel && kernel->kernel)
		kernel = kernel->kernel; /* whose half it really is */
	*pt = (struct pgtable){ .geometry = geometry, .ops = *ops, .kernel = kernel };
	if (kernel && (kernel->geometry != geometry || !geometry->sign_extended))
		return pgtable_refuse(pt, PGTABLE_OTHER_GEOMETRY, 0);
	pt->root = pt->ops.alloc(size);
	if (!pt->root)
		return pgtable_refuse(pt, PGTABLE_NO_MEMORY, 0);
	if (pt->root & (size - 1)) {
		pt->ops.free(pt->root, size);
		return pgtable_refuse(pt, PGTABLE_BAD_ROOT, 0);
	}
	memset(reach(pt, pt->root, root_level(pt)), 0, size);
	if (kernel) {
		pt->svnapot = kernel->svnapot;
		pt->svpbmt = kernel->svpbmt;
		pt->type_bits = kernel->type_bits;
		pt->shared_start = kernel->shared_start;
		pt->shared_end = kernel->shared_end;
		spin_lock(&kernel->lock);
		pt->next = kernel->next;
		kernel->next = pt;
		pgtable_sync_roots(kernel, -geometry->bias, ~0UL);
		spin_unlock(&kernel->lock);
	}
	return 0;
}

static void leave_kernel(struct pgtable *pt)
{
	struct pgtable **at = &pt->kernel->next;

	spin_lock(&pt->kernel->lock);
	while (*at != pt)
		at = &(*at)->next;
	*at = pt->next;
	spin_unlock(&pt->kernel->lock);
}

int pgtable_destroy(struct pgtable *pt)
{
	struct request rq;
	unsigned long own = root_entries(pt);

	new_request(&rq, pt, UNMAP);
	if (pt->kernel) {
		leave_kernel(pt);
		own /= 2;
	} else if (pt->next) {
		return pgtable_refuse(pt, PGTABLE_IN_USE, 0);
	}
	spin_lock(&pt->lock);
	begin_change(pt);
	note(&rq, 0, 0, ~0UL, true, true);
	if (pt->ops.fence)
		pt->ops.fence(pt, &pt->change);
	for (unsigned long i = 0; i < own; i++) {
		pte_t pte = read_pte(reach(pt, pt->root, root_level(pt)) + i);

		if (pte_table(pte))
			pgtable_collect(&rq, pte_pa(pte), root_level(pt) - 1);
	}
	spin_unlock(&pt->lock);
	pgtable_free_spares(&rq);
	pt->ops.free(pt->root, pgtable_root_size(pt->geometry));
	return 0;
}
