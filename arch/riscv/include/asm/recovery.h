/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_RECOVERY_H
#define ASM_RECOVERY_H

#include <asm/ptrace.h>

/**
 * struct recovery - a place to go on from when a call traps
 * @saved: ra sp s0..s11, written by recovery_enter()
 * @trap:  where to put the registers of the trap; NULL: report it instead
 * @outer: the recovery around this one
 */
struct recovery {
	unsigned long saved[14];
	struct pt_regs *trap;
	struct recovery *outer;
};

/**
 * set_stack_abandoned_hook() - let KASAN be told of frames that a trap has left for good
 * stack_abandoned() - tell that the frames between @low and @sp will not return
 */
void set_stack_abandoned_hook(void (*abandoned)(const void *low, const void *sp));
void stack_abandoned(unsigned long low, unsigned long sp);

int recovery_enter(struct recovery *recovery, int (*fn)(void *arg), void *arg);
__noreturn void recovery_resume(struct recovery *recovery, int value);

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

#endif
