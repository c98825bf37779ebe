/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_CASES_H
#define PGTABLE_CASES_H

#include "pgtable_check.h"
#include "pgtable_hart.h"
#include "pgtable_mem.h"

/* The tree that the cases of pgtable_test.c and pgtable_refuse.c work on. */
extern struct pgtable pt;
extern struct model model;

/*
 * Run a case in each geometry, way to reach tables, with and without Svnapot. @end: first
 * address behind what is translated, or behind its lower half.
 */
void each_tree(void (*run)(u64 end));

/* R, W or X, and what makes it a leaf of the tree's stage. */
u64 leaf_bits(u64 bits);

/* Calls that must succeed, checked in every way. */
void map(u64 va, u64 pa, u64 size);
void map_small(u64 va, u64 pa, u64 size);
void on_range(enum op_kind kind, u64 va, u64 size);
void protect(u64 va, u64 size, u64 set, u64 clear);

/* Cases of pgtable_refuse.c, */
void refuse_ranges(void);
void refuse_bits(void);
void refuse_in_the_way(void);
void refuse_protect(void);
void refuse_stray(u64 va); /* an entry of level 0 that points to a table */
void refuse_all_seen(void);

/* of pgtable_shared.c, */
void shared_ranges(void);
void shared_mapped_over(void);
void shared_in_the_way(void);
void shared_freed(void);

/* and of pgtable_trees.c. */
void trees_create(void);
void trees_kernel_half(void);
void trees_shared(void);
void trees_races(void);
void trees_chain(void);

#endif
