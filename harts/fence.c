// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which harts are fenced. A translation that was taken away may be in the TLB of any hart that is
 * online, so the firmware fences those: each 4 KiB of a range, or everything (SBI 2.0 chapter 8).
 */
#include <kernel/fence.h>
#include <kernel/smp.h>
#include <asm/sbi.h>

static void fence_harts(unsigned long mask, unsigned long base, unsigned long start,
			unsigned long size)
{
	sbi_ecall4(SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, mask, base, start, size);
}

/* One call for all harts whose ids are within a word's bits of the first one's. */
void remote_sfence_vma(unsigned long start, unsigned long size)
{
	unsigned long base = 0, mask = 0;

	for_each_online_cpu(cpu) {
		unsigned long bit = harts[cpu]->hartid - base;

		if (cpu == smp_processor_id())
			continue;
		if (!mask || bit >= 64) {
			if (mask)
				fence_harts(mask, base, start, size);
			base = harts[cpu]->hartid;
			mask = bit = 0;
		}
		mask |= 1UL << bit;
	}
	if (mask)
		fence_harts(mask, base, start, size);
}
