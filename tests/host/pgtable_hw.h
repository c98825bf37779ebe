/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_HW_H
#define PGTABLE_HW_H

#include <kernel/types.h>

/* What a hart makes of an address, but for A and D, which it leaves to the caller. */
struct hw_result {
	const char *fault; /* NULL, or the rule that failed */
	u64 pa;
	unsigned int level;
	unsigned int order; /* log2 of the 4 KiB pages the leaf maps; 4 with Svnapot */
	u64 bits;           /* all of the leaf but its frame and N */
};

struct hw_mode {
	unsigned int levels;
	bool guest; /* G-stage */
	bool svnapot, svpbmt;
	bool thead; /* XTheadMae in place of both */
};

/* A leaf of T-Head's as it is with Svpbmt; ~0: of no type Cairn uses. */
u64 hw_from_thead(u64 pte);

struct hw_result hw_translate(const struct hw_mode *mode, u64 root, u64 va);

#endif
