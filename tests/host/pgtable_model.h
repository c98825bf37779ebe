/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_MODEL_H
#define PGTABLE_MODEL_H

#include <kernel/pgtable.h>

/*
 * What a tree must hold, without a tree: leaves as a sorted list of runs, tables as a set
 * of (level, first address). What a call must do to it is found out piece by piece from
 * the words of the contract.
 */
#define MAX_RUNS   1024
#define MAX_TABLES 600
#define MAX_LEAVES 2100 /* pieces of one call */
#define MAX_NEED   48   /* tables one call may take in a test */

enum op_kind {
	OP_MAP,
	OP_UNMAP,
	OP_PROTECT,
	OP_POPULATE,
	OP_SPLIT,
	OP_MERGE,
	OP_SHARE, /* @pa: the shared page; @set: of all that lead there */
	NR_OPS
};

struct op {
	enum op_kind kind;
	u64 va, pa, size;
	u64 set, clear; /* map: bits, and none */
	unsigned int flags;
};

/* Leaves of 4 KiB << order: 0, 4 (Svnapot), 9, 18, ... */
struct run {
	u64 va, pa, nr;
	unsigned int order;
	u64 bits;
	bool shared; /* each leads to the page at @pa, by a table if its order is 9 or more */
};

struct model {
	unsigned int levels;
	bool guest, svnapot, svpbmt, thead;
	unsigned int nr_runs, nr_tables;
	struct run runs[MAX_RUNS];
	u64 tables[MAX_TABLES]; /* sorted */
};

/* What a call must do, apart from the tree it leaves. */
struct outcome {
	u64 whys; /* set of reasons, one of which is told; 0: done */
	u64 refused_va;
	unsigned int taken, freed; /* tables */
	unsigned int folded;       /* runs of 4 KiB leaves made one of 64 KiB */
	bool changed;
};

static inline u64 leaf_bytes(unsigned int level)
{
	return 1ULL << (12 + 9 * level);
}

static inline u64 run_last(const struct run *r)
{
	return r->va + (r->nr << (12 + r->order)) - 1;
}

static inline u64 run_pa(const struct run *r, u64 va)
{
	return r->pa + (r->shared ? va % PAGE_SIZE : va - r->va);
}

void model_init(struct model *m, const struct pgtable *pt);
void model_copy(struct model *to, const struct model *from);
bool model_full(const struct model *m);

/* @m becomes what it must be after @op. False: too large for a test; @m is spoilt. */
bool model_apply(struct model *m, const struct op *op, struct outcome *out);

const struct run *model_find(const struct model *m, u64 va);
unsigned int model_first(const struct model *m, u64 va); /* index of the run at or behind */
bool model_has_table(const struct model *m, u64 va, unsigned int level);

/* A hart has set A or D in the leaves of a range. */
void model_update(struct model *m, u64 first, u64 last, u64 bits);

/* The entry that decides about @va; for a hole, 0. */
u64 model_entry(const struct model *m, u64 va, unsigned int *level);

/* First address behind the lower part of what is translated; all of it at G-stage. */
static inline u64 model_end(const struct model *m)
{
	return m->guest ? leaf_bytes(m->levels) << 2 : leaf_bytes(m->levels) >> 1;
}

/* Every reason for which a leaf may not have these bits, as a set. */
u64 model_bad_bits(const struct model *m, u64 bits);

/* The parts model_apply() is made of. */
void model_break(struct model *m, u64 va, bool small); /* the leaf at @va into the next smaller */
void model_cut(struct model *m, u64 va, bool small);   /* until no leaf reaches across @va */
unsigned int model_cut_run(struct model *m, u64 va);   /* index of what begins there, or behind */
void model_put(struct model *m, struct run run);
void model_remove(struct model *m, u64 first, u64 last); /* whole leaves */
bool model_add_table(struct model *m, u64 va, unsigned int level);
unsigned int model_remove_tables(struct model *m, u64 first, u64 last);
void model_tidy(struct model *m);

#endif
