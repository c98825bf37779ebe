/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_HART_H
#define ASM_HART_H

#ifndef __ASSEMBLER__

#include <kernel/types.h>

struct recovery;

/** struct spurious - a page fault that was answered by a fence, and how many fences came before */
struct spurious {
	unsigned long epc, badaddr, cause, fences;
};

/**
 * struct hart - what belongs to one hart; tp points to it from entry to the end
 * @canary:     stack protector's guard; the compiler reads it at a fixed offset
 * @stack_low, @stack_high: the stack in use; a trap whose sp lies outside
 *              switches to the emergency stack
 * @emergency:  top of the emergency stack
 * @scratch:    two registers' room for the first instructions of a trap
 * @hartid:     the SBI's name for this hart
 * @recovery:   where an oops ends up instead of stopping the hart, or NULL
 * @in_report:  nesting depth of failure reports, to stop a report on a report
 * @spurious, @nr_spurious: the last fault that was retried, and how many were
 */
struct hart {
	unsigned long canary;
	unsigned long stack_low;
	unsigned long stack_high;
	unsigned long emergency;
	unsigned long scratch[2];
	unsigned long hartid;
	struct recovery *recovery;
	unsigned long in_report;
	struct spurious spurious;
	unsigned long nr_spurious;
};

extern struct hart boot_hart;

static inline struct hart *this_hart(void)
{
	struct hart *hart;

	__asm__("mv %0, tp" : "=r"(hart));
	return hart;
}

#endif

/* Sizes of the boot hart's stacks, in bytes. */
#define STACK_SIZE     16384
#define EMERGENCY_SIZE 8192

#endif
