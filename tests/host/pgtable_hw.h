/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_HW_H
#define PGTABLE_HW_H

#include <kernel/types.h>

/* What a hart makes of an address: Priv 20250508 §12.3.2, with Svade and Svpbmt. */
struct hw_result {
	const char *fault; /* NULL, or the rule that failed */
	u64 pa;
	unsigned int level;
	u64 bits; /* all of the leaf but its frame */
};

struct hw_result hw_translate(u64 root, unsigned int levels, u64 va);

#endif
