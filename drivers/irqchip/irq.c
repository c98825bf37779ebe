// SPDX-License-Identifier: BSD-2-Clause
/*
 * External interrupts: from the controller to the handlers of a line. See
 * <kernel/interrupt.h>.
 *
 * setup_lock (interrupts on) is for those who request, free and move. irq_lock (interrupts
 * off) guards descriptors against handlers. Handlers run without either: a list of actions
 * is only extended at its end, and what leaves it is used again only when no handler runs.
 */
#include <kernel/errno.h>
#include <kernel/interrupt.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <asm/barrier.h>
#include <asm/csr.h>
#include <asm/irq.h>

#define NR_ACTIONS 64

/* In a row: then the line is taken for stuck. */
#define MAX_UNHANDLED 1000

struct irqaction {
	irq_handler_t handler; /* NULL: not in use */
	void *dev;
	const char *name;
	unsigned int flags;
	struct irqaction *next;
};

/* @depth: of disable_irq(); @missed: came while disabled */
struct irq_desc {
	struct irqaction *action;
	unsigned long count;
	unsigned int cpu, depth, unhandled;
	bool missed;
};

unsigned int nr_irqs;

static const struct irq_chip *chip;
static struct irq_desc *descs;
static struct irqaction *actions;     /* behind the descriptors */
static unsigned int handled[NR_CPUS]; /* what each hart is in the handlers of */
static spinlock_t setup_lock, irq_lock;

static struct irq_desc *desc_of(unsigned int irq)
{
	return irq && irq < nr_irqs ? &descs[irq] : NULL;
}

/* --- Handling --- */

static void disable_locked(unsigned int irq, struct irq_desc *desc)
{
	if (!desc->depth++)
		chip->mask(irq);
}

/* Neither can be left: either would come again for ever. */
static void external_off(unsigned int irq, const char *why)
{
	pr_err("irq: %s gives %u, %s: external interrupts are off\n", chip->name, irq, why);
	csr_clear(sie, SIE_SEIE);
}

static void note_unhandled(unsigned int irq, struct irq_desc *desc, bool run)
{
	if (++desc->unhandled < MAX_UNHANDLED)
		return;
	desc->unhandled = 0;
	if (run) {
		disable_locked(irq, desc);
		pr_err("irq: %u: nobody takes it: disabled\n", irq);
	} else {
		external_off(irq, "which is masked");
	}
}

static void handle_one(unsigned int irq, struct irq_desc *desc)
{
	struct irqaction *action;
	irqreturn_t taken = IRQ_NONE;
	bool run;

	spin_lock(&irq_lock);
	desc->count++;
	action = desc->action;
	run = action && !desc->depth;
	desc->missed |= desc->depth != 0; /* sent before it was masked */
	handled[smp_processor_id()] = irq;
	spin_unlock(&irq_lock);
	for (; run && action; action = READ_ONCE(action->next))
		taken |= action->handler(irq, action->dev);
	spin_lock(&irq_lock);
	if (taken == IRQ_HANDLED)
		desc->unhandled = 0;
	else
		note_unhandled(irq, desc, run);
	spin_unlock(&irq_lock);
	if (chip->eoi)
		chip->eoi(irq);
	__atomic_store_n(&handled[smp_processor_id()], 0, __ATOMIC_RELEASE);
}

static void handle_irqs(void)
{
	unsigned int irq;

	while ((irq = chip->claim())) {
		struct irq_desc *desc = desc_of(irq);

		if (!desc) {
			external_off(irq, "which it does not have");
			return;
		}
		handle_one(irq, desc);
	}
}

/* --- Requests --- */

static struct irqaction *new_action(void)
{
	for (unsigned int i = 0; i < NR_ACTIONS; i++)
		if (!actions[i].handler)
			return &actions[i];
	return NULL;
}

/* A hart that has failed in a handler does not come back from it. */
static void synchronize_irq(unsigned int irq)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		while (__atomic_load_n(&handled[cpu], __ATOMIC_ACQUIRE) == irq && cpu_online(cpu))
			;
}

/* The first handler of a line: masked until then. */
static int start_irq(unsigned int irq, struct irq_desc *desc, unsigned int flags)
{
	unsigned int type = flags & IRQF_TRIGGER_MASK;
	int err = chip->set_type ? chip->set_type(irq, type ? type : IRQF_TRIGGER_HIGH) : 0;

	desc->unhandled = 0;
	desc->missed = false;
	return err ? err : chip->set_affinity(irq, desc->cpu);
}

static int add_action(unsigned int irq, struct irq_desc *desc, const struct irqaction *wanted)
{
	struct irqaction *action = new_action(), **end = &desc->action;
	unsigned long flags;
	int err;

	if (desc->action && !(desc->action->flags & wanted->flags & IRQF_SHARED))
		return -EBUSY;
	if (!action)
		return -ENOMEM;
	err = desc->action ? 0 : start_irq(irq, desc, wanted->flags);
	if (err)
		return err;
	*action = *wanted;
	while (*end)
		end = &(*end)->next;
	spin_lock_irqsave(&irq_lock, flags);
	__atomic_store_n(end, action, __ATOMIC_RELEASE);
	if (desc->action == action) {
		desc->depth = 0;
		chip->unmask(irq);
	}
	spin_unlock_irqrestore(&irq_lock, flags);
	return 0;
}

int request_irq(unsigned int irq, irq_handler_t handler, unsigned int flags, const char *name,
		void *dev)
{
	const struct irqaction wanted = { handler, dev, name, flags, NULL };
	struct irq_desc *desc = desc_of(irq);
	int err;

	if (!nr_irqs)
		return -ENODEV;
	if (!desc || !handler || (flags & IRQF_SHARED && !dev))
		return -EINVAL;
	spin_lock(&setup_lock);
	err = add_action(irq, desc, &wanted);
	spin_unlock(&setup_lock);
	return err;
}

/* Where the action of @dev hangs; *it is NULL if there is none. */
static struct irqaction **find_action(struct irq_desc *desc, const void *dev)
{
	struct irqaction **at = &desc->action;

	while (*at && (*at)->dev != dev)
		at = &(*at)->next;
	return at;
}

void free_irq(unsigned int irq, void *dev)
{
	struct irq_desc *desc = desc_of(irq);
	struct irqaction **at, *action = NULL;
	unsigned long flags;

	spin_lock(&setup_lock);
	at = desc ? find_action(desc, dev) : NULL;
	if (at && *at) {
		action = *at;
		spin_lock_irqsave(&irq_lock, flags);
		WRITE_ONCE(*at, action->next);
		if (!desc->action && !desc->depth)
			disable_locked(irq, desc);
		spin_unlock_irqrestore(&irq_lock, flags);
		synchronize_irq(irq);
		action->handler = NULL;
	}
	spin_unlock(&setup_lock);
	if (!action)
		pr_warn("irq: %u: freed, but was not requested\n", irq);
}

void disable_irq(unsigned int irq)
{
	struct irq_desc *desc = desc_of(irq);
	unsigned long flags;

	if (!desc)
		return;
	spin_lock_irqsave(&irq_lock, flags);
	disable_locked(irq, desc);
	spin_unlock_irqrestore(&irq_lock, flags);
}

void enable_irq(unsigned int irq)
{
	struct irq_desc *desc = desc_of(irq);
	unsigned long flags;

	if (!desc)
		return;
	spin_lock_irqsave(&irq_lock, flags);
	if (desc->action && desc->depth && !--desc->depth) {
		if (desc->missed && chip->retrigger)
			chip->retrigger(irq);
		desc->missed = false;
		chip->unmask(irq);
	}
	spin_unlock_irqrestore(&irq_lock, flags);
}

/* --- Where they go --- */

static void take_external(void *info)
{
	csr_set(sie, SIE_SEIE);
}

static int move(unsigned int irq, unsigned int cpu)
{
	int err;

	disable_irq(irq);
	synchronize_irq(irq);
	err = smp_call_function_single(cpu, take_external, NULL, true);
	if (!err)
		err = chip->set_affinity(irq, cpu);
	if (!err)
		descs[irq].cpu = cpu;
	enable_irq(irq);
	return err;
}

int irq_set_affinity(unsigned int irq, unsigned int cpu)
{
	int err;

	if (!nr_irqs)
		return -ENODEV;
	if (!desc_of(irq))
		return -EINVAL;
	spin_lock(&setup_lock);
	err = move(irq, cpu);
	spin_unlock(&setup_lock);
	return err;
}

void irq_cpu_dead(unsigned int cpu)
{
	spin_lock(&setup_lock);
	for (unsigned int irq = 1; irq < nr_irqs; irq++)
		if (descs[irq].cpu == cpu && move(irq, 0))
			pr_err("irq: %u: cannot go to the boot hart\n", irq);
	spin_unlock(&setup_lock);
}

/* --- The controller --- */

static void cpu_starting(void)
{
	handled[smp_processor_id()] = 0;
	if (chip->cpu_starting)
		chip->cpu_starting();
}

size_t irq_desc_size(unsigned int nr)
{
	return nr * sizeof(struct irq_desc) + NR_ACTIONS * sizeof(struct irqaction);
}

void irq_register_chip(const struct irq_chip *new_chip, unsigned int nr, struct irq_desc *desc)
{
	chip = new_chip;
	descs = desc;
	actions = (struct irqaction *)(desc + nr);
	nr_irqs = nr;
	for (unsigned int irq = 0; irq < nr; irq++)
		desc[irq].depth = 1; /* until it is requested */
	set_handle_irq(IRQ_S_EXT, handle_irqs, cpu_starting);
	pr_info("irq: %s sources=%u\n", chip->name, nr - 1);
}

const char *irq_chip_name(void)
{
	return chip ? chip->name : NULL;
}

bool irq_get_info(unsigned int irq, struct irq_info *info)
{
	const struct irq_desc *desc = desc_of(irq);
	const struct irqaction *action = desc ? READ_ONCE(desc->action) : NULL;

	if (!desc)
		return false;
	*info = (struct irq_info){ .count = READ_ONCE(desc->count),
				   .cpu = desc->cpu,
				   .waiting = READ_ONCE(desc->depth) != 0,
				   .name = action ? action->name : NULL };
	return true;
}
