/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_HW_H
#define PGTABLE_HW_H

#include <kernel/types.h>

/*
 * The tests' second opinion on mm/engine/spec.c, in other words: what a hart makes of an
 * address. tests/prove/spec.c and pgtable_spec_test.c compare the two.
 */
struct hw_result {
	const char *fault;  /* NULL, or the rule that failed ... */
	unsigned int step;  /* ... in this step of the algorithm; 0: before the first one */
	unsigned int level; /* where the walk ended */
	u64 pa;
	unsigned int order; /* log2 of the 4 KiB pages the leaf maps; 4 with Svnapot */
	u64 bits;           /* all of the leaf but its frame and N */
	u64 update;         /* A and D the hart sets */
};

struct hw_mode {
	unsigned int levels;
	bool guest; /* G-stage */
	bool svnapot, svpbmt;
	bool thead; /* XTheadMae in place of both */
};

/* A leaf of T-Head's as it is with Svpbmt; PBMT=3: of a type that Cairn does not use. */
u64 hw_from_thead(u64 pte);

/* The tables, which are the caller's; false where nothing can be read. */
bool hw_read(u64 table, unsigned int index, u64 *pte);

/* Steps 1 to 5: what there is to access. */
struct hw_result hw_translate(const struct hw_mode *mode, u64 root, u64 va);

/* The others too: whether this access may be made. */
struct hw_access {
	bool store, fetch; /* neither: a load */
	bool user;
	bool sum, mxr;
	bool svadu;
};

struct hw_result hw_access(const struct hw_mode *mode, const struct hw_access *access, u64 root,
			   u64 va);

#endif
