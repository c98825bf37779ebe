/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_FENCE_H
#define KERNEL_FENCE_H

/**
 * remote_sfence_vma() - fence [start, start + size) on all other harts that are online
 * @start, @size: of addresses; 0 and 0: everything
 *
 * pgtable_fence() calls it through a hook. Returns when every hart has fenced.
 * Context: any hart, translation on.
 */
void remote_sfence_vma(unsigned long start, unsigned long size);

#endif
