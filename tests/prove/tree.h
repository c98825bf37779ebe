/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TREE_H
#define TREE_H

#include "prove.h"

/*
 * Any tree, without memory: spec_walk() walks it as the specification describes, and each
 * read of an entry the engine makes is held against those steps. Its includer takes the
 * engine's source in after this.
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

/*
 * Priv 20250508 §12.3.2, for trees as the engine makes them: a pointer has V alone, there
 * is none at level 0, and N only there. The tables are anywhere.
 */
static union fields spec_walk(const struct mode *m, const struct pgtable *pt, unsigned long va,
			      unsigned int *level)
{
	unsigned long table = pt->root;
	union fields e;

	for (*level = m->levels - 1;; --*level) {
		e.val = any_long();
		steps[nr_steps].address = table + pt->ops.offset + vpn(m, *level, va) * 8;
		steps[nr_steps++].entry = e;
		if (!e.v || e.r || e.w || e.x)
			break;
		assume(*level && e.val % 1024 == 1 && !e.reserved && !e.pbmt && !e.n);
		table = e.ppn * 4096UL;
	}
	assume(!is_napot(e) || (!*level && (e.ppn & 15) == 8));
	if (is_napot(e))
		e.ppn = (e.ppn & ~15ULL) | (va / 4096 & 15);
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
