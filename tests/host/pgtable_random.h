/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_RANDOM_H
#define PGTABLE_RANDOM_H

/* The cases of pgtable_test.c that generate their operations. */
void pgtable_random_flat(void);
void pgtable_random_reach(void);
void pgtable_random_fixmap(void);
void pgtable_small_pairs(void);
void pgtable_one_chain(void);

#endif
