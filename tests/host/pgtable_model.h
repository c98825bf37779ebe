/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_MODEL_H
#define PGTABLE_MODEL_H

#include <kernel/pgtable.h>

/*
 * What a tree must hold, without a tree: leaves as a sorted list of runs, tables as
 * a set of (level, first address). A plan is what one call must do, found out leaf
 * by leaf from the words of the contract.
 */
#define MAX_RUNS   512
#define MAX_TABLES 600
#define MAX_LEAVES 1200

struct run {
	u64 va, pa, nr; /* leaves */
	unsigned int level;
	u64 prot;
};

struct model {
	unsigned int levels;
	unsigned int nr_runs, nr_tables;
	struct run runs[MAX_RUNS];
	u64 tables[MAX_TABLES]; /* sorted */
};

struct op {
	bool populate;
	u64 va, pa, size, prot;
	unsigned int flags;
};

struct plan {
	int err;
	unsigned int nr_runs, nr_tables; /* to be added */
	unsigned int nr_leaves;
	struct run runs[32];
	u64 tables[MAX_TABLES];
};

static inline u64 leaf_bytes(unsigned int level)
{
	return 1ULL << (12 + 9 * level);
}

void model_init(struct model *m, unsigned int levels);

/* False where the call would be too large for a test. @max_leaf: of the handle. */
bool plan_op(const struct model *m, const struct op *op, unsigned int max_leaf, struct plan *p);
void model_apply(struct model *m, const struct plan *p);
bool model_full(const struct model *m);

const struct run *model_find(const struct model *m, u64 va);
bool model_has_table(const struct model *m, u64 va, unsigned int level);

/*
 * Call the engine and check all that the call does and does not do. @starve: first
 * let it run out of memory at each allocation in turn. Returns the number of calls,
 * 0 when the operation is too large.
 */
unsigned int check_op(struct pgtable *pt, struct model *m, const struct op *op, bool starve);

/* The call must fail with this error and change nothing. */
void check_refused(struct pgtable *pt, const struct op *op, int err);

/* All that the engine says about one address against the model and the hart. */
void check_address(const struct pgtable *pt, const struct model *m, u64 va);

/* pgtable_iterate() over a range of one half, and over both. */
void check_iterate(const struct pgtable *pt, const struct model *m, u64 start, u64 last);
void check_whole(const struct pgtable *pt, const struct model *m);

#endif
