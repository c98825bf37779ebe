// SPDX-License-Identifier: BSD-2-Clause
/* The short way of pgtable_map() and pgtable_unmap() for one page, in any tree. */
#include "tree.h"

static void seen_write(volatile void *at, u64 value);
#undef WRITE_ONCE
#define WRITE_ONCE(x, v) seen_write(&(x), v)
#include "../../mm/pgtable.c"

static unsigned long written_at;
static u64 written;
static unsigned int nr_written, nr_fences;
static unsigned long fenced_va, fenced_last;
static bool fenced_removed;

static void seen_write(volatile void *at, u64 value)
{
	written_at = (unsigned long)at;
	written = value;
	nr_written++;
}

static void seen_fence(struct pgtable *pt, const struct pgtable_change *change)
{
	prove(nr_written == 1 && spin_is_locked(&pt->lock));
	nr_fences++;
	fenced_va = change->va;
	fenced_last = change->last;
	fenced_removed = change->removed;
}

/* What a request leaves: no hint, or a table of level 0 that is this tree's own. */
static void any_hint(const struct mode *m, struct pgtable *pt, unsigned long va)
{
	unsigned int level;

	pt->hint = any_long();
	pt->hint_va = any_long();
	assume(pt->hint_va % (512 * 4096) == 0);
	if (!pt->hint || va >> 21 != pt->hint_va >> 21)
		return;
	assume(translated(m, va) && !(pt->kernel && va >> 63));
	spec_walk(m, pt, va, &level);
	nr_read = nr_steps - 1; /* what leads to the table is not read again */
	assume(!level && pt->hint == (steps[nr_read].address - pt->ops.offset) / 4096 * 4096);
}

/* Where it is taken, one store and one fence do what was asked; else nothing happens. */
void one_page_only(void)
{
	const struct mode *m = any_mode();
	struct pgtable other, pt = any_tree(m);
	unsigned long va = any_long();
	u64 leaf = any_long();
	union fields e;

	pt.ops.fence = seen_fence;
	pt.kernel = any_bool() ? &other : NULL;
	any_hint(m, &pt, va);
	if (!one_page(&pt, va, leaf)) {
		prove(!nr_written && !nr_fences);
		return;
	}
	prove(va % 4096 == 0 && translated(m, va) && !(pt.kernel && va >> 63));
	e = steps[nr_steps - 1].entry;
	prove(leaf ? !e.v : e.v && (e.r || e.w || e.x) && !e.n);
	prove(nr_written == 1 && written == leaf);
	prove(written_at == steps[nr_steps - 1].address);
	prove(nr_fences == 1 && fenced_removed == !leaf);
	prove(fenced_va == va && fenced_last == va + 4095);
	prove(!spin_is_locked(&pt.lock));
	end_reached();
}
