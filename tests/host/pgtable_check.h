/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_CHECK_H
#define PGTABLE_CHECK_H

#include <kernel/spec.h>

#include "pgtable_model.h"

/*
 * Call the engine, and hold all that the call does and does not do against the model, the
 * memory's rules and what other harts see.
 */
#define CHECK_STARVE 1 /* first let it run out of memory at each allocation in turn */
#define CHECK_HARTS  2 /* other harts are busy before and in the call */

/* An empty tree and its model; what the harts are like is drawn. */
void check_open(struct pgtable *pt, struct model *m, const struct pgtable_geometry *geometry);

/* The hart that walks @pt, with or without updates of A and D. */
void check_hart(const struct pgtable *pt, bool update);

/* The tree's shared pages and tables, filled by the engine; and what their leaves are. */
void check_shared(struct pgtable *pt);
u64 check_shared_bits(const struct pgtable *pt);

/* Returns the number of calls, 0 when the operation is too large. */
unsigned int check_op(struct pgtable *pt, struct model *m, const struct op *op, unsigned int how);

/* The call must be refused for one of @whys and change nothing; returns the error. */
int check_refused(struct pgtable *pt, const struct op *op, u64 whys);

/* Call it, between mem_begin() and mem_end(). */
int check_call(struct pgtable *pt, const struct op *op);

/* The errno each refusal must have: by the contract, not by the engine's table. */
int check_error(enum pgtable_refusal why);

/* All that the engine says about one address against the model and the hart. */
void check_address(const struct pgtable *pt, const struct model *m, u64 va);

/* spec_translate() of the tree: a load that each of its leaves allows. */
enum spec_rule check_spec(const struct pgtable *pt, u64 va, struct spec_walk *walk);

/* pgtable_iterate() over a range, for so many leaves at most, and over everything. */
void check_iterate(const struct pgtable *pt, const struct model *m, u64 start, u64 last,
		   unsigned long most);
void check_whole(const struct pgtable *pt, const struct model *m);

bool check_canonical(const struct pgtable *pt, u64 va);

#endif
