// SPDX-License-Identifier: BSD-2-Clause
/* Interrupts of a hart: the three kinds there are (Priv 20250508 §12.1.3), and who handles each. */
#include <kernel/hrtimer.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <asm/csr.h>
#include <asm/hart.h>
#include <asm/irq.h>
#include <asm/irqflags.h>

static void (*handle_external)(void), (*cpu_starting)(void);

void set_handle_irq(void (*handle)(void), void (*starting)(void))
{
	cpu_starting = starting;
	handle_external = handle;
	csr_set(sie, SIE_SEIE);
}

void irq_cpu_init(void)
{
	if (cpu_starting)
		cpu_starting();
	csr_write(sie, SIE_SSIE | SIE_STIE | (handle_external ? SIE_SEIE : 0));
	local_irq_enable();
}

/* One that nobody handles would come again for ever. */
static void handle_unknown(unsigned long irq)
{
	pr_err("irq: hart%lu: interrupt %lu has no handler: disabled\n", this_hart()->hartid, irq);
	csr_clear(sie, 1UL << irq);
}

static void handle_timer(void)
{
	this_hart()->nr_timer++;
	hrtimer_interrupt();
}

static void dispatch(unsigned long irq)
{
	if (irq == IRQ_S_SOFT)
		smp_run_calls();
	else if (irq == IRQ_S_TIMER)
		handle_timer();
	else if (irq == IRQ_S_EXT && handle_external)
		handle_external();
	else
		handle_unknown(irq);
}

void handle_irq(struct pt_regs *regs)
{
	struct hart *hart = this_hart();
	struct pt_regs *outer = hart->irq_regs;
	struct recovery *recovery = hart->recovery;

	hart->recovery =
		NULL; /* a trap in the handler is not what the interrupted code waits for */
	hart->irq_regs = regs;
	dispatch(regs->cause & ~CAUSE_INTERRUPT);
	hart->irq_regs = outer;
	hart->recovery = recovery;
}
