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

/* Where it is taken, one store and one fence do what was asked; else nothing happens. */
void one_page_only(void)
{
	const struct mode *m = any_mode();
	struct pgtable other, pt = any_tree(m);
	unsigned long va = any_long();
	unsigned int level;
	union fields e = { 0 };
	u64 leaf = any_long();

	assume(!leaf || leaf_common(&pt, leaf & 0x3ff));
	pt.ops.fence = seen_fence;
	pt.kernel = any_bool() ? &other : NULL;
	pt.shared_start = any_long();
	pt.shared_end = any_long();
	assume((pt.shared_start | pt.shared_end) % 4096 == 0);
	if (translated(m, va))
		e = spec_walk(m, &pt, va, &level);
	if (one_page(&pt, va, leaf)) {
		prove(va % 4096 == 0 && translated(m, va) && !level);
		prove(!pt.kernel || va >> 63 == 0);
		prove(leaf ? !e.v : e.v && !e.n);
		prove(nr_written == 1 && written == leaf);
		prove(written_at == steps[nr_steps - 1].address);
		prove(!shared(&pt, (written_at - pt.ops.offset) / 4096 * 4096));
		prove(nr_fences == 1 && fenced_removed == !leaf);
		prove(fenced_va == va && fenced_last == va + 4095);
	} else {
		prove(!nr_written && !nr_fences);
	}
	prove(!spin_is_locked(&pt.lock));
	end_reached();
}
