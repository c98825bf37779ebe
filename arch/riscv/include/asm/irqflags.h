/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <kernel/types.h>

/*
 * Whether this hart takes interrupts: sstatus.SIE (Priv 20250508 §12.1.1.1), with Linux's
 * names. The host tests build the same sources; there is nothing to switch there.
 */
#ifdef __riscv
#include <asm/csr.h>

/** local_save_flags() - whether they are taken, for local_irq_restore() */
#define local_save_flags(flags) ((flags) = csr_read(sstatus) & SR_SIE)

static inline void local_irq_enable(void)
{
	csr_set(sstatus, SR_SIE);
}

static inline void local_irq_disable(void)
{
	csr_clear(sstatus, SR_SIE);
}

/** local_irq_save() - disable them, and note in @flags whether they were enabled */
#define local_irq_save(flags) ((flags) = csr_read_clear(sstatus, SR_SIE) & SR_SIE)

/** local_irq_restore() - as they were at the local_irq_save() of @flags */
static inline void local_irq_restore(unsigned long flags)
{
	csr_set(sstatus, flags);
}

/** irqs_disabled() - on this hart, now */
static inline bool irqs_disabled(void)
{
	return !(csr_read(sstatus) & SR_SIE);
}

#else
#define local_save_flags(flags) ((flags) = 0)
#define local_irq_enable()
#define local_irq_disable()
#define local_irq_save(flags)    ((flags) = 0)
#define local_irq_restore(flags) ((void)(flags))
#define irqs_disabled()          false
#endif

#endif
