/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_LINEAR_H
#define ASM_LINEAR_H

/**
 * struct linear_count - the leaves that map RAM, as setup_vm_final() makes them
 * @ranges:    of RAM left out: firmware's
 * @leaves:    all, not counting what text and constants, which are read-only, take more
 * @undivided: as many would map all RAM, firmware's too
 */
struct linear_count {
	unsigned int ranges;
	unsigned long leaves;
	unsigned long undivided;
};

/** linear_count() - count them, a step for each. Context: any, after setup_linear_bounds() */
void linear_count(struct linear_count *count);

#endif
