// SPDX-License-Identifier: BSD-2-Clause
/* What drivers ask about their device: its registers, its interrupt, the harts it interrupts. */
#include <kernel/driver.h>
#include <kernel/errno.h>
#include <kernel/interrupt.h>
#include <kernel/percpu.h>
#include <asm/csr.h>

static int irqchip_node; /* 0, the root: there is none */

const char *__init device_map(const struct device *dev, u64 size, volatile u8 **regs, u64 *has,
			      u64 *pa)
{
	u64 addr, len;

	if (fdt_reg(dev->scan->fdt, dev->parent, dev->node, 0, &addr, &len))
		return "no usable reg";
	if (len < size)
		return "reg is too small";
	if (!dev->mapped)
		return "its bus translates addresses";
	*regs = dev->env->map(addr, len);
	if (!*regs)
		return "its registers cannot be mapped";
	if (has)
		*has = len;
	if (pa)
		*pa = addr;
	return NULL;
}

int __init device_irq(const struct device *dev, unsigned int *flags)
{
	struct fdt_irq irq;
	u32 pos = 0;
	int err = fdt_next_irq(dev->scan, dev->node, &dev->irq_parent, &pos, &irq);

	if (err)
		return err;
	if (!irqchip_node || irq.intc->node != irqchip_node || !irq.args[0] ||
	    irq.args[0] >= nr_irqs)
		return -EINVAL;
	*flags = irq.args[1] & IRQF_TRIGGER_MASK;
	return (int)irq.args[0];
}

void __init device_set_irqchip(const struct device *dev)
{
	irqchip_node = dev->node;
}

static int __init cpu_of_node(const struct fdt *fdt, int node)
{
	u64 hartid;

	if (fdt_getprop_number(fdt, node, "reg", &hartid))
		return -1;
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (harts[cpu]->hartid == hartid)
			return (int)cpu;
	return -1;
}

int __init device_next_ext_irq(const struct device *dev, u32 *pos, int *index, int *cpu)
{
	struct fdt_irq irq;
	int err;

	do {
		err = fdt_next_irq(dev->scan, dev->node, &dev->irq_parent, pos, &irq);
		++*index;
	} while (!err && irq.args[0] != IRQ_S_EXT);
	if (!err)
		*cpu = cpu_of_node(dev->scan->fdt, irq.intc->parent);
	return err;
}
