// SPDX-License-Identifier: BSD-2-Clause
/*
 * What each call must do to the flat model, from the words of <kernel/pgtable.h>.
 */
#include "host.h"
#include "pgtable_model.h"

#define WHY(name) (1ULL << PGTABLE_##name)
#define A_D       (_PAGE_ACCESSED | _PAGE_DIRTY)

u64 model_bad_bits(const struct model *m, u64 bits)
{
	u64 known = 0x3ff | _PAGE_PBMT, why = 0, rwx = bits >> 1 & 7;

	why |= bits & ~known ? WHY(UNKNOWN_BITS) : 0;
	why |= !(bits & 1) || !rwx ? WHY(NOT_A_LEAF) : 0;
	why |= (rwx & 3) == 2 ? WHY(WRITE_ONLY) : 0;
	why |= (rwx & 6) == 6 && !m->guest ? WHY(WRITE_EXEC) : 0;
	why |= bits >> 61 == 3 ? WHY(MEMORY_TYPE) : 0;
	why |= (bits & _PAGE_PBMT) && !m->svpbmt ? WHY(NO_SVPBMT) : 0;
	if (m->guest && (bits & (_PAGE_USER | _PAGE_GLOBAL)) != _PAGE_USER)
		why |= WHY(STAGE_BITS);
	return why;
}

static bool refuse(struct outcome *out, u64 whys, u64 va)
{
	out->whys = whys;
	out->refused_va = va;
	return true;
}

/* The largest leaf that va, pa and the bytes left allow. */
static unsigned int largest(const struct model *m, u64 va, u64 pa, u64 left, bool small)
{
	unsigned int order = small ? 0 : 9 * (m->levels - 1);

	for (; order; order -= order == 9 ? 5 : order == 4 ? 4 : 9) {
		u64 size = PAGE_SIZE << order;

		if (!((va | pa) & (size - 1)) && left >= size && (order != 4 || m->svnapot))
			break;
	}
	return order;
}

/* Tables from the root down to @level; false: too many. */
static bool want_tables(struct model *m, u64 va, unsigned int level, struct outcome *out)
{
	for (unsigned int l = m->levels - 1; l-- > level;)
		out->taken += model_add_table(m, va, l);
	return out->taken <= MAX_NEED;
}

/* What is in the way of a leaf at @va. */
static u64 in_the_way(const struct model *m, u64 va, unsigned int order)
{
	unsigned int i = model_first(m, va), level = order / 9;
	bool found = i < m->nr_runs && m->runs[i].va <= va + ((PAGE_SIZE << order) - 1);

	if (found && m->runs[i].shared)
		return level ? WHY(TABLE_BY_LEAF) : WHY(OVERWRITES);
	if (found && m->runs[i].order / 9 > level)
		return WHY(LEAF_BY_TABLE);
	if (level && model_has_table(m, va, level - 1))
		return WHY(TABLE_BY_LEAF);
	return found ? WHY(OVERWRITES) : 0;
}

/*
 * Where only what is shared counts as nothing: it goes, for as large a leaf as goes in without
 * a table of the tree's own. Its order.
 */
static unsigned int make_room(struct model *m, u64 va, u64 last, unsigned int order, bool napot,
			      struct outcome *out)
{
	const struct run *r;
	u64 end, size;

	while (order >= 9 && model_has_table(m, va, order / 9 - 1))
		order -= order == 9 && napot ? 5 : 9;
	while ((r = model_find(m, va)) && r->shared && r->order >= 9 && r->order > order) {
		model_break(m, va, true);
		out->taken++;
	}
	size = PAGE_SIZE << order;
	for (u64 at = va; at - va < size; at += PAGE_SIZE) {
		r = model_find(m, at);
		if (r && r->shared) { /* the next pieces need not find it */
			end = last + 1 - ((last + 1) & ((PAGE_SIZE << r->order) - 1));
			model_remove(m, at, min(run_last(r), end - 1));
		}
		if (order != 4)
			break;
	}
	return order;
}

static bool apply_map(struct model *m, const struct op *op, struct outcome *out)
{
	const bool share = op->kind == OP_SHARE, small = share || op->flags & PGTABLE_SMALL_ONLY;
	unsigned int pieces = 0, order;
	u64 prev = ~op->va; /* small leaves of one table want it once */

	for (u64 done = 0; done < op->size; done += PAGE_SIZE << order) {
		u64 va = op->va + done, pa = op->pa + (share ? 0 : done), why;

		order = largest(m, va, share ? va : pa, op->size - done, small && !share);
		if (share && order == 4)
			order = 0;
		if (share || op->flags & PGTABLE_OVER_SHARED)
			order = make_room(m, va, op->va + op->size - 1, order, m->svnapot && !small,
					  out);
		why = in_the_way(m, va, order);
		if (why && order == 4) { /* its first page that is taken is told */
			while (!in_the_way(m, va, 0))
				va += PAGE_SIZE;
		}
		if (why)
			return refuse(out, why, va);
		if (++pieces > MAX_LEAVES || m->nr_runs > MAX_RUNS - 64)
			return false;
		if (((va ^ prev) >> 21 || order) && !want_tables(m, va, order / 9, out))
			return false;
		prev = va;
		model_put(m, (struct run){ va, pa, 1, order, op->set, share });
	}
	out->changed = true;
	return true;
}

/* Instead of each shared table on the way to a range there is one of the tree's own. */
static bool own_tables(struct model *m, u64 va, u64 last, struct outcome *out)
{
	for (u64 next;; va = next + 1) {
		unsigned int i = model_first(m, va);
		const struct run *r;

		while ((r = model_find(m, va)) && r->shared && r->order >= 9) {
			model_break(m, va, true);
			out->changed = true;
			if (++out->taken > MAX_NEED)
				return false;
		}
		if (r)
			next = run_last(r);
		else
			next = i < m->nr_runs ? m->runs[i].va - 1 : last;
		if (next >= last)
			return true;
	}
}

static bool apply_populate(struct model *m, const struct op *op, struct outcome *out)
{
	u64 last = op->va + op->size - 1;

	for (u64 va = op->va;; va = (va | (leaf_bytes(1) - 1)) + 1) {
		const struct run *r = model_find(m, va);

		if (r && r->order >= 9 && !r->shared)
			return refuse(out, WHY(LEAF_BY_TABLE), va);
		if (!own_tables(m, va, va, out) || !want_tables(m, va, 0, out))
			return false;
		if ((va | (leaf_bytes(1) - 1)) >= last)
			break;
	}
	out->changed = out->taken;
	return true;
}

/* Cut the leaves that reach across the ends of the range. */
static void cut_ends(struct model *m, const struct op *op, struct outcome *out)
{
	unsigned int tables = m->nr_tables;
	bool small = op->flags & PGTABLE_SMALL_ONLY;
	const struct run *r = model_find(m, op->va);

	out->changed |= r && (op->va & ((PAGE_SIZE << r->order) - 1));
	model_cut(m, op->va, small);
	if (op->va + op->size) {
		r = model_find(m, op->va + op->size);
		out->changed |= r && (op->va + op->size) & ((PAGE_SIZE << r->order) - 1);
		model_cut(m, op->va + op->size, small);
		model_cut_run(m, op->va);
	}
	out->taken += m->nr_tables - tables;
}

static bool apply_unmap(struct model *m, const struct op *op, struct outcome *out)
{
	u64 last = op->va + op->size - 1;
	unsigned int runs;

	cut_ends(m, op, out);
	runs = model_first(m, op->va);
	out->changed |= runs < m->nr_runs && m->runs[runs].va <= last;
	model_remove(m, op->va, last);
	out->freed = model_remove_tables(m, op->va, last);
	out->changed |= out->freed;
	return true;
}

static bool apply_protect(struct model *m, const struct op *op, struct outcome *out)
{
	u64 last = op->va + op->size - 1, next = op->va;
	unsigned int i = model_first(m, op->va);

	for (; i < m->nr_runs && m->runs[i].va <= next; i++) {
		const struct run *r = &m->runs[i];
		u64 why = model_bad_bits(m, (r->bits & ~op->clear) | op->set);

		if (r->shared && min(run_last(r), last) - next >= MAX_NEED * leaf_bytes(1))
			return false; /* it looks at each page */
		if (why)
			return refuse(out, why, next);
		if (run_last(r) >= last)
			break;
		next = run_last(r) + 1;
	}
	if (i == m->nr_runs || m->runs[i].va > next)
		return refuse(out, WHY(HOLE), next);
	cut_ends(m, op, out);
	if (!own_tables(m, op->va, last, out))
		return false;
	model_cut_run(m, op->va); /* both may have come together again */
	if (last + 1)
		model_cut_run(m, last + 1);
	for (i = model_first(m, op->va); i < m->nr_runs && m->runs[i].va <= last; i++) {
		u64 bits = (m->runs[i].bits & ~op->clear) | op->set;

		out->changed |= bits != m->runs[i].bits;
		m->runs[i].bits = bits;
	}
	return true;
}

static bool apply_split(struct model *m, const struct op *op, struct outcome *out)
{
	u64 last = op->va + op->size - 1;

	cut_ends(m, op, out);
	if (!own_tables(m, op->va, last, out))
		return false;
	if (!(op->flags & PGTABLE_SMALL_ONLY))
		return true;
	for (unsigned int i; (i = model_first(m, op->va)), true;) {
		unsigned int tables = m->nr_tables;

		while (i < m->nr_runs && m->runs[i].va <= last && !m->runs[i].order)
			i++;
		if (i == m->nr_runs || m->runs[i].va > last)
			return true;
		if (m->runs[i].order == 4) { /* all of the run at once */
			m->runs[i].nr *= 16;
			m->runs[i].order = 0;
		} else {
			model_break(m, m->runs[i].va, true);
			model_cut_run(m, op->va);
			if (last + 1)
				model_cut_run(m, last + 1);
		}
		out->changed = true;
		out->taken += m->nr_tables - tables;
		if (out->taken > MAX_NEED)
			return false;
	}
}

/* Whether [va, last] is leaves of contiguous frames that differ in A and D at most. */
static bool uniform(const struct model *m, u64 va, u64 last, unsigned int level, struct run *sum)
{
	for (unsigned int i = model_first(m, va); va - 1 != last; i++) {
		const struct run *r = &m->runs[i];
		u64 pa;

		if (i == m->nr_runs || r->va > va || r->order / 9 != level || r->shared)
			return false;
		pa = r->pa + (va - r->va);
		if (!sum->nr)
			*sum = (struct run){ va, pa, 1, 0, r->bits, false };
		if (pa - va != sum->pa - sum->va || ((r->bits ^ sum->bits) & ~A_D))
			return false;
		sum->bits |= r->bits;
		va = run_last(r) < last ? run_last(r) + 1 : last + 1;
	}
	return !(sum->pa & (last - sum->va));
}

static bool table_inside(const struct model *m, u64 va, u64 last, unsigned int level)
{
	for (unsigned int t = 0; t < m->nr_tables; t++) {
		u64 at = m->tables[t] & ~4095ULL;

		if ((m->tables[t] & 4095) == level && at >= va && at <= last)
			return true;
	}
	return false;
}

static void merge_tables(struct model *m, const struct op *op, unsigned int level,
			 struct outcome *out)
{
	u64 end = op->va + op->size - 1, size = leaf_bytes(level + 1);

	for (unsigned int t = 0; t < m->nr_tables; t++) {
		u64 va = m->tables[t] & ~4095ULL, last = va + size - 1;
		struct run sum = { .nr = 0 };
		unsigned int i = model_first(m, va), nr = m->nr_tables;

		if ((m->tables[t] & 4095) != level || va < op->va || last > end)
			continue;
		if (i < m->nr_runs && m->runs[i].va <= last) {
			if (!uniform(m, va, last, level, &sum))
				continue;
			model_remove(m, va, last);
			sum.order = 9 * (level + 1);
			model_put(m, sum);
		} else if (level && table_inside(m, va, last, level - 1)) {
			continue;
		}
		model_remove_tables(m, va, last);
		out->freed += nr - m->nr_tables;
		t--;
	}
}

/* Runs of 4 KiB leaves that make one of 64 KiB. */
static void fold_runs(struct model *m, const struct op *op, struct outcome *out)
{
	u64 end = op->va + op->size - 1, size = PAGE_SIZE << 4;
	u64 va = (op->va + size - 1) & -size;

	if (va < op->va)
		return;
	for (unsigned int i = model_first(m, va); i < m->nr_runs && m->runs[i].va <= end;) {
		struct run sum = { .nr = 0 };

		if (m->runs[i].order || run_last(&m->runs[i]) < va) {
			i++;
			continue;
		}
		va = max(va, m->runs[i].va);
		if (va > -size)
			return;
		va = (va + size - 1) & -size;
		if (va + size - 1 > end || va + size - 1 < va)
			return;
		if (uniform(m, va, va + size - 1, 0, &sum) && model_find(m, va)->order == 0) {
			model_remove(m, va, va + size - 1);
			sum.order = 4;
			model_put(m, sum);
			out->folded++;
		}
		va += size;
		i = model_first(m, va);
		if (!va)
			return;
	}
}

static bool apply_merge(struct model *m, const struct op *op, struct outcome *out)
{
	for (unsigned int level = 0; level + 1 < m->levels; level++) {
		model_tidy(m);
		merge_tables(m, op, level, out);
		if (!level && m->svnapot)
			fold_runs(m, op, out);
	}
	out->changed = out->freed || out->folded;
	return true;
}

bool model_apply(struct model *m, const struct op *op, struct outcome *out)
{
	static bool (*const apply[NR_OPS])(struct model *, const struct op *, struct outcome *) = {
		apply_map,   apply_unmap, apply_protect, apply_populate,
		apply_split, apply_merge, apply_map,
	};
	bool fits;

	*out = (struct outcome){ 0 };
	fits = apply[op->kind](m, op, out) && m->nr_runs < MAX_RUNS - 64;
	model_tidy(m);
	return fits;
}
