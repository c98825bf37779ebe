/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TRAPS_H
#define ASM_TRAPS_H

#include <asm/ptrace.h>

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

#endif
