// SPDX-License-Identifier: BSD-2-Clause
/* Fences between table stores and the hardware's walks (Priv 20250508 §12.2.1). */
#include <asm/page.h>
#include <asm/tlbflush.h>

/* Past this many pages one full fence is cheaper than one for each. */
#define MAX_SINGLE_FENCES 64

void local_flush_tlb_all(void)
{
	__asm__ __volatile__("sfence.vma" : : : "memory");
}

void local_flush_tlb_page(unsigned long addr)
{
	__asm__ __volatile__("sfence.vma %0" : : "r"(addr) : "memory");
}

void local_flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	if (end - start > MAX_SINGLE_FENCES * PAGE_SIZE) {
		local_flush_tlb_all();
		return;
	}
	for (; start < end; start += PAGE_SIZE)
		local_flush_tlb_page(start);
}
