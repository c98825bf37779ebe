/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TRAP_H
#define ASM_TRAP_H

#include <asm/ptrace.h>

struct hart;

/** trap_init() - from now on traps are handled by handle_trap(), not by head.S */
void trap_init(void);

/**
 * set_hart_failed_hook() - what ends a hart whose trap was reported and which nothing recovers
 * @failed: does not return. Context: as the trap, interrupts disabled; not the boot hart, whose
 *          trap is a panic.
 */
void set_hart_failed_hook(void (*failed)(void));

/** handle_trap() - called by trap_entry with the interrupted registers */
void handle_trap(struct pt_regs *regs);

/**
 * do_page_fault() - explain a page or access fault: the walk and the rule that failed
 * A door from the trap code up to the memory side.
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
 * counts it. Not twice for the same fault. The other door.
 */
bool spurious_fault(const struct pt_regs *regs);

/** canonical_address() - an address with the bits above the mode's as the mode wants them */
unsigned long canonical_address(unsigned long addr);

/**
 * try_call() - run a function that may trap
 * @fn, @arg: called as fn(arg)
 *
 * An exception in it is reported in full, and the function is abandoned: whatever it
 * held stays held. Nests. Context: translation on.
 * Return: what @fn returned, or -EFAULT.
 */
int try_call(int (*fn)(void *arg), void *arg);

/**
 * catch_trap() - as try_call(), but an exception is not reported
 * @trap: receives the registers at the exception
 */
int catch_trap(int (*fn)(void *arg), void *arg, struct pt_regs *trap);

/**
 * probe_read(), probe_write() - touch memory that may not be there
 * @addr: virtual address; @size: 1, 2, 4 or 8 bytes, @addr a multiple of it
 * @trap: as catch_trap()
 * Return: 0; -EFAULT: it trapped; -EINVAL: other size or alignment.
 */
int probe_read(unsigned long addr, unsigned int size, u64 *value, struct pt_regs *trap);
int probe_write(unsigned long addr, unsigned int size, u64 value, struct pt_regs *trap);

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
