// SPDX-License-Identifier: BSD-2-Clause
/*
 * The page-table engine. Runs with translation off (early tables), on, and on the
 * host under sanitizers; so it holds no state, no pointers in data and prints
 * nothing. Paging modes are rows of a table; nothing else knows a level number.
 */
#include <kernel/errno.h>
#include <kernel/pgtable.h>
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/barrier.h>

#define LEVEL_BITS  9
#define MAX_PA_BITS 56

/* Priv 20250508 §12.4 to §12.6. */
static const struct pgtable_geometry geometries[] = {
	{ "sv39", 3, 9, 39, true, 1, 2, 8 },
	{ "sv48", 4, 9, 48, true, 1, 3, 9 },
	{ "sv57", 5, 9, 57, true, 1, 4, 10 },
};

const struct pgtable_geometry *pgtable_geometry(unsigned int levels)
{
	for (size_t i = 0; i < ARRAY_SIZE(geometries); i++)
		if (geometries[i].levels == levels)
			return &geometries[i];
	return NULL;
}

bool pgtable_canonical(const struct pgtable_geometry *geometry, unsigned long va)
{
	unsigned int unused = 64 - geometry->input_bits;

	if (geometry->sign_extended)
		return (unsigned long)((long)(va << unused) >> unused) == va;
	return va >> geometry->input_bits == 0;
}

static inline unsigned int level_shift(unsigned int level)
{
	return PAGE_SHIFT + LEVEL_BITS * level;
}

/* Only the root of a G-stage tree is wider than nine bits. */
static inline unsigned int index_mask(const struct pgtable_geometry *geometry, unsigned int level)
{
	unsigned int bits = level == geometry->levels - 1U ? geometry->root_bits : LEVEL_BITS;

	return (1U << bits) - 1;
}

static inline unsigned int table_index(const struct pgtable_geometry *geometry, unsigned int level,
				       unsigned long va)
{
	return va >> level_shift(level) & index_mask(geometry, level);
}

static inline pte_t *reach(const struct pgtable *pt, phys_addr_t table, unsigned int level)
{
	if (pt->ops.reach)
		return pt->ops.reach(table, level);
	return (pte_t *)(table + pt->ops.offset);
}

static inline pte_t read_pte(const pte_t *ptep)
{
	return (pte_t){ READ_ONCE(ptep->val) };
}

static inline void set_pte(pte_t *ptep, pte_t pte)
{
	WRITE_ONCE(ptep->val, pte.val);
}

/* Last address of the entry of @level that holds @va, or @last if that comes first. */
static inline unsigned long entry_last(unsigned int level, unsigned long va, unsigned long last)
{
	unsigned long end = va | (pgtable_leaf_size(level) - 1);

	return end < last ? end : last;
}

/*
 * One request to map or populate. Ranges inside the engine are inclusive, so that
 * the last byte of the address space needs no special case.
 */
struct request {
	struct pgtable *pt;
	unsigned long pa_delta;  /* pa - va, modulo 2^64 */
	pgprot_t prot;           /* 0: populate, no leaves */
	unsigned int leaf_level; /* largest leaf wanted */
	unsigned long need;      /* tables to add */
	phys_addr_t spare;       /* reserved tables, each holding the next one's address */
};

/*
 * How many leaves of @level fit at @va, up to @last. Once one is aligned and whole,
 * all whole ones behind it are aligned too.
 */
static inline unsigned long leaf_run(const struct request *rq, unsigned int level, unsigned long va,
				     unsigned long last)
{
	unsigned long mask = pgtable_leaf_size(level) - 1;

	if (level > rq->leaf_level || ((va | (va + rq->pa_delta)) & mask))
		return 0;
	return (last - va + 1) >> level_shift(level);
}

/*
 * First pass: refuse what is in the way and count the tables that are missing.
 * @table is 0 where none exists yet; then nothing can be in the way.
 */
static int prepare(struct request *rq, phys_addr_t table, unsigned int level, unsigned long va,
		   unsigned long last)
{
	const pte_t *ptep = NULL;

	if (!level && (!table || !rq->prot.val))
		return 0;
	if (table)
		ptep = reach(rq->pt, table, level) + table_index(rq->pt->geometry, level, va);
	do {
		unsigned long n = leaf_run(rq, level, va, last);
		unsigned long end =
			n ? va + (n << level_shift(level)) - 1 : entry_last(level, va, last);
		pte_t pte = { 0 };
		int err = 0;

		if (n) {
			for (; ptep && n; n--)
				if (pte_present(read_pte(ptep++)))
					return -EEXIST;
		} else {
			if (ptep)
				pte = read_pte(ptep++);
			if (pte_leaf(pte))
				return -EEXIST;
			rq->need += !pte_present(pte);
			err = prepare(rq, pte_pa(pte), level - 1, va, end);
		}
		if (err)
			return err;
		va = end + 1;
	} while (va - 1 != last);
	return 0;
}

static void release_spares(struct request *rq)
{
	while (rq->spare) {
		phys_addr_t table = rq->spare;

		rq->spare = reach(rq->pt, table, 0)->val;
		rq->pt->ops.free(table);
	}
}

static int reserve_spares(struct request *rq)
{
	for (unsigned long i = 0; i < rq->need; i++) {
		phys_addr_t table = rq->pt->ops.alloc();

		if (!table) {
			release_spares(rq);
			return -ENOMEM;
		}
		reach(rq->pt, table, 0)->val = rq->spare;
		rq->spare = table;
	}
	return 0;
}

/* A spare as an empty table of @level. */
static phys_addr_t take_spare(struct request *rq, unsigned int level)
{
	phys_addr_t table = rq->spare;
	pte_t *entries = reach(rq->pt, table, level);

	rq->spare = entries->val;
	memset(entries, 0, PAGE_SIZE);
	return table;
}

static void link_table(struct request *rq, pte_t *ptep, phys_addr_t table)
{
	smp_wmb(); /* the table's entries before the entry that makes them reachable */
	set_pte(ptep, mk_pte(table, __pgprot(_PAGE_PRESENT)));
	rq->pt->tables++;
}

/* Second pass: cannot fail. A new table is complete before it is linked. */
static void commit(struct request *rq, phys_addr_t table, unsigned int level, unsigned long va,
		   unsigned long last)
{
	pte_t *ptep = reach(rq->pt, table, level) + table_index(rq->pt->geometry, level, va);

	if (!level && !rq->prot.val)
		return;
	do {
		unsigned long n = leaf_run(rq, level, va, last);
		pte_t pte;

		if (n) {
			pte = mk_pte(va + rq->pa_delta, rq->prot);
			va += n << level_shift(level);
			for (; n; n--, pte.val +=
				       pgtable_leaf_size(level) >> PAGE_SHIFT << _PAGE_PFN_SHIFT)
				set_pte(ptep++, pte);
		} else {
			unsigned long end = entry_last(level, va, last);

			pte = read_pte(ptep);
			if (pte_present(pte)) {
				commit(rq, pte_pa(pte), level - 1, va, end);
			} else {
				phys_addr_t child = take_spare(rq, level - 1);

				commit(rq, child, level - 1, va, end);
				link_table(rq, ptep, child);
			}
			ptep++;
			va = end + 1;
		}
	} while (va - 1 != last);
}

/* Whether [va, last] can be translated: canonical, and not across the hole. */
static bool range_translated(const struct pgtable_geometry *geometry, unsigned long va,
			     unsigned long last)
{
	return va <= last && pgtable_canonical(geometry, va) && pgtable_canonical(geometry, last) &&
	       (va ^ last) >> 63 == 0;
}

/*
 * The lowest table there is that all of [va, last] goes into: nothing above it changes.
 * Where a leaf fits, a table in its place is in the way.
 */
static phys_addr_t lowest_table(const struct request *rq, unsigned long va, unsigned long last,
				unsigned int *level)
{
	const struct pgtable *pt = rq->pt;
	phys_addr_t table = pt->root;

	for (; !leaf_run(rq, *level, va, last) && (va ^ last) >> level_shift(*level) == 0;
	     --*level) {
		pte_t pte =
			read_pte(reach(pt, table, *level) + table_index(pt->geometry, *level, va));

		if (!pte_table(pte))
			break;
		table = pte_pa(pte);
	}
	return table;
}

static int run_request(struct request *rq, unsigned long va, unsigned long size)
{
	struct pgtable *pt = rq->pt;
	unsigned int level = pt->geometry->levels - 1;
	unsigned long last = va + size - 1;
	phys_addr_t table;
	int err;

	if (!size || !IS_ALIGNED(va | size, PAGE_SIZE) || last < va)
		return -EINVAL;
	if (!range_translated(pt->geometry, va, last))
		return -ERANGE;
	table = lowest_table(rq, va, last, &level);
	err = prepare(rq, table, level, va, last);
	if (!err)
		err = reserve_spares(rq);
	if (err)
		return err;
	commit(rq, table, level, va, last);
	if (pt->ops.fence)
		pt->ops.fence(pt, va, size, rq->need);
	return 0;
}

/* The rules of Priv 20250508 §12.4.1 for a leaf, and W^X. */
static bool prot_valid(pgprot_t prot)
{
	const u64 allowed = _PAGE_PRESENT | _PAGE_LEAF | _PAGE_USER | _PAGE_GLOBAL |
			    _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_RSW | _PAGE_PBMT;
	u64 leaf = prot.val & _PAGE_LEAF;

	return !(prot.val & ~allowed) && (prot.val & _PAGE_PRESENT) && leaf &&
	       (leaf & (_PAGE_READ | _PAGE_WRITE)) != _PAGE_WRITE &&
	       (leaf & (_PAGE_WRITE | _PAGE_EXEC)) != (_PAGE_WRITE | _PAGE_EXEC) &&
	       (prot.val & _PAGE_PBMT) != _PAGE_PBMT;
}

int pgtable_map(struct pgtable *pt, unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot,
		unsigned int flags)
{
	struct request rq = {
		.pt = pt,
		.pa_delta = pa - va,
		.prot = prot,
		.leaf_level = flags & PGTABLE_SMALL_ONLY ? 0 : pt->geometry->max_leaf_level,
	};

	if (!prot_valid(prot) || !IS_ALIGNED(pa, PAGE_SIZE) || flags & ~PGTABLE_SMALL_ONLY)
		return -EINVAL;
	if (size > 1UL << MAX_PA_BITS || pa > (1UL << MAX_PA_BITS) - size)
		return -ERANGE;
	return run_request(&rq, va, size);
}

int pgtable_populate(struct pgtable *pt, unsigned long va, size_t size)
{
	struct request rq = { .pt = pt };

	return run_request(&rq, va, size);
}

/* The one loop that goes down. Stops at a leaf, an invalid entry, or above @floor. */
static __always_inline phys_addr_t descend(const struct pgtable *pt, unsigned long va,
					   unsigned int floor, unsigned int *level, pte_t *pte,
					   struct pgtable_trace *trace)
{
	phys_addr_t table = pt->root;

	for (unsigned int l = pt->geometry->levels - 1;; l--) {
		unsigned int index = table_index(pt->geometry, l, va);

		*level = l;
		if (trace && pt->ops.readable && !pt->ops.readable(table)) {
			trace->bad_table = table;
			return table;
		}
		*pte = read_pte(reach(pt, table, l) + index);
		if (trace) {
			trace->step[trace->nr].level = l;
			trace->step[trace->nr].index = index;
			trace->step[trace->nr].table = table;
			trace->step[trace->nr++].pte = *pte;
		}
		if (!pte_table(*pte) || l == floor)
			return table;
		table = pte_pa(*pte);
	}
}

int pgtable_walk(const struct pgtable *pt, unsigned long va, unsigned int *level, pte_t *pte)
{
	if (!pgtable_canonical(pt->geometry, va))
		return -ERANGE;
	descend(pt, va, 0, level, pte, NULL);
	return pte_leaf(*pte) ? 0 : -ENOENT;
}

phys_addr_t pgtable_table(const struct pgtable *pt, unsigned long va, unsigned int level)
{
	unsigned int found;
	pte_t pte;
	phys_addr_t table = descend(pt, va, level, &found, &pte, NULL);

	return found == level ? table : 0;
}

int pgtable_trace(const struct pgtable *pt, unsigned long va, struct pgtable_trace *trace)
{
	unsigned int level;
	pte_t pte = { 0 };

	memset(trace, 0, sizeof(*trace));
	if (!pgtable_canonical(pt->geometry, va))
		return -ERANGE;
	descend(pt, va, 0, &level, &pte, trace);
	if (trace->nr < pt->geometry->levels - level)
		return -EFAULT;
	return pte_leaf(pte) ? 0 : -ENOENT;
}

struct iteration {
	const struct pgtable *pt;
	int (*visit)(void *arg, unsigned long va, unsigned int level, pte_t pte);
	void *arg;
};

static int iterate(const struct iteration *it, phys_addr_t table, unsigned int level,
		   unsigned long va, unsigned long last)
{
	const struct pgtable *pt = it->pt;

	for (unsigned long end;; va = end + 1) {
		pte_t pte =
			read_pte(reach(pt, table, level) + table_index(pt->geometry, level, va));
		bool readable =
			!pte_table(pte) || !pt->ops.readable || pt->ops.readable(pte_pa(pte));
		int ret = 0;

		end = entry_last(level, va, last);
		if (pte_leaf(pte) || (pte_present(pte) && (!level || !readable)))
			ret = it->visit(it->arg, va & ~(pgtable_leaf_size(level) - 1), level, pte);
		else if (pte_table(pte))
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

	if (!range_translated(pt->geometry, start, last))
		return -ERANGE;
	return iterate(&it, pt->root, pt->geometry->levels - 1, start, last);
}
