// SPDX-License-Identifier: BSD-2-Clause
/*
 * The calls that look, and the hart, against the model: what pgtable_check.c asks after
 * each call that changes.
 */
#include <kernel/errno.h>

#include <string.h>

#include "host.h"
#include "pgtable_check.h"
#include "pgtable_mem.h"
#include "pgtable_hart.h"

#define A_D (_PAGE_ACCESSED | _PAGE_DIRTY)

bool check_canonical(const struct pgtable *pt, u64 va)
{
	unsigned int levels = pt->geometry->levels;
	u64 upper = va >> (11 + 9 * levels);

	if (pt->geometry->stage == 2)
		return va >> (14 + 9 * levels) == 0;
	return !upper || upper == ~0ULL >> (11 + 9 * levels);
}

static unsigned int index_of(const struct pgtable *pt, u64 va, unsigned int level)
{
	bool wide = pt->geometry->stage == 2 && level == pt->geometry->levels - 1U;

	return va >> (12 + 9 * level) & (wide ? 2047 : 511);
}

/* The frame of the page at @va, put into an entry of 64 KiB. */
static u64 of_page(u64 entry, u64 va)
{
	return entry >> 63 && !(entry >> 60 & 1) ? (entry & ~(15ULL << 10)) | (va >> 12 & 15) << 10
						 : entry;
}

enum spec_rule check_spec(const struct pgtable *pt, u64 va, struct spec_walk *walk)
{
	const struct spec_hart spec = {
		.geometry = pt->geometry,
		.root = pt->root,
		.sum = true,
		.mxr = true,
		.svadu = true,
		.svnapot = pt->svnapot,
		.svpbmt = pt->svpbmt,
		.type_bits = pt->type_bits,
		.read = pgtable_read,
		.tables = pt,
	};

	memset(walk, 0xa5, sizeof(*walk));
	return spec_translate(&spec, va, ACCESS_LOAD, walk);
}

/* Each step of the specification's walk, and the path of pgtable_table(), are as told. */
static void check_path(const struct pgtable *pt, u64 va, unsigned int level, u64 entry,
		       const struct hw_result *hw)
{
	struct spec_walk walk;
	u64 table = pt->root;

	CHECK_EQ(check_spec(pt, va, &walk), entry ? SPEC_ALLOWED : SPEC_INVALID);
	CHECK(!entry || walk.pa == hw->pa);
	CHECK_EQ(walk.nr, pt->geometry->levels - level);
	for (unsigned int i = 0; i < walk.nr; i++) {
		unsigned int l = pt->geometry->levels - 1 - i, index = index_of(pt, va, l);

		CHECK_EQ(walk.step[i].level, l);
		CHECK_EQ(walk.step[i].index, index);
		CHECK_EQ(walk.step[i].table, table);
		CHECK_EQ(walk.step[i].pte.val, mem_table(table)[index]);
		CHECK_EQ(pgtable_table(pt, va, l), table);
		table = walk.step[i].pte.val >> 10 << 12;
	}
	CHECK_EQ(of_page(walk.step[walk.nr - 1].pte.val, va), entry);
	if (level)
		CHECK_EQ(pgtable_table(pt, va, level - 1), 0);
}

static void check_outside(const struct pgtable *pt, u64 va)
{
	struct spec_walk walk;
	unsigned int level = 99;

	CHECK(!pgtable_canonical(pt->geometry, va));
	CHECK_EQ(pgtable_walk(pt, va, &level).val, 0);
	CHECK_EQ(level, pt->geometry->levels);
	CHECK_EQ(pgtable_table(pt, va, pt->geometry->levels - 1U), 0);
	CHECK_EQ(check_spec(pt, va, &walk),
		 pt->geometry->stage == 2 ? SPEC_TOO_WIDE : SPEC_NOT_CANONICAL);
	CHECK_EQ(walk.nr, 0);
}

/* A and D of the sixteen entries of a 64 KiB leaf count together. */
static u64 hart_bits(const struct pgtable *pt, u64 va, const struct hw_result *found)
{
	u64 bits = found->bits;

	for (u64 i = 0; found->order == 4 && i < 16; i++)
		bits |= hw_translate(&hart.mode, pt->root, (va & ~0xffffULL) | i << 12).bits & A_D;
	return bits;
}

void check_address(const struct pgtable *pt, const struct model *m, u64 va)
{
	unsigned int level = 99, want_level;
	struct hw_result hw = hw_translate(&hart.mode, pt->root, va);
	const struct run *r = model_find(m, va);
	u64 entry, want;

	if (!check_canonical(pt, va)) {
		check_outside(pt, va);
		return;
	}
	CHECK(pgtable_canonical(pt->geometry, va));
	if (!(va >> 63) && pt->geometry->levels < m->levels)
		return; /* a lower root of the chain has another lower half */
	entry = pgtable_walk(pt, va, &level).val;
	want = model_entry(m, va, &want_level);
	CHECK_EQ(level, want_level);
	check_path(pt, va, want_level, entry, &hw);
	if (!r) {
		CHECK_EQ(entry, 0);
		CHECK(hw.fault && !strcmp(hw.fault, "V = 0"));
		return;
	}
	if (r->order == 4) { /* each of its entries may have some of A and D */
		want = of_page(want, va);
		CHECK(!(entry & A_D & ~want));
		entry |= want & A_D;
	}
	CHECK_EQ(entry, want);
	CHECK(!hw.fault);
	if (hw.fault)
		printf("# %s\n", hw.fault);
	CHECK_EQ(hw.pa, run_pa(r, va));
	CHECK_EQ(hw.order, r->shared ? 0 : r->order);
	CHECK_EQ(hart_bits(pt, va, &hw), r->bits);
}

struct cursor {
	const struct model *m;
	u64 next; /* next leaf at or behind this one */
	bool end; /* behind the top of the address space */
	unsigned long left;
};

static int compare_leaf(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	struct cursor *c = arg;
	unsigned int i = model_first(c->m, c->next), at;
	const struct run *r = &c->m->runs[i];
	u64 want, entry, size;

	if (!c->left--)
		return 77;
	CHECK(!c->end && i < c->m->nr_runs);
	if (host_failures)
		return -EIO;
	size = leaf_bytes(r->order / 9);
	want = c->next <= r->va ? r->va : c->next & -size;
	CHECK_EQ(va, want);
	entry = model_entry(c->m, want, &at);
	if (r->order == 4)
		pte.val |= entry & A_D;
	CHECK_EQ(pte.val, of_page(entry, va));
	CHECK_EQ(level, r->order / 9); /* what is shared: where it branches off */
	c->next = want + size;
	c->end = !c->next;
	return host_failures ? -EIO : 0;
}

void check_iterate(const struct pgtable *pt, const struct model *m, u64 start, u64 last,
		   unsigned long most)
{
	struct cursor c = { m, start, false, most };
	int ret = pgtable_iterate(pt, start, last, compare_leaf, &c);
	unsigned int i = model_first(m, c.next);

	if (ret == 77 || c.end || host_failures)
		return;
	CHECK_EQ(ret, 0);
	/* None is left out up to the last address. */
	CHECK(c.next > last || i == m->nr_runs || m->runs[i].va > last);
}

void check_whole(const struct pgtable *pt, const struct model *m)
{
	check_iterate(pt, m, 0, m->guest ? model_end(m) - 1 : ~0ULL, ~0UL);
}
