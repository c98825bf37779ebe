// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fences between table stores and the hardware's walks (Priv 20250508 §12.2.1): the only C
 * file with sfence.vma in it.
 */
#include <asm/cpufeature.h>
#include <asm/errata.h>
#include <asm/sbi.h>
#include <asm/tlbflush.h>

#define FENCE_LOG_SIZE 64

unsigned long nr_fences;
static struct fence fence_log[FENCE_LOG_SIZE];

void note_fence(unsigned long va, unsigned long last, unsigned int shift, unsigned int how)
{
	/* Each hart its own row; and spurious_fault() must not miss one. */
	unsigned long n = __atomic_fetch_add(&nr_fences, 1, __ATOMIC_RELAXED);

	if (IS_ENABLED(CONFIG_DEBUG_FENCES))
		fence_log[n % FENCE_LOG_SIZE] = (struct fence){
			.full = how & FENCE_FULL,
			.all_harts = how & FENCE_ALL_HARTS,
			.va = va,
			.last = last,
			.stride = 1UL << shift,
		};
}

bool fence_log_read(unsigned long n, struct fence *fence)
{
	if (!IS_ENABLED(CONFIG_DEBUG_FENCES) || n >= nr_fences || nr_fences - n > FENCE_LOG_SIZE)
		return false;
	*fence = fence_log[n % FENCE_LOG_SIZE];
	return true;
}

static void sfence_all(void)
{
	__asm__ __volatile__("sfence.vma" : : : "memory");
}

static void sfence_addr(unsigned long addr)
{
	__asm__ __volatile__("sfence.vma %0" : : "r"(addr) : "memory");
}

/* Invalidations may pass each other; they are ordered by the fences around them (chapter 15). */
void local_flush_tlb_svinval(unsigned long va, unsigned long last, unsigned long stride)
{
	__asm__ __volatile__(".option push\n\t.option arch, +svinval\n\t"
			     "sfence.w.inval\n\t.option pop" ::
				     : "memory");
	for (unsigned long left = (last - va) / stride + 1; left; left--, va += stride)
		__asm__ __volatile__(".option push\n\t.option arch, +svinval\n\t"
				     "sinval.vma %0, zero\n\t.option pop" ::"r"(va)
				     : "memory");
	__asm__ __volatile__(".option push\n\t.option arch, +svinval\n\t"
			     "sfence.inval.ir\n\t.option pop" ::
				     : "memory");
}

/* Pieces are counted by what is left, as the last one may end with the address space. */
unsigned int local_fence(unsigned long start, unsigned long last, unsigned int shift,
			 unsigned int how)
{
	unsigned long left = ((last - start) >> shift) + 1;

	if (left > MAX_SINGLE_FENCES || has_erratum(ERRATUM_SFENCE_ADDR))
		how |= FENCE_FULL;
	if (how & FENCE_FULL)
		sfence_all();
	else if (left == 1) /* most are */
		sfence_addr(start);
	else if (riscv_has_extension(RISCV_ISA_EXT_SVINVAL))
		local_flush_tlb_svinval(start, last, 1UL << shift);
	else
		for (unsigned long at = start; left; left--, at += 1UL << shift)
			sfence_addr(at);
	return how;
}

/* The firmware fences each 4 KiB of a range, or everything: size 0 from 0. */
void sbi_remote_sfence_vma(unsigned long mask, unsigned long base, unsigned long start,
			   unsigned long size)
{
	sbi_ecall4(SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, mask, base, start, size);
}

static void fence_here(unsigned long va, unsigned long last, unsigned int how)
{
	const unsigned long start = va & PAGE_MASK;

	note_fence(start, last, PAGE_SHIFT, local_fence(start, last, PAGE_SHIFT, how));
}

void local_flush_tlb_all(void)
{
	fence_here(0, 0, FENCE_FULL);
}

void local_flush_tlb_page(unsigned long addr)
{
	fence_here(addr, addr, 0);
}
