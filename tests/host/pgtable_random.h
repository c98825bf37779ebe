/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_RANDOM_H
#define PGTABLE_RANDOM_H

#include <kernel/pgtable.h>

/* So many random calls on trees of a geometry, each checked in every way there is. */
void random_calls(const struct pgtable_geometry *geometry, unsigned long calls);

/* All pairs of small operations around the borders of each level. */
void pgtable_small_pairs(void);

#endif
