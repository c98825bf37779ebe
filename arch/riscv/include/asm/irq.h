/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_IRQ_H
#define ASM_IRQ_H

#include <asm/hart.h>
#include <asm/ptrace.h>

/** handle_irq() - called by handle_trap() for an interrupt, with interrupts disabled */
void handle_irq(struct pt_regs *regs);

/**
 * set_handle_irq() - set the handler of one kind of interrupt, and enable it on this hart
 * @irq:    IRQ_S_SOFT, IRQ_S_TIMER or IRQ_S_EXT
 * @handle: called with interrupts disabled, on the stack of what was interrupted; it takes away
 *          the cause
 * @starting: called on each hart that starts later, before it takes any interrupt; or NULL
 *
 * A hook: code above this folder is called through it.
 */
void set_handle_irq(unsigned int irq, void (*handle)(void), void (*starting)(void));

/**
 * irq_cpu_starting() - enable every kind of interrupt that has a handler
 * Context: on the hart itself, as it starts. sstatus.SIE stays as it is.
 */
void irq_cpu_starting(void);

/** irq_cpu_dying() - disable every kind. Context: on the hart itself, before it stops. */
void irq_cpu_dying(void);

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
