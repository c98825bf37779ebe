/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_STACKTRACE_H
#define ASM_STACKTRACE_H

#include <asm/ptrace.h>

struct hart;

/**
 * show_backtrace_of() - show_backtrace() for a hart that runs on
 * @regs, @copy: its registers, and the STACK_SIZE bytes of its own stack, at one time
 */
void show_backtrace_of(const struct hart *hart, const struct pt_regs *regs, const char *copy);

/** show_stack_of() - the same where nothing but the stack is known: its callers, or older ones */
void show_stack_of(const struct hart *hart, const char *copy);

/** dump_stack() - print the callers, innermost first */
void dump_stack(void);

/** dump_stack_from() - the same, but for those in front of the one that returns to @ip */
void dump_stack_from(unsigned long ip);

/** show_stack_entry() - print one of them, by its return address */
void show_stack_entry(unsigned long ra);

/**
 * stack_trace_save() - the return addresses of the callers, innermost first
 * The first one is where the function that asks returns to.
 * Return: how many there are in @store, @size at the most.
 */
unsigned int stack_trace_save_from(const void *frame_of, unsigned long *store, unsigned int size);
#define stack_trace_save(store, size) stack_trace_save_from(__builtin_frame_address(0), store, size)

/** show_backtrace() - print the callers of an interrupted context */
void show_backtrace(const struct pt_regs *regs);

#endif
