/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_FENCE_H
#define KERNEL_FENCE_H

#include <kernel/pgtable.h>

/*
 * Fences of all harts that are online; those of the running one are in <asm/tlbflush.h>.
 * Context: any hart, translation on. They return when every hart has fenced.
 */

/** pgtable_fence() - the engine's: pt_ops.fence of every tree that harts walk */
void pgtable_fence(struct pgtable *pt, const struct pgtable_change *change);

/** fence_init() - changes of the kernel's tables are fenced from here on. Context: boot, once. */
void fence_init(void);

#endif
