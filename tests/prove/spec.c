// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the specification makes of tables: the kernel's reading and the tests' agree, and nothing
 * that the engine's rules let through is refused.
 */
#include "mm/engine/spec.c"
#include "mm/engine/pgtable_rules.c"
#include "tests/host/pgtable_hw.c"
#include "tests/host/spec_steps.h"
#include "prove.h"

/* Tables that are anywhere and hold anything: what hw_read() gives is read again. */
static struct {
	u64 table, pte;
	unsigned int index;
	bool there;
} reads[5];
static unsigned int nr_reads, nr_again;

bool hw_read(u64 table, unsigned int index, u64 *pte)
{
	reads[nr_reads].table = table;
	reads[nr_reads].index = index;
	reads[nr_reads].there = any_bool();
	reads[nr_reads].pte = *pte = any_long();
	return reads[nr_reads++].there;
}

static bool read_again(const void *tables, phys_addr_t table, unsigned int level,
		       unsigned int index, u64 *pte)
{
	prove(nr_again < nr_reads);
	assume(nr_again < nr_reads);
	prove(table == reads[nr_again].table && index == reads[nr_again].index);
	*pte = reads[nr_again].pte;
	return reads[nr_again++].there;
}

/* A hart of any kind, whose root is aligned as hgatp has it aligned. */
static struct spec_hart any_hart(const struct mode *m)
{
	struct spec_hart hart = {
		.geometry = geometry_of(m),
		.root = any_long(),
		.user = any_bool(),
		.sum = any_bool(),
		.mxr = any_bool(),
		.svadu = any_bool(),
		.svnapot = any_bool(),
		.svpbmt = any_bool(),
		.type_bits = any_bool() ? _PAGE_THEAD : 0,
	};

	assume(hart.root % (m->root_entries * 8) == 0);
	return hart;
}

static enum access_kind any_kind(void)
{
	unsigned int kind = any_int();

	assume(kind <= ACCESS_FETCH);
	return (enum access_kind)kind;
}

/* For any tables, address and access: the same step at the same level, or the same address. */
void spec_agrees(void)
{
	const struct mode *m = any_mode();
	struct spec_hart hart = any_hart(m);
	unsigned long va = any_long();
	enum access_kind kind = any_kind();
	struct hw_mode mode = { m->levels, m->stage == 2, hart.svnapot, hart.svpbmt,
				hart.type_bits != 0 };
	struct hw_access access = { kind == ACCESS_STORE,
				    kind == ACCESS_FETCH,
				    hart.user,
				    hart.sum,
				    hart.mxr,
				    hart.svadu };
	struct hw_result hw = hw_access(&mode, &access, hart.root, va);
	struct spec_walk walk;
	enum spec_rule rule;

	hart.read = read_again;
	rule = spec_translate(&hart, va, kind, &walk);
	prove(spec_step(rule) == hw.step && !rule == !hw.fault);
	prove(nr_again == nr_reads && walk.nr == nr_reads - (rule == SPEC_NO_TABLE));
	prove(m->levels - nr_reads == hw.level);
	prove(!walk.nr || walk.step[walk.nr - 1].level == m->levels - walk.nr);
	prove(rule || (walk.pa == hw.pa && walk.update == hw.update));
	end_reached();
}

/* A tree as the engine makes it: pointers with V alone, down to the one entry. */
static unsigned int leaf_level;
static pte_t leaf;

static bool read_made(const void *tables, phys_addr_t table, unsigned int level, unsigned int index,
		      u64 *pte)
{
	*pte = level == leaf_level ? leaf.val
				   : mk_pte(any_long() >> 8, __pgprot(_PAGE_PRESENT)).val;
	return true;
}

/*
 * What the engine's rules let through is no reason to stop, in any tree, by any access: only the
 * leaf's own rights, A and D are. What it grants can be done.
 */
void spec_takes_rules(void)
{
	const struct mode *m = any_mode();
	struct spec_hart hart = any_hart(m);
	struct pgtable other, pt = { .geometry = hart.geometry,
				     .svnapot = hart.svnapot,
				     .svpbmt = hart.svpbmt,
				     .type_bits = hart.type_bits };
	unsigned long va = any_long(), pa = any_long(), size;
	enum access_kind kind = any_kind();
	u64 bits = any_long();
	struct spec_walk walk;
	enum spec_rule rule;

	/* T-Head's types are in place of both. */
	assume(!pt.type_bits || (pt.svpbmt && !pt.svnapot));
	pt.kernel = any_bool() ? &other : NULL;
	leaf_level = any_int();
	assume(leaf_level < m->levels && translated(m, va));
	size = 4096UL << 9 * leaf_level;
	assume(!pgtable_leaf_refusal(&pt, bits) && pa % size == 0 && pa >> 56 == 0);
	leaf = mk_pte(pa, __pgprot(typed(&pt, bits)));
	if (pt.svnapot && !leaf_level && pa % 65536 == 0 && any_bool()) {
		leaf.val |= RUN_MARK;
		size = 65536;
	}
	hart.read = read_made;
	rule = spec_translate(&hart, va, kind, &walk);
	prove(!rule || spec_step(rule) > 5);
	prove(rule || (walk.pa == pa + va % size && walk.nr == m->levels - leaf_level));
	assume((bits & ACCESS_BITS) == ACCESS_BITS && bits >> (1 + kind) & 1);
	assume(m->stage == 2 || hart.user == !!(bits & _PAGE_USER));
	prove(!rule);
	end_reached();
}
