// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fences between table stores and the hardware's walks (Priv 20250508 §12.2.1): the only C
 * file with sfence.vma in it.
 */
#include <asm/cpufeature.h>
#include <asm/errata.h>
#include <asm/tlbflush.h>

#define FENCE_LOG_SIZE 64

unsigned long nr_fences;
static struct fence fence_log[FENCE_LOG_SIZE];

/* How a fence is meant. */
#define FULL      1U
#define ALL_HARTS 2U

static void note_fence(unsigned long va, unsigned long last, unsigned int shift, unsigned int how)
{
	/* Each hart its own row; and spurious_fault() must not miss one. */
	unsigned long n = __atomic_fetch_add(&nr_fences, 1, __ATOMIC_RELAXED);

	if (IS_ENABLED(CONFIG_DEBUG_FENCES))
		fence_log[n % FENCE_LOG_SIZE] = (struct fence){
			.full = how & FULL,
			.all_harts = how & ALL_HARTS,
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

static void (*remote_fence_hook)(unsigned long start, unsigned long size);

void set_remote_fence_hook(void (*fence)(unsigned long start, unsigned long size))
{
	remote_fence_hook = fence;
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
 * Every fence passes here: one for each piece of 2^@shift bytes that has a byte of @va to
 * @last. Counted by what is left, as the last piece may end with the address space.
 */
static void do_fence(unsigned long va, unsigned long last, unsigned int shift, unsigned int how)
{
	unsigned long start = va >> shift << shift, left = ((last - start) >> shift) + 1;

	if (left > MAX_SINGLE_FENCES || has_erratum(ERRATUM_SFENCE_ADDR))
		how |= FULL;
	if (how & FULL)
		sfence_all();
	else if (left == 1) /* most are */
		sfence_addr(start);
	else if (riscv_has_extension(RISCV_ISA_EXT_SVINVAL))
		local_flush_tlb_svinval(start, last, 1UL << shift);
	else
		for (unsigned long at = start; left; left--, at += 1UL << shift)
			sfence_addr(at);
	if (how & ALL_HARTS && remote_fence_hook)
		remote_fence_hook(how & FULL ? 0 : start, how & FULL ? 0 : last - start + 1);
	note_fence(start, last, shift, how);
}

void local_flush_tlb_all(void)
{
	do_fence(0, 0, PAGE_SHIFT, FULL);
}

void local_flush_tlb_page(unsigned long addr)
{
	do_fence(addr, addr, PAGE_SHIFT, 0);
}

/*
 * What was only added needs no other hart: one that holds the invalid entry faults, and
 * spurious_fault() fences there. With Svvptc the same is enough on this hart.
 */
void pgtable_fence(struct pgtable *pt, const struct pgtable_change *change)
{
	if (!change->removed && riscv_has_extension(RISCV_ISA_EXT_SVVPTC))
		return;
	do_fence(change->va, change->last, pgtable_leaf_shift(change->level),
		 (change->tables ? FULL : 0) | (change->removed ? ALL_HARTS : 0));
}
