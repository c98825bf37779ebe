// SPDX-License-Identifier: BSD-2-Clause
/*
 * RISC-V Platform-Level Interrupt Controller 1.0.0. A context is what takes interrupts: a
 * hart's mode. A line is masked by priority 0, not by its enable bit: a completion counts
 * only while the line is enabled, and what is handled may be masked meanwhile.
 */
#include <kernel/driver.h>
#include <kernel/errno.h>
#include <kernel/interrupt.h>
#include <kernel/percpu.h>
#include <asm/io.h>

/* Chapters 3 to 8: the memory map */
#define PRIORITY(irq)  (4UL * (irq))
#define ENABLE(ctx)    (0x2000 + 0x80UL * (ctx)) /* a bit for each source */
#define THRESHOLD(ctx) (0x200000 + 0x1000UL * (ctx))
#define CLAIM(ctx)     (THRESHOLD(ctx) + 4) /* write: complete */
#define MAX_SOURCES    1023
#define MAX_CONTEXTS   15872

static volatile u8 *regs;
static u32 nr_sources;
static u16 context[NR_CPUS]; /* plus 1; 0: none */

static volatile u8 *claim_reg(unsigned int cpu)
{
	return regs + CLAIM(context[cpu] - 1U);
}

static unsigned int plic_claim(void)
{
	return context[smp_processor_id()] ? readl(claim_reg(smp_processor_id())) : 0;
}

static void plic_eoi(unsigned int irq)
{
	writel(irq, claim_reg(smp_processor_id()));
}

static void plic_mask(unsigned int irq)
{
	writel(0, regs + PRIORITY(irq));
}

static void plic_unmask(unsigned int irq)
{
	writel(1, regs + PRIORITY(irq));
}

static void set_enabled(unsigned int irq, unsigned int cpu, bool on)
{
	volatile u8 *word = regs + ENABLE(context[cpu] - 1U) + irq / 32 * 4;
	u32 bit = 1U << irq % 32, old = readl(word);

	writel(on ? old | bit : old & ~bit, word);
}

/* Whoever was here before may have claimed it, and it would wait for the completion. */
static int plic_set_affinity(unsigned int irq, unsigned int cpu)
{
	if (!context[cpu])
		return -ENXIO;
	for (unsigned int other = 0; other < nr_cpu_ids; other++)
		if (context[other] && other != cpu)
			set_enabled(irq, other, false);
	set_enabled(irq, cpu, true);
	writel(irq, claim_reg(cpu));
	return 0;
}

/* OpenSBI 1.5 leaves a hart that it starts with a threshold that lets nothing pass. */
static void plic_cpu_starting(void)
{
	unsigned int cpu = smp_processor_id();

	if (context[cpu])
		writel(0, regs + THRESHOLD(context[cpu] - 1U));
}

static const struct irq_chip plic = {
	.name = "plic",
	.claim = plic_claim,
	.eoi = plic_eoi,
	.mask = plic_mask,
	.unmask = plic_unmask,
	.set_affinity = plic_set_affinity,
	.cpu_starting = plic_cpu_starting,
};

static void __init silence_context(unsigned int ctx)
{
	for (u32 word = 0; word <= nr_sources / 32; word++)
		writel(0, regs + ENABLE(ctx) + 4 * word);
	writel(0, regs + THRESHOLD(ctx));
}

/* The contexts of supervisors: their numbers are the places in interrupts-extended. */
static const char *__init find_contexts(const struct device *dev, u64 size)
{
	u32 pos = 0;
	int index = -1, cpu, err;

	while (!(err = device_next_ext_irq(dev, &pos, &index, &cpu))) {
		if (index >= MAX_CONTEXTS || CLAIM(index) + 4 > size)
			return "reg is too small for its contexts";
		silence_context((unsigned int)index);
		if (cpu >= 0 && !context[cpu])
			context[cpu] = (u16)(index + 1);
	}
	if (err != -ENOENT)
		return "interrupts-extended is damaged";
	return context[0] ? NULL : "no context for the boot hart";
}

const char *__init plic_probe(const struct device *dev)
{
	const char *why;
	void *desc;
	u64 size;

	if (nr_irqs)
		return "there is an interrupt controller already";
	if (fdt_getprop_u32(dev->scan->fdt, dev->node, "riscv,ndev", &nr_sources) || !nr_sources ||
	    nr_sources > MAX_SOURCES)
		return "riscv,ndev is not 1 to 1023";
	why = device_map(dev, CLAIM(0) + 4, &regs, &size, NULL);
	if (why)
		return why;
	for (u32 irq = 1; irq <= nr_sources; irq++)
		plic_mask(irq);
	why = find_contexts(dev, size);
	if (why)
		return why;
	desc = dev->env->alloc(irq_desc_size(nr_sources + 1));
	if (!desc)
		return "no memory";
	device_set_irqchip(dev);
	irq_register_chip(&plic, nr_sources + 1, desc);
	return NULL;
}
