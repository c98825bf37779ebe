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
 * set_stack_abandoned_hook() - who is told of frames that were left behind by a trap: KASAN
 * stack_abandoned() - tell that the frames between @low and @sp will not return
 */
void set_stack_abandoned_hook(void (*abandoned)(const void *low, const void *sp));
void stack_abandoned(unsigned long low, unsigned long sp);

int recovery_enter(struct recovery *recovery, int (*fn)(void *arg), void *arg);
__noreturn void recovery_resume(struct recovery *recovery, int value);

#endif
