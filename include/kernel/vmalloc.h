/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_VMALLOC_H
#define KERNEL_VMALLOC_H

#include <kernel/gfp.h>

/*
 * Virtually contiguous memory, with Linux's names and meaning. Below and behind each area is a
 * page that stays unmapped. Context: interrupts on, no spinlock held.
 */

/** vmalloc() - @size bytes of pages; NULL: 0 bytes, no memory or no room */
void *vmalloc(unsigned long size);

/** vfree() - give back, pages too. NULL does nothing; what no vmalloc() gave is reported */
void vfree(const void *addr);

#define VM_MAP 4UL

/** vmap() - @nr pages of the caller's, one behind the other; vunmap() leaves them the caller's */
void *vmap(struct page **pages, unsigned int nr, unsigned long flags, pgprot_t prot);
void vunmap(const void *addr);

/** vmalloc_describe() - print which area an address is in, or comes after. Context: a report. */
#ifdef CONFIG_KASAN
void vmalloc_describe(unsigned long addr);
#else
static inline void vmalloc_describe(unsigned long addr)
{
}
#endif

#endif
