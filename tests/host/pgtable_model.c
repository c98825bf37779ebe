// SPDX-License-Identifier: BSD-2-Clause
/*
 * The flat model of a page-table tree: its runs of leaves and its set of tables. What an
 * operation does to them is in pgtable_ops.c.
 */
#include <string.h>

#include "host.h"
#include "pgtable_model.h"

void model_init(struct model *m, const struct pgtable *pt)
{
	m->levels = pt->geometry->levels;
	m->guest = pt->geometry->stage == 2;
	m->svnapot = pt->svnapot;
	m->svpbmt = pt->svpbmt;
	m->thead = pt->type_bits;
	m->nr_runs = 0;
	m->nr_tables = 0;
}

void model_copy(struct model *to, const struct model *from)
{
	memcpy(to, from, offsetof(struct model, runs));
	memcpy(to->runs, from->runs, from->nr_runs * sizeof(*to->runs));
	memcpy(to->tables, from->tables, from->nr_tables * sizeof(*to->tables));
}

bool model_full(const struct model *m)
{
	return m->nr_runs > MAX_RUNS / 2 || m->nr_tables > MAX_TABLES / 4;
}

unsigned int model_first(const struct model *m, u64 va)
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
	unsigned int i = model_first(m, va);

	return i < m->nr_runs && m->runs[i].va <= va ? &m->runs[i] : NULL;
}

/* --- Tables --- */

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

bool model_add_table(struct model *m, u64 va, unsigned int level)
{
	u64 name = table_name(va, level);
	unsigned int at = first_table(m, name);

	if (model_has_table(m, va, level))
		return false;
	memmove(&m->tables[at + 1], &m->tables[at], (m->nr_tables++ - at) * sizeof(*m->tables));
	m->tables[at] = name;
	return true;
}

/* Those for nothing but [first, last]; how many. */
unsigned int model_remove_tables(struct model *m, u64 first, u64 last)
{
	unsigned int kept = 0, removed;

	for (unsigned int i = 0; i < m->nr_tables; i++) {
		u64 size = leaf_bytes((m->tables[i] & 4095) + 1), va = m->tables[i] & ~4095ULL;

		if (va < first || va + size - 1 > last)
			m->tables[kept++] = m->tables[i];
	}
	removed = m->nr_tables - kept;
	m->nr_tables = kept;
	return removed;
}

/* --- Leaves --- */

static void insert(struct model *m, unsigned int at, struct run run)
{
	memmove(&m->runs[at + 1], &m->runs[at], (m->nr_runs++ - at) * sizeof(*m->runs));
	m->runs[at] = run;
}

/* Leaves of one size side by side. */
static bool joins(const struct run *a, const struct run *b)
{
	return a->order == b->order && a->bits == b->bits && run_last(a) + 1 == b->va && b->va &&
	       a->shared == b->shared &&
	       (a->shared ? a->pa == b->pa : a->pa - a->va == b->pa - b->va);
}

void model_put(struct model *m, struct run run)
{
	unsigned int i = model_first(m, run.va);

	if (i && joins(&m->runs[i - 1], &run))
		m->runs[i - 1].nr += run.nr;
	else
		insert(m, i, run);
}

unsigned int model_cut_run(struct model *m, u64 va)
{
	unsigned int i = model_first(m, va);
	struct run *r = &m->runs[i], upper;
	u64 nr;

	if (i == m->nr_runs || r->va >= va)
		return i;
	nr = (va - r->va) >> (12 + r->order);
	upper = (struct run){ va, run_pa(r, va), r->nr - nr, r->order, r->bits, r->shared };
	r->nr = nr;
	insert(m, i + 1, upper);
	return i + 1;
}

void model_remove(struct model *m, u64 first, u64 last)
{
	unsigned int from = model_cut_run(m, first);
	unsigned int to = last == ~0ULL ? m->nr_runs : model_cut_run(m, last + 1);

	memmove(&m->runs[from], &m->runs[to], (m->nr_runs - to) * sizeof(*m->runs));
	m->nr_runs -= to - from;
}

void model_break(struct model *m, u64 va, bool small)
{
	const struct run *r = model_find(m, va);
	u64 size = PAGE_SIZE << r->order, first = va & -size;
	struct run leaf = { first, run_pa(r, first), 512, r->order - 9, r->bits, r->shared };

	if (r->order == 4) {
		leaf.nr = 16;
		leaf.order = 0;
	} else if (r->order == 9 && m->svnapot && !small && !r->shared) {
		leaf.nr = 32;
		leaf.order = 4;
	}
	if (r->order >= 9)
		model_add_table(m, first, r->order / 9 - 1);
	model_remove(m, first, first + (size - 1));
	model_put(m, leaf);
}

void model_cut(struct model *m, u64 va, bool small)
{
	const struct run *r;

	while ((r = model_find(m, va)) && (va & ((PAGE_SIZE << r->order) - 1)))
		model_break(m, va, small);
	model_cut_run(m, va);
}

void model_update(struct model *m, u64 first, u64 last, u64 bits)
{
	for (unsigned int i = model_first(m, first); i < m->nr_runs && m->runs[i].va <= last; i++) {
		const struct run *r = &m->runs[i];
		u64 mask = (PAGE_SIZE << r->order) - 1;

		if (!(bits & ~r->bits))
			continue;
		if (r->va < first) {
			i = model_cut_run(m, first & ~mask);
			r = &m->runs[i];
		}
		if (run_last(r) > (last | mask))
			model_cut_run(m, (last | mask) + 1);
		m->runs[i].bits |= bits;
	}
}

void model_tidy(struct model *m)
{
	unsigned int kept = 0;

	for (unsigned int i = 1; i < m->nr_runs; i++) {
		struct run *a = &m->runs[kept], *b = &m->runs[i];

		if (joins(a, b))
			a->nr += b->nr;
		else
			m->runs[++kept] = *b;
	}
	if (m->nr_runs)
		m->nr_runs = kept + 1;
}

/* By PBMT: SO, C, B, SH, and a bit that is not used. */
static u64 in_thead(u64 bits)
{
	static const u64 types[4] = { 0x0e, 0x06, 0x12, 0x1f };

	return (bits & ~(3ULL << 61)) | types[bits >> 61 & 3] << 59;
}

u64 model_entry(const struct model *m, u64 va, unsigned int *level)
{
	const struct run *r = model_find(m, va);
	u64 size, pa;

	if (!r) {
		for (*level = m->levels - 1; *level && model_has_table(m, va, *level - 1);)
			--*level;
		return 0;
	}
	*level = r->shared ? 0 : r->order / 9;
	size = leaf_bytes(*level);
	pa = run_pa(r, va & -size);
	return pa >> 12 << 10 | (m->thead ? in_thead(r->bits) : r->bits) |
	       (u64)(r->order == 4) << 63;
}
