/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_HART_H
#define KERNEL_HART_H

#include <asm/hart.h>

/** hart_init() - fill the boot hart's struct hart */
void hart_init(void);

/** hart_set_stacks() - a stack's bounds, and the top of the emergency stack */
void hart_set_stacks(struct hart *hart, unsigned long low, unsigned long high,
		     unsigned long emergency);

/** new_canary() - a guard for one hart's stacks */
unsigned long new_canary(void);

#endif
