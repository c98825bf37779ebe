// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fences between table stores and the hardware's walks (Priv 20250508 §12.2.1): the only C
 * file with sfence.vma in it.
 */
#include <kernel/sizes.h>
#include <asm/cpufeature.h>
#include <asm/errata.h>
#include <asm/tlbflush.h>

#define FENCE_LOG_SIZE 64

unsigned long nr_fences;
static struct fence fence_log[FENCE_LOG_SIZE];

static void note_fence(const struct fence *fence)
{
	if (IS_ENABLED(CONFIG_DEBUG_FENCES))
		fence_log[nr_fences % FENCE_LOG_SIZE] = *fence;
	nr_fences++;
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

/*
 * Every fence passes here. Counted by what is left, as a range may end with the address
 * space. Only one hart runs: the call to the others' firmware (SBI 2.0 chapter 8) belongs
 * behind the switch, for all_harts.
 */
static void do_fence(struct fence fence)
{
	unsigned long left = (fence.last - fence.va) / fence.stride + 1;

	fence.full |= left > MAX_SINGLE_FENCES || has_erratum(ERRATUM_SFENCE_ADDR);
	if (fence.full)
		sfence_all();
	else if (left > 1 && riscv_has_extension(RISCV_ISA_EXT_SVINVAL))
		local_flush_tlb_svinval(fence.va, fence.last, fence.stride);
	else
		for (unsigned long va = fence.va; left; left--, va += fence.stride)
			sfence_addr(va);
	note_fence(&fence);
}

static void fence_all(bool all_harts)
{
	do_fence((struct fence){ .full = true, .all_harts = all_harts, .stride = PAGE_SIZE });
}

static void fence_range(unsigned long start, unsigned long end, bool all_harts)
{
	if (start < end)
		do_fence((struct fence){ .all_harts = all_harts,
					 .va = ALIGN_DOWN(start, PAGE_SIZE),
					 .last = end - 1,
					 .stride = PAGE_SIZE });
}

void local_flush_tlb_all(void)
{
	fence_all(false);
}

void local_flush_tlb_page(unsigned long addr)
{
	do_fence((struct fence){ .va = addr, .last = addr, .stride = PAGE_SIZE });
}

void local_flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	fence_range(start, end, false);
}

void flush_tlb_all(void)
{
	fence_all(true);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	fence_range(start, end, true);
}

/*
 * What was only added needs no other hart: one that holds the invalid entry faults, and
 * spurious_fault() fences there. With Svvptc the same is enough on this hart.
 */
void pgtable_fence(struct pgtable *pt, const struct pgtable_change *change)
{
	unsigned long stride = pgtable_leaf_size(change->level);

	if (!change->removed && riscv_has_extension(RISCV_ISA_EXT_SVVPTC))
		return;
	do_fence((struct fence){ .full = change->tables,
				 .all_harts = change->removed,
				 .va = ALIGN_DOWN(change->va, stride),
				 .last = change->last,
				 .stride = stride });
}
