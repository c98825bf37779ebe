/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_IRQ_H
#define ASM_IRQ_H

#include <asm/hart.h>
#include <asm/ptrace.h>

/** handle_irq() - called by handle_trap() for an interrupt, with interrupts disabled */
void handle_irq(struct pt_regs *regs);

/**
 * set_handle_irq() - what an external interrupt calls: the interrupt controller's driver
 * @handle: claims what is pending, runs its handlers, completes it. Interrupts are disabled,
 *          the stack is the interrupted one's.
 * @starting: called on each hart that comes later, before it takes any
 */
void set_handle_irq(void (*handle)(void), void (*starting)(void));

/** irq_cpu_init() - let this hart take interrupts: calls, timer, external. Enables them. */
void irq_cpu_init(void);

/** get_irq_regs() - what the innermost interrupt interrupted on this hart; NULL outside of one */
static inline struct pt_regs *get_irq_regs(void)
{
	return this_hart()->irq_regs;
}

/** in_interrupt() - whether this hart is handling an interrupt */
static inline bool in_interrupt(void)
{
	return get_irq_regs();
}

#endif
