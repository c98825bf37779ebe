/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

/*
 * Every sfence.vma in C. Context: any hart, translation on; local to this hart.
 */

/** local_flush_tlb_all() - also orders earlier table stores before later walks */
void local_flush_tlb_all(void);

/** local_flush_tlb_page() - for a change of one leaf entry */
void local_flush_tlb_page(unsigned long addr);

/** local_flush_tlb_kernel_range() - [start, end); all of it past 64 pages */
void local_flush_tlb_kernel_range(unsigned long start, unsigned long end);

#endif
