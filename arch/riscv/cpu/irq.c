// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interrupts of a hart (Priv 20250508 §12.1.3). What each of the three kinds means is known above
 * this folder, so a handler of each kind is set from there.
 */
#include <kernel/printk.h>
#include <asm/csr.h>
#include <asm/hart.h>
#include <asm/irq.h>

#define NR_CAUSES 16

static void (*handlers[NR_CAUSES])(void);
static void (*starting_hooks[NR_CAUSES])(void);

void set_handle_irq(unsigned int irq, void (*handle)(void), void (*starting)(void))
{
	starting_hooks[irq] = starting;
	handlers[irq] = handle;
	csr_set(sie, 1UL << irq);
}

void irq_cpu_starting(void)
{
	unsigned long enabled = 0;

	for (unsigned int irq = 0; irq < NR_CAUSES; irq++) {
		if (starting_hooks[irq])
			starting_hooks[irq]();
		if (handlers[irq])
			enabled |= 1UL << irq;
	}
	csr_write(sie, enabled);
}

void irq_cpu_dying(void)
{
	csr_write(sie, 0);
}

/* An interrupt that nobody handles would come again for ever. */
static noinline void handle_unknown(unsigned long irq)
{
	pr_err("irq: hart%lu: interrupt %lu has no handler: disabled\n", this_hart()->hartid, irq);
	csr_clear(sie, 1UL << irq);
}

void handle_irq(struct pt_regs *regs)
{
	struct hart *hart = this_hart();
	struct pt_regs *outer = hart->irq_regs;
	struct recovery *recovery = hart->recovery;
	const unsigned long irq = regs->cause & ~CAUSE_INTERRUPT;

	/* A trap in the handler is not what the interrupted code waits for. */
	hart->recovery = NULL;
	hart->irq_regs = regs;
	if (likely(irq < NR_CAUSES && handlers[irq]))
		handlers[irq]();
	else
		handle_unknown(irq);
	hart->irq_regs = outer;
	hart->recovery = recovery;
}
