/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_FAULT_H
#define ASM_FAULT_H

#include <asm/ptrace.h>

/**
 * do_page_fault() - explain a page or access fault: the walk and the rule that failed
 */
void do_page_fault(const struct pt_regs *regs);

/**
 * set_explain_fault_hook() - what KASAN adds to the report of a page fault
 * @explain: told of the faulting address before the walk is printed. Context: the report.
 */
void set_explain_fault_hook(void (*explain)(unsigned long addr));

/**
 * spurious_fault() - whether to run the instruction again
 * If the tables allow what faulted, this hart still held an older entry: fences there, and
 * counts it. Not twice for the same fault.
 */
bool spurious_fault(const struct pt_regs *regs);

/** canonical_address() - an address with the bits above the mode's as the mode wants them */
unsigned long canonical_address(unsigned long addr);

#endif
