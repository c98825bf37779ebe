// SPDX-License-Identifier: BSD-2-Clause
/*
 * The flat model of a page-table tree, and the checks of the engine's lookups
 * against it: see pgtable_model.h.
 */
#include <kernel/errno.h>

#include <string.h>

#include "host.h"
#include "pgtable_hw.h"
#include "pgtable_mem.h"
#include "pgtable_model.h"

void model_init(struct model *m, unsigned int levels)
{
	m->levels = levels;
	m->nr_runs = 0;
	m->nr_tables = 0;
}

bool model_full(const struct model *m)
{
	return m->nr_runs > MAX_RUNS - 32 || m->nr_tables > MAX_TABLES / 2;
}

static u64 run_last(const struct run *r)
{
	return r->va + r->nr * leaf_bytes(r->level) - 1;
}

/* Index of the first run that ends at or behind @va. */
static unsigned int first_run(const struct model *m, u64 va)
{
	unsigned int low = 0, high = m->nr_runs;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (run_last(&m->runs[mid]) < va)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct run *model_find(const struct model *m, u64 va)
{
	unsigned int i = first_run(m, va);

	return i < m->nr_runs && m->runs[i].va <= va ? &m->runs[i] : NULL;
}

/* The name of the table of @level that translates @va. */
static u64 table_name(u64 va, unsigned int level)
{
	return (va & ~(leaf_bytes(level + 1) - 1)) | level;
}

static unsigned int first_table(const struct model *m, u64 name)
{
	unsigned int low = 0, high = m->nr_tables;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (m->tables[mid] < name)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool model_has_table(const struct model *m, u64 va, unsigned int level)
{
	u64 name = table_name(va, level);
	unsigned int i = first_table(m, name);

	return level == m->levels - 1 || (i < m->nr_tables && m->tables[i] == name);
}

static bool overlaps(const struct model *m, u64 va, u64 last, unsigned int min_level)
{
	for (unsigned int i = first_run(m, va); i < m->nr_runs && m->runs[i].va <= last; i++)
		if (m->runs[i].level >= min_level)
			return true;
	return false;
}

/* The plan goes upwards, so only the last table wanted at a level can come again. */
static bool want_table(const struct model *m, struct plan *p, u64 va, unsigned int level,
		       u64 *wanted)
{
	u64 name = table_name(va, level);

	if (wanted[level] == name || model_has_table(m, va, level))
		return true;
	wanted[level] = name;
	if (p->nr_tables == MAX_TABLES / 4)
		return false;
	p->tables[p->nr_tables++] = name;
	return true;
}

/* The largest leaf that va, pa and the bytes left allow. */
static unsigned int largest_leaf(u64 va, u64 pa, u64 left, unsigned int max_leaf)
{
	unsigned int level = max_leaf;

	while (va % leaf_bytes(level) || pa % leaf_bytes(level) || left < leaf_bytes(level))
		level--;
	return level;
}

static void add_leaf(struct plan *p, u64 va, u64 pa, unsigned int level, u64 prot)
{
	struct run *r = p->nr_runs ? &p->runs[p->nr_runs - 1] : NULL;

	p->nr_leaves++;
	if (r && r->level == level)
		r->nr++;
	else
		p->runs[p->nr_runs++] = (struct run){ va, pa, 1, level, prot };
}

bool plan_op(const struct model *m, const struct op *op, unsigned int max_leaf, struct plan *p)
{
	u64 wanted[PGTABLE_MAX_LEVELS] = { ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL };
	unsigned int level = 0;

	p->err = 0;
	p->nr_runs = 0;
	p->nr_tables = 0;
	p->nr_leaves = 0;
	if (overlaps(m, op->va, op->va + op->size - 1, op->populate ? 1 : 0))
		p->err = -EEXIST;
	if (op->flags & PGTABLE_SMALL_ONLY)
		max_leaf = 0;
	for (u64 done = 0; done < op->size; done += leaf_bytes(level)) {
		u64 va = op->va + done;

		if (!op->populate) {
			level = largest_leaf(va, op->pa + done, op->size - done, max_leaf);
			if (level && model_has_table(m, va, level - 1))
				p->err = -EEXIST;
			add_leaf(p, va, op->pa + done, level, op->prot);
		} else {
			p->nr_leaves++;
		}
		for (unsigned int t = level; t + 1 < m->levels; t++)
			if (!want_table(m, p, va, t, wanted))
				return false;
		if (p->nr_leaves > MAX_LEAVES)
			return false;
	}
	return true;
}

void model_apply(struct model *m, const struct plan *p)
{
	for (unsigned int i = 0; i < p->nr_runs; i++) {
		unsigned int at = first_run(m, p->runs[i].va);

		memmove(&m->runs[at + 1], &m->runs[at], (m->nr_runs++ - at) * sizeof(*m->runs));
		m->runs[at] = p->runs[i];
	}
	for (unsigned int i = 0; i < p->nr_tables; i++) {
		unsigned int at = first_table(m, p->tables[i]);

		memmove(&m->tables[at + 1], &m->tables[at],
			(m->nr_tables++ - at) * sizeof(*m->tables));
		m->tables[at] = p->tables[i];
	}
}

/* The entry that decides about @va, from the model alone; for a hole, 0. */
static u64 expected_entry(const struct model *m, u64 va, unsigned int *level)
{
	const struct run *r = model_find(m, va);
	u64 pa;

	if (!r) {
		for (*level = m->levels - 1; *level && model_has_table(m, va, *level - 1);)
			--*level;
		return 0;
	}
	*level = r->level;
	pa = r->pa + (va - r->va) / leaf_bytes(r->level) * leaf_bytes(r->level);
	return pa >> 12 << 10 | r->prot;
}

/* Each step of a trace, and the path of pgtable_table(), are in memory as told. */
static void check_path(const struct pgtable *pt, u64 va, int ret, unsigned int level, u64 entry)
{
	struct pgtable_trace trace;
	u64 table = pt->root;

	memset(&trace, 0xa5, sizeof(trace));
	CHECK_EQ(pgtable_trace(pt, va, &trace), ret);
	CHECK_EQ(trace.bad_table, 0);
	CHECK_EQ(trace.nr, pt->geometry->levels - level);
	for (unsigned int i = 0; i < trace.nr; i++) {
		unsigned int l = pt->geometry->levels - 1 - i;

		CHECK_EQ(trace.step[i].level, l);
		CHECK_EQ(trace.step[i].index, va >> (12 + 9 * l) & 511);
		CHECK_EQ(trace.step[i].table, table);
		CHECK_EQ(trace.step[i].pte.val, mem_table(table)[va >> (12 + 9 * l) & 511]);
		CHECK_EQ(pgtable_table(pt, va, l), table);
		table = trace.step[i].pte.val >> 10 << 12;
	}
	CHECK_EQ(trace.step[trace.nr - 1].pte.val, entry);
	if (level)
		CHECK_EQ(pgtable_table(pt, va, level - 1), 0);
}

void check_address(const struct pgtable *pt, const struct model *m, u64 va)
{
	unsigned int levels = pt->geometry->levels, level = 99, want_level;
	struct hw_result hw = hw_translate(pt->root, levels, va);
	u64 upper = va >> (11 + 9 * levels), entry;
	pte_t pte = { 0x1234 };
	int ret;

	if (upper && upper != ~0ULL >> (11 + 9 * levels)) {
		struct pgtable_trace trace;

		CHECK(!pgtable_canonical(pt->geometry, va));
		CHECK_EQ(pgtable_walk(pt, va, &level, &pte), -ERANGE);
		CHECK_EQ(pte.val, 0x1234);
		CHECK_EQ(level, 99);
		CHECK_EQ(pgtable_trace(pt, va, &trace), -ERANGE);
		CHECK_EQ(trace.nr, 0);
		return;
	}
	CHECK(pgtable_canonical(pt->geometry, va));
	if (!upper && levels < m->levels)
		return; /* a lower root of the chain has another lower half */
	ret = pgtable_walk(pt, va, &level, &pte);
	entry = expected_entry(m, va, &want_level);
	CHECK_EQ(ret, entry ? 0 : -ENOENT);
	CHECK_EQ(level, want_level);
	CHECK_EQ(pte.val, entry);
	check_path(pt, va, ret, want_level, entry);
	if (!entry) {
		CHECK(hw.fault && !strcmp(hw.fault, "V = 0"));
		return;
	}
	CHECK(!hw.fault);
	CHECK_EQ(hw.pa, model_find(m, va)->pa + (va - model_find(m, va)->va));
	CHECK_EQ(hw.bits, model_find(m, va)->prot);
	CHECK_EQ(hw.level, want_level);
}

struct cursor {
	const struct model *m;
	u64 next; /* next leaf at or behind this one */
	bool end; /* behind the top of the address space */
	unsigned long seen;
};

static int compare_leaf(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	struct cursor *c = arg;
	unsigned int i = first_run(c->m, c->next), want_level;
	const struct run *r = &c->m->runs[i];
	u64 want;

	c->seen++;
	CHECK(!c->end && i < c->m->nr_runs);
	if (host_failures)
		return -EIO;
	want = c->next <= r->va ? r->va : c->next & ~(leaf_bytes(r->level) - 1);
	CHECK_EQ(va, want);
	CHECK_EQ(pte.val, expected_entry(c->m, want, &want_level));
	CHECK_EQ(level, r->level);
	c->next = want + leaf_bytes(r->level);
	c->end = !c->next;
	return host_failures ? -EIO : 0;
}

void check_iterate(const struct pgtable *pt, const struct model *m, u64 start, u64 last)
{
	struct cursor c = { m, start, false, 0 };

	CHECK_EQ(pgtable_iterate(pt, start, last, compare_leaf, &c), 0);
	if (c.end || host_failures)
		return;
	/* None is left out up to the last address. */
	CHECK(!overlaps(m, c.next, last, 0) || c.next > last);
}

void check_whole(const struct pgtable *pt, const struct model *m)
{
	u64 half = leaf_bytes(m->levels) / 2;

	check_iterate(pt, m, 0, half - 1);
	check_iterate(pt, m, -half, ~0ULL);
}

static int call(struct pgtable *pt, const struct op *op)
{
	int ret;

	mem_begin();
	if (op->populate)
		ret = pgtable_populate(pt, op->va, op->size);
	else
		ret = pgtable_map(pt, op->va, op->pa, op->size, (pgprot_t){ op->prot }, op->flags);
	mem_end();
	return ret;
}

static void describe(const struct pgtable *pt, const struct op *op)
{
	printf("# %s %s va=%llx pa=%llx size=%llx prot=%llx flags=%x\n", pt->geometry->name,
	       op->populate ? "populate" : "map", op->va, op->pa, op->size, op->prot, op->flags);
}

void check_refused(struct pgtable *pt, const struct op *op, int err)
{
	unsigned long tables = pt->tables, before = host_failures;

	CHECK_EQ(call(pt, op), err);
	CHECK_EQ(mem_log.stores, 0);
	CHECK_EQ(mem_log.fences, 0);
	CHECK_EQ(mem_log.links, 0);
	CHECK_EQ(mem_log.allocs, mem_log.frees);
	CHECK_EQ(pt->tables, tables);
	if (err != -ENOMEM)
		CHECK_EQ(mem_log.allocs, 0); /* refused before anything is reserved */
	if (host_failures != before)
		describe(pt, op);
}

static void check_done(struct pgtable *pt, struct model *m, const struct op *op,
		       const struct plan *p)
{
	unsigned long tables = pt->tables, before = host_failures;
	u64 last = op->va + op->size - 1;

	model_apply(m, p);
	CHECK_EQ(call(pt, op), 0);
	CHECK_EQ(mem_log.allocs, p->nr_tables);
	CHECK_EQ(mem_log.links, p->nr_tables);
	CHECK_EQ(pt->tables - tables, p->nr_tables);
	CHECK_EQ(mem_log.fences, 1);
	CHECK_EQ(mem_log.fence_tables, p->nr_tables > 0);
	CHECK(mem_log.fence_va <= op->va && mem_log.fence_size >= op->size &&
	      mem_log.fence_va + mem_log.fence_size - 1 >= last);
	check_address(pt, m, op->va);
	check_address(pt, m, last);
	check_address(pt, m, op->va + host_rand_below(op->size));
	check_address(pt, m, op->va - 1);
	check_address(pt, m, last + 1);
	if (host_failures != before)
		describe(pt, op);
}

unsigned int check_op(struct pgtable *pt, struct model *m, const struct op *op, bool starve)
{
	static struct plan p;
	unsigned int calls = 1;

	if (!plan_op(m, op, pt->geometry->max_leaf_level, &p))
		return 0;
	if (p.err) {
		check_refused(pt, op, p.err);
		return calls;
	}
	for (mem_budget = 0; starve && mem_budget < p.nr_tables; calls++) {
		unsigned long budget = mem_budget;

		check_refused(pt, op, -ENOMEM);
		mem_budget = budget + 1;
	}
	mem_budget = p.nr_tables; /* and not one more */
	check_done(pt, m, op, &p);
	return calls;
}
