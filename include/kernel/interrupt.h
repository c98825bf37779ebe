/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_INTERRUPT_H
#define KERNEL_INTERRUPT_H

#include <kernel/types.h>

/*
 * External interrupts, with Linux's names. Their numbers are those of the sources of the
 * machine's one interrupt controller, from 1 up. All go to the boot hart until
 * irq_set_affinity() says otherwise.
 */

typedef enum {
	IRQ_NONE,
	IRQ_HANDLED
} irqreturn_t;

/**
 * irq_handler_t - called with interrupts disabled, on the interrupted stack
 * @dev: as given to request_irq()
 * Return: IRQ_NONE: it was not this device.
 */
typedef irqreturn_t (*irq_handler_t)(unsigned int irq, void *dev);

/* Flags of request_irq(). The triggers have the numbers of the device tree bindings. */
#define IRQF_TRIGGER_RISING  0x1
#define IRQF_TRIGGER_FALLING 0x2
#define IRQF_TRIGGER_HIGH    0x4 /* the one taken where none is given */
#define IRQF_TRIGGER_LOW     0x8
#define IRQF_TRIGGER_MASK    0xf
#define IRQF_SHARED          0x80

/**
 * request_irq() - call @handler for each interrupt @irq, and enable it
 * @name: for people; kept
 * @dev:  handed to @handler, and names it for free_irq()
 * Context: a hart that may wait; not a handler.
 * Return: 0; -ENODEV: there is no interrupt controller; -EINVAL: no such interrupt, no
 * handler, a shared one without @dev, or a trigger the controller cannot do; -EBUSY: it is
 * taken, and not by all as shared; -ENOMEM; -ENXIO: the controller does not reach the hart.
 */
int __must_check request_irq(unsigned int irq, irq_handler_t handler, unsigned int flags,
			     const char *name, void *dev);

/**
 * free_irq() - undo it; @handler does not run any more when this returns
 * Context: as request_irq(). One that was not requested is named in the log.
 */
void free_irq(unsigned int irq, void *dev);

/**
 * disable_irq() - until as many enable_irq(); the handler may be running still
 * What comes meanwhile is not lost. Context: any. Unknown numbers do nothing.
 */
void disable_irq(unsigned int irq);
void enable_irq(unsigned int irq);

/**
 * irq_set_affinity() - let hart @cpu take it from now on
 * When that one stops or fails, the boot hart takes it.
 * Context: as request_irq().
 * Return: 0; -ENODEV, -EINVAL: as above; -ENXIO: the hart is not online, or out of reach.
 */
int irq_set_affinity(unsigned int irq, unsigned int cpu);

/** irq_cpu_dead() - hart @cpu is not online any more. Context: as request_irq(). */
void irq_cpu_dead(unsigned int cpu);

/**
 * struct irq_info - for people
 * @count:   how many came
 * @waiting: disabled by disable_irq(), or because nobody took it
 */
struct irq_info {
	unsigned long count;
	unsigned int cpu;
	bool waiting;
	const char *name; /* of the first handler; NULL: none */
};

/** irq_get_info() - Return: false: no such interrupt */
bool irq_get_info(unsigned int irq, struct irq_info *info);

/** nr_irqs - numbers are below; 0: there is no controller. irq_chip_name() - or NULL. */
extern unsigned int nr_irqs;
const char *irq_chip_name(void);

/* --- For drivers of interrupt controllers --- */

/**
 * struct irq_chip - what an interrupt controller can do
 * @claim: the next interrupt for this hart, 0: none
 * @eoi:   it was handled, on this hart; may be NULL
 * @mask, @unmask: any hart, one at a time. What comes while masked is kept.
 * @retrigger:     let it come again once it is unmasked; NULL: what is masked is never claimed
 * @set_type:      IRQF_TRIGGER_*, not 0; NULL: the wiring decides. Return: 0, -EINVAL
 * @set_affinity:  deliver to hart @cpu alone; masked, and no handler runs. Return: 0, -ENXIO
 * @cpu_starting:  this hart comes, maybe anew: firmware may have reset what is its own. None is
 *                 delivered to it yet. May be NULL
 */
struct irq_chip {
	const char *name;
	unsigned int (*claim)(void);
	void (*eoi)(unsigned int irq);
	void (*mask)(unsigned int irq);
	void (*unmask)(unsigned int irq);
	void (*retrigger)(unsigned int irq);
	int (*set_type)(unsigned int irq, unsigned int type);
	int (*set_affinity)(unsigned int irq, unsigned int cpu);
	void (*cpu_starting)(void);
};

struct irq_desc;

/** irq_desc_size() - bytes of memory irq_register_chip() needs for @nr numbers */
size_t irq_desc_size(unsigned int nr);

/**
 * irq_register_chip() - this is the machine's interrupt controller; all its sources are masked
 * @nr:   numbers are below
 * @desc: cleared memory, irq_desc_size(@nr)
 */
void irq_register_chip(const struct irq_chip *chip, unsigned int nr, struct irq_desc *desc);

#endif
