// SPDX-License-Identifier: BSD-2-Clause
/*
 * The half of the page-table engine that only looks: the paging modes, walks, and what
 * goes through a whole tree. Takes no lock; see <kernel/pgtable.h>.
 */
#include <kernel/errno.h>
#include <kernel/pgtable.h>
#include "engine.h"

/* Priv 20250508 §12.4 to §12.6, and the chapter on the hypervisor extension. */
static const struct pgtable_geometry geometries[] = {
	PGTABLE_GEOMETRY("sv39", 1, 3, 8),   PGTABLE_GEOMETRY("sv48", 1, 4, 9),
	PGTABLE_GEOMETRY("sv57", 1, 5, 10),  PGTABLE_GEOMETRY("sv39x4", 2, 3, 8),
	PGTABLE_GEOMETRY("sv48x4", 2, 4, 9), PGTABLE_GEOMETRY("sv57x4", 2, 5, 10),
};

const struct pgtable_geometry *pgtable_geometry(unsigned int stage, unsigned int levels)
{
	for (size_t i = 0; i < ARRAY_SIZE(geometries); i++)
		if (geometries[i].levels == levels && geometries[i].stage == stage)
			return &geometries[i];
	return NULL;
}

bool pgtable_canonical(const struct pgtable_geometry *geometry, unsigned long va)
{
	return input_valid(geometry, va);
}

/* The walk for all that is not in a hurry. Stops at a leaf, an invalid entry, or @floor. */
static phys_addr_t descend(const struct pgtable *pt, unsigned long va, unsigned int floor,
			   unsigned int *level, pte_t *pte)
{
	phys_addr_t table = pt->root;

	for (unsigned int l = root_level(pt);; l--) {
		*level = l;
		*pte = read_pte(reach_entry(pt, table, l, va));
		if (!pte_table(*pte) || l == floor)
			return table;
		table = pte_pa(*pte);
	}
}

static noinline pte_t walk_slowly(const struct pgtable *pt, unsigned long va, unsigned int *level)
{
	pte_t pte = { 0 };

	if (input_valid(pt->geometry, va))
		descend(pt, va, 0, level, &pte);
	else
		*level = pt->geometry->levels;
	return as_walked(pte, va);
}

pte_t pgtable_walk(const struct pgtable *pt, unsigned long va, unsigned int *level)
{
	if (unlikely(pt->ops.reach || !input_valid(pt->geometry, va)))
		return walk_slowly(pt, va, level);
	return as_walked(walk_tables(pt, pt->geometry, va, level), va);
}

phys_addr_t pgtable_table(const struct pgtable *pt, unsigned long va, unsigned int level)
{
	unsigned int found;
	phys_addr_t table;
	pte_t pte;

	if (!input_valid(pt->geometry, va))
		return 0;
	table = descend(pt, va, level, &found, &pte);
	return found == level ? table : 0;
}

static bool readable(const struct pgtable *pt, phys_addr_t table)
{
	return !pt->ops.readable || pt->ops.readable(table);
}

bool pgtable_read(const void *tables, phys_addr_t table, unsigned int level, unsigned int index,
		  u64 *pte)
{
	if (!readable(tables, table))
		return false;
	*pte = read_pte(reach(tables, table, level) + index).val;
	return true;
}

struct iteration {
	const struct pgtable *pt;
	int (*visit)(void *arg, unsigned long va, unsigned int level, pte_t pte);
	void *arg;
};

/* All that the table maps, and those below it, is one page. */
static pte_t shared_leaf(const struct pgtable *pt, pte_t pte, unsigned int level)
{
	while (pte_table(pte) && level)
		pte = read_pte(reach(pt, pte_pa(pte), --level));
	return pte;
}

static int iterate(const struct iteration *it, phys_addr_t table, unsigned int level,
		   unsigned long va, unsigned long last)
{
	const struct pgtable *pt = it->pt;

	for (unsigned long end;; va = end + 1) {
		pte_t pte = as_walked(read_pte(reach_entry(pt, table, level, va)), va);
		int ret = 0;

		end = entry_last(level, va, last);
		if (pte_table(pte) && shared(pt, pte_pa(pte)))
			pte = shared_leaf(pt, pte, level);
		if (pte_leaf(pte) || (pte_present(pte) && (!level || !readable(pt, pte_pa(pte)))))
			ret = it->visit(it->arg, va & -pgtable_leaf_size(level), level, pte);
		else if (pte_present(pte))
			ret = iterate(it, pte_pa(pte), level - 1, va, end);
		if (ret || end == last)
			return ret;
	}
}

int pgtable_iterate(const struct pgtable *pt, unsigned long start, unsigned long last,
		    int (*visit)(void *arg, unsigned long va, unsigned int level, pte_t pte),
		    void *arg)
{
	const struct iteration it = { pt, visit, arg };
	const struct pgtable_geometry *g = pt->geometry;
	int ret;

	if (start > last || !input_valid(g, start) || !input_valid(g, last))
		return -ERANGE;
	if (!readable(pt, pt->root))
		return -EFAULT;
	if (start + g->bias <= last + g->bias)
		return iterate(&it, pt->root, root_level(pt), start, last);
	ret = iterate(&it, pt->root, root_level(pt), start, g->bias - 1);
	return ret ? ret : iterate(&it, pt->root, root_level(pt), -g->bias, last);
}
