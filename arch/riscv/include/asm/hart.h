/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_HART_H
#define ASM_HART_H

/* What became of a hart. */
#define HART_STOPPED     0
#define HART_STARTING    1
#define HART_ONLINE      2
#define HART_NO_MODE     3  /* it does not keep the kernel's paging mode */
#define HART_SILENT      4  /* it was started and never came */
#define HART_REFUSED     5  /* the firmware does not start it */
#define HART_LACKS       6  /* it does not do what the others do */
#define HART_FAILED      7  /* stopped after a report */
#define HART_TRAPPED     8  /* before its translation was on */
#define HART_LOST        9  /* it came, and then nothing */
#define HART_OTHER       10 /* its satp reads back otherwise than written */
#define HART_OTHER_TYPES 11 /* T-Head's memory types are on there, and off here, or the reverse */

#ifndef __ASSEMBLER__

#include <kernel/llist.h>

struct pt_regs;
struct recovery;

/** struct spurious - a page fault that was answered by a fence, and how many fences came before */
struct spurious {
	unsigned long epc, badaddr, cause, fences;
};

/**
 * struct hart - what belongs to one hart; tp points to it from entry to the end
 * The first of the hart's per-hart variables (<kernel/percpu.h>), so that tp finds both.
 *
 * @canary:     stack protector's guard; the compiler reads it at a fixed offset
 * @stack_low, @stack_high: the stack in use; a trap whose sp lies outside
 *              switches to the emergency stack
 * @emergency:  top of the emergency stack
 * @scratch:    two registers' room for the first instructions of a trap
 * @hartid:     the SBI's name for this hart
 * @recovery:   where an oops ends up instead of stopping the hart, or NULL
 * @in_report:  nesting depth of failure reports, to stop a report on a report
 * @spurious, @nr_spurious: the last fault that was retried, and how many were
 * @self:       this, as it is called with translation on
 * @cpu:        number among the harts Cairn may use; the boot hart is 0
 * @state:      HART_*
 * @arrived:    it came to secondary_entry
 * @why:        a start that failed: HART_REFUSED: the firmware's error; HART_NO_MODE, HART_OTHER:
 *              what satp held; HART_TRAPPED: scause, sepc, stval
 * @home_low, @home_high: its own stack, whichever is in use
 * @calls:      what other harts want run here, last one first
 * @running:    those of them that were taken and are not done
 * @nr_calls:   how many were
 * @nr_timer:   interrupts of its timer
 * @stop_wanted: another hart wants this one to stop when it is idle
 * @start_cost: instructions from its entry until it is online, 0 where they are not counted
 * @lacks:      the extension for want of which it stays out
 * @irq_regs:   what the interrupt being handled interrupted, or NULL
 * @waiting_for: the spinlock it waits for, or NULL
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
	struct hart *self;
	unsigned int cpu;
	unsigned int state;
	unsigned int arrived;
	unsigned long why[3];
	unsigned long home_low;
	unsigned long home_high;
	struct llist_head calls;
	struct llist_node *running;
	unsigned long nr_calls;
	unsigned long nr_timer;
	unsigned int stop_wanted;
	const char *lacks;
	u64 start_cost;
	struct pt_regs *irq_regs;
	const struct spinlock *waiting_for;
};

/* The boot hart's: in the image, as it is needed before there is any other memory. */
extern struct hart boot_hart;

static inline struct hart *this_hart(void)
{
	struct hart *hart;

	__asm__("mv %0, tp" : "=r"(hart));
	return hart;
}

#endif

/* The guard of stacks until a hart has one of its own; no string has these bytes. */
#define CANARY 0x00ff0a0d5ca1ab1e

/* Sizes of a hart's stacks, in bytes. */
#define STACK_SIZE     16384
#define EMERGENCY_SIZE 8192

#endif
