/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FDT_WALK_H
#define FDT_WALK_H

#include "fdt_rename.h"
#include <kernel/fdt.h>

/*
 * Call every function on every node and touch every byte they hand out.
 * @checked: fdt_check() found the tree good, so nothing may say -EILSEQ
 */
void walk_exercise(const struct fdt *fdt, bool checked);

/* Compare all that libfdt knows too; @paths: every path and alias as well (slow). */
void walk_compare(const struct fdt *fdt, bool paths);

/* A random mutation of one of @nr trees, exercised and compared; the fuzzer's one step. */
struct dtb {
	char name[32];
	u8 *blob;
	u32 size;
};

struct fuzz_stats {
	unsigned long opened, good, both; /* both: libfdt calls it good too */
};

void fuzz_once(const struct dtb *dtbs, u32 nr, struct fuzz_stats *stats);

#endif
