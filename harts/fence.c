// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which harts are fenced. A translation that was taken away may be in the TLB of any hart that is
 * online, so the firmware fences those (SBI 2.0 chapter 8); one that was only added needs this
 * hart at the most.
 */
#include <kernel/fence.h>
#include <kernel/smp.h>
#include <asm/cpufeature.h>
#include <asm/tlbflush.h>

/* One call for all harts whose ids are within a word's bits of the first one's. */
static void fence_others(unsigned long start, unsigned long size)
{
	unsigned long base = 0, mask = 0;

	for_each_online_cpu(cpu)
	{
		unsigned long bit = harts[cpu]->hartid - base;

		if (cpu == smp_processor_id())
			continue;
		if (!mask || bit >= 64) {
			if (mask)
				sbi_remote_sfence_vma(mask, base, start, size);
			base = harts[cpu]->hartid;
			mask = bit = 0;
		}
		mask |= 1UL << bit;
	}
	if (mask)
		sbi_remote_sfence_vma(mask, base, start, size);
}

static void fence_all(unsigned long va, unsigned long last, unsigned int shift, unsigned int how)
{
	const unsigned long start = va >> shift << shift;

	how = local_fence(start, last, shift, how);
	if (how & FENCE_ALL_HARTS && num_online_cpus() > 1)
		fence_others(how & FENCE_FULL ? 0 : start, how & FENCE_FULL ? 0 : last - start + 1);
	note_fence(start, last, shift, how);
}

/*
 * A hart that holds the invalid entry of what was added faults, and spurious_fault() fences
 * there. With Svvptc the same is enough on this hart.
 */
void pgtable_fence(struct pgtable *pt, const struct pgtable_change *change)
{
	if (!change->removed && riscv_has_extension(RISCV_ISA_EXT_SVVPTC))
		return;
	fence_all(change->va, change->last, pgtable_leaf_shift(change->level),
		  (change->tables ? FENCE_FULL : 0) | (change->removed ? FENCE_ALL_HARTS : 0));
}

void fence_init(void)
{
	kernel_pgtable.ops.fence = pgtable_fence;
}
