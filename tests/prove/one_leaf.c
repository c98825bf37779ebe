// SPDX-License-Identifier: BSD-2-Clause
/* The short way of pgtable_map() and pgtable_unmap() for one leaf, in any tree. */
#include "tree.h"

static void seen_write(volatile void *at, u64 value);
#undef WRITE_ONCE
#define WRITE_ONCE(x, v) seen_write(&(x), v)
#undef READ_ONCE
#define READ_ONCE(x) ((const void *)&(x) == no_entry ? (x) : seen_read(&(x)))
static const void *no_entry; /* the one thing that is read and is none */
#include "mm/engine/pgtable.c"

static unsigned long written_at;
static u64 written;
static unsigned int nr_written, nr_fences;
static unsigned long fenced_va, fenced_last;
static unsigned int fenced_level;
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
	fenced_level = change->level;
	fenced_removed = change->removed;
}

/* What a request leaves: no hint, or a table below the root that is this tree's own. */
static void any_hint(const struct mode *m, struct pgtable *pt, unsigned long va, unsigned int level)
{
	unsigned int shift = 12 + 9 * level, ends;

	pt->hint.table = any_long();
	pt->hint.va = any_long();
	pt->hint.size = any_bool() ? 1UL << shift : 0;
	pt->hint.at = WALK_AT(level);
	assume(!(pt->hint.va & ((512UL << shift) - 1)));
	if (!pt->hint.size || va >> (shift + 9) != pt->hint.va >> (shift + 9))
		return;
	assume(translated(m, va) && !(pt->kernel && va >> 63));
	spec_walk(m, pt, va, &ends);
	nr_read = m->levels - 1 - level; /* what leads to the table is not read again */
	assume(ends <= level && steps[nr_read].address != (unsigned long)no_entry &&
	       pt->hint.table == (steps[nr_read].address - pt->ops.offset) / 4096 * 4096);
}

/* Where it is taken, one store and one fence do what was asked; else nothing happens. */
void one_leaf_only(void)
{
	const struct mode *m = any_mode();
	struct pgtable other, pt = any_tree(m);
	unsigned long va = any_long(), pa = any_long(), size = any_long();
	unsigned int level = any_int();
	u64 prot = any_long();
	bool map = any_bool();
	union fields e;

	no_entry = &pt.hint.size;
	pt.ops.fence = seen_fence;
	pt.kernel = any_bool() ? &other : NULL;
	assume(level < m->levels - 1 && (map || (!pa && !prot)));
	any_hint(m, &pt, va, level);
	if (!(map ? one_leaf(&pt, MAP, va, pa, size, prot)
		  : one_leaf(&pt, UNMAP, va, 0, size, 0))) {
		prove(!nr_written && !nr_fences);
		return;
	}
	prove(size == 4096UL << 9 * level && !((va | pa) & (size - 1)));
	prove(translated(m, va) && !(pt.kernel && va >> 63));
	e = steps[m->levels - 1 - level].entry;
	prove(map ? !e.v : e.v && (e.r || e.w || e.x) && !e.n);
	prove(nr_written == 1 && written == (map ? pa / 4096 << 10 | prot : 0));
	prove(written_at == steps[m->levels - 1 - level].address);
	prove(nr_fences == 1 && fenced_removed == !map && fenced_level == level);
	prove(fenced_va == va && fenced_last == va + (size - 1));
	prove(!spin_is_locked(&pt.lock));
	end_reached();
}
