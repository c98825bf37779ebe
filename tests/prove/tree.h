/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TREE_H
#define TREE_H

#include "prove.h"
#include "tests/host/pgtable_hw.c"

/*
 * Any tree, without memory: spec_walk() lets a hart walk it, and each read of an entry the
 * engine makes is held against those steps. Its includer takes the engine's source in after
 * this.
 */
static u64 seen_read(const volatile void *at);
#undef READ_ONCE
#define READ_ONCE(x) seen_read(&(x))

static struct {
	unsigned long address; /* where the entry of this step is */
	union fields entry;
} steps[5];
static unsigned int nr_steps, nr_read;

static u64 seen_read(const volatile void *at)
{
	prove(nr_read < nr_steps);
	assume(nr_read < nr_steps);
	prove((unsigned long)at == steps[nr_read].address);
	return steps[nr_read++].entry.val;
}

static unsigned long tables_offset; /* from an address to where it is reached */

/* The tables are anywhere, and as the engine makes them: a pointer has V alone. */
bool hw_read(u64 table, unsigned int index, u64 *pte)
{
	union fields e = { any_long() };

	steps[nr_steps].address = table + tables_offset + index * 8UL;
	steps[nr_steps++].entry = e;
	assume(!e.v || e.r || e.w || e.x || (e.val % 1024 == 1 && !e.reserved && !e.pbmt && !e.n));
	*pte = e.val;
	return true;
}

/* There is no pointer at level 0, and N only there. */
static union fields spec_walk(const struct mode *m, const struct pgtable *pt, unsigned long va,
			      unsigned int *level)
{
	const struct hw_mode mode = { m->levels, m->stage == 2, true, true, false };
	struct hw_result hw;
	union fields e;

	tables_offset = pt->ops.offset;
	hw = hw_translate(&mode, pt->root, va);
	assume(hw.step != 4);
	*level = hw.level;
	e = steps[nr_steps - 1].entry;
	assume(!is_napot(e) || (!*level && (e.ppn & 15) == 8));
	if (is_napot(e))
		e.ppn = (e.ppn & ~15ULL) | (va / 4096 & 15);
	prove(hw.fault || hw.pa / 4096 == e.ppn + (va / 4096 & ((1UL << 9 * *level) - 1)));
	return e;
}

/* The root is where the mode wants it, and the tables wherever they are reached. */
static struct pgtable any_tree(const struct mode *m)
{
	struct pgtable pt = { .geometry = geometry_of(m), .root = any_long() };

	pt.ops.offset = any_long();
	assume(pt.root % (m->root_entries * 8) == 0 && pt.root >> 56 == 0);
	assume(pt.ops.offset % 4096 == 0);
	return pt;
}

#endif
