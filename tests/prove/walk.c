// SPDX-License-Identifier: BSD-2-Clause
/* pgtable_walk() finds what the specification's walk does, in any tree. */
#include "tree.h"
#include "mm/engine/pgtable_walk.c"

void walk_fast(void)
{
	const struct mode *m = any_mode();
	struct pgtable pt = any_tree(m);
	unsigned long va = any_long();
	unsigned int level = m->levels, found;
	union fields e = { 0 };

	if (translated(m, va))
		e = spec_walk(m, &pt, va, &level);
	prove(pgtable_walk(&pt, va, &found).val == e.val && found == level);
	prove(nr_read == nr_steps);
	end_reached();
}

static void *reach_table(phys_addr_t table, unsigned int level)
{
	return (void *)table;
}

/* By the ops' function, which is another walk. To cbmc, a pointer's offset has 55 bits. */
void walk_slow(void)
{
	const struct mode *m = any_mode();
	struct pgtable pt = any_tree(m);
	unsigned long va = any_long();
	unsigned int level = m->levels, found;
	union fields e = { 0 };

	pt.ops.offset = 0;
	pt.ops.reach = reach_table;
	if (translated(m, va))
		e = spec_walk(m, &pt, va, &level);
	for (unsigned int i = 0; i < nr_steps; i++)
		assume(steps[i].address >> 55 == 0);
	prove(pgtable_walk(&pt, va, &found).val == e.val && found == level);
	prove(nr_read == nr_steps);
	end_reached();
}
