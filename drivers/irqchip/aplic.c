// SPDX-License-Identifier: BSD-2-Clause
/*
 * RISC-V advanced PLIC, AIA 1.0 chapter 4: the domain of supervisors. It interrupts a hart
 * itself ("direct"), or writes a message with the source's number to the hart's IMSIC.
 */
#include <kernel/driver.h>
#include <kernel/errno.h>
#include <kernel/interrupt.h>
#include <kernel/percpu.h>
#include <asm/io.h>
#include "imsic.h"

/* AIA 1.0 section 4.5: the memory map */
#define DOMAINCFG      0x0000
#define DOMAINCFG_IE   (1U << 8)
#define DOMAINCFG_DM   (1U << 2)
#define SOURCECFG(irq) (4UL * (irq))
#define CLRIE          0x1f00 /* a bit for each source */
#define SETIENUM       0x1edc /* these by its number */
#define CLRIENUM       0x1fdc
#define SETIPNUM_LE    0x2000
#define TARGET(irq)    (0x3000 + 4UL * (irq))
#define TARGET_HART(n) ((u32)(n) << 18)
#define IDC(hart)      (0x4000 + 32UL * (hart))
#define IDELIVERY      0x00
#define IFORCE         0x04
#define ITHRESHOLD     0x08
#define CLAIMI         0x1c
#define MAX_SOURCES    1023
#define MAX_HARTS      (1U << 14)

/* Source modes, AIA 1.0 section 4.5.2 */
#define SM_EDGE1  4
#define SM_EDGE0  5
#define SM_LEVEL1 6
#define SM_LEVEL0 7

static volatile u8 *regs;
static u32 nr_sources;
static u32 idc[NR_CPUS]; /* plus 1; 0: none */

static void aplic_mask(unsigned int irq)
{
	writel(irq, regs + CLRIENUM);
}

static void aplic_unmask(unsigned int irq)
{
	writel(irq, regs + SETIENUM);
}

static int aplic_set_type(unsigned int irq, unsigned int type)
{
	static const u8 modes[IRQF_TRIGGER_MASK + 1] = {
		[IRQF_TRIGGER_RISING] = SM_EDGE1,
		[IRQF_TRIGGER_FALLING] = SM_EDGE0,
		[IRQF_TRIGGER_HIGH] = SM_LEVEL1,
		[IRQF_TRIGGER_LOW] = SM_LEVEL0,
	};

	if (!modes[type])
		return -EINVAL;
	writel(modes[type], regs + SOURCECFG(irq));
	return readl(regs + SOURCECFG(irq)) == modes[type] ? 0 : -EINVAL;
}

/* --- Direct --- */

static unsigned int direct_claim(void)
{
	u32 hart = idc[smp_processor_id()];

	return hart ? readl(regs + IDC(hart - 1) + CLAIMI) >> 16 : 0;
}

static void open_idc(u32 hart)
{
	writel(0, regs + IDC(hart) + IFORCE);
	writel(0, regs + IDC(hart) + ITHRESHOLD); /* lets all pass */
	writel(1, regs + IDC(hart) + IDELIVERY);
}

static void direct_cpu_starting(void)
{
	u32 hart = idc[smp_processor_id()];

	if (hart)
		open_idc(hart - 1);
}

static int direct_set_affinity(unsigned int irq, unsigned int cpu)
{
	if (!idc[cpu])
		return -ENXIO;
	writel(TARGET_HART(idc[cpu] - 1) | 1, regs + TARGET(irq)); /* priority 1 */
	return 0;
}

static const struct irq_chip aplic_direct = {
	.name = "aplic",
	.claim = direct_claim,
	.mask = aplic_mask,
	.unmask = aplic_unmask,
	.set_type = aplic_set_type,
	.set_affinity = direct_set_affinity,
	.cpu_starting = direct_cpu_starting,
};

/* --- By messages --- */

/* Does nothing to a level that does not stand. */
static void msi_retrigger(unsigned int irq)
{
	writel(irq, regs + SETIPNUM_LE);
}

/* A level is told once, when it rises: tell it again if it still stands (AIA 1.0 section 4.9.2). */
static void msi_eoi(unsigned int irq)
{
	u32 mode = readl(regs + SOURCECFG(irq));

	if (mode == SM_LEVEL1 || mode == SM_LEVEL0)
		msi_retrigger(irq);
}

static void msi_unmask(unsigned int irq)
{
	msi_eoi(irq);
	aplic_unmask(irq);
}

static int msi_set_affinity(unsigned int irq, unsigned int cpu)
{
	int hart = imsic_enable(irq, cpu);

	if (hart < 0)
		return hart;
	writel(TARGET_HART(hart) | irq, regs + TARGET(irq));
	return 0;
}

static const struct irq_chip aplic_msi = {
	.name = "aplic+imsic",
	.claim = imsic_claim,
	.eoi = msi_eoi,
	.mask = aplic_mask,
	.unmask = msi_unmask,
	.retrigger = msi_retrigger,
	.set_type = aplic_set_type,
	.set_affinity = msi_set_affinity,
	.cpu_starting = imsic_cpu_starting,
};

/* --- The device tree --- */

/* The number of a hart among the domain's: as listed, or in the order of interrupts-extended. */
static u32 __init hart_number(const struct device *dev, u32 index)
{
	u32 len;
	const u8 *list = fdt_getprop(dev->scan->fdt, dev->node, "riscv,hart-indexes", &len);

	return list && index < len / 4 ? (u32)fdt_read_number(list + 4 * index, 1) : index;
}

static const char *__init find_harts(const struct device *dev, u64 size)
{
	u32 pos = 0, hart;
	int index = -1, cpu, err;

	while (!(err = device_next_ext_irq(dev, &pos, &index, &cpu))) {
		hart = hart_number(dev, (u32)index);
		if (hart >= MAX_HARTS || IDC(hart + 1) > size)
			return "reg is too small for its harts";
		open_idc(hart);
		if (cpu >= 0 && !idc[cpu])
			idc[cpu] = hart + 1;
	}
	if (err != -ENOENT)
		return "interrupts-extended is damaged";
	return idc[0] ? NULL : "no entry for the boot hart";
}

/* NULL: it is the supervisor's; *@msi: it sends messages */
static const char *__init whose(const struct device *dev, bool *msi)
{
	const struct fdt *fdt = dev->scan->fdt;
	const struct fdt_intc *parent;
	int index = -1, cpu, err;
	u32 phandle, pos = 0;

	*msi = fdt_getprop(fdt, dev->node, "msi-parent", NULL);
	if (*msi) {
		if (fdt_getprop_u32(fdt, dev->node, "msi-parent", &phandle) || !phandle)
			return "msi-parent is damaged";
		parent = fdt_find_intc(dev->scan, phandle, 0);
		if (!parent)
			return "there is no node for its msi-parent";
		return parent->node == imsic_node() ? NULL : NOT_OURS;
	}
	err = device_next_ext_irq(dev, &pos, &index, &cpu);
	if (err == -ENOENT)
		return index ? NOT_OURS : "neither interrupts-extended nor msi-parent";
	return err ? "interrupts-extended is damaged" : NULL;
}

static void __init silence(void)
{
	writel(0, regs + DOMAINCFG);
	for (u32 word = 0; word <= nr_sources / 32; word++)
		writel(~0U, regs + CLRIE + 4 * word);
	for (u32 irq = 1; irq <= nr_sources; irq++)
		writel(0, regs + SOURCECFG(irq)); /* inactive: nor is it pending */
}

const char *__init aplic_probe(const struct device *dev)
{
	const char *why;
	u32 wanted;
	void *desc;
	u64 size;
	bool msi;

	why = whose(dev, &msi);
	if (why)
		return why;
	if (nr_irqs)
		return "there is an interrupt controller already";
	if (fdt_getprop_u32(dev->scan->fdt, dev->node, "riscv,num-sources", &nr_sources) ||
	    !nr_sources || nr_sources > MAX_SOURCES)
		return "riscv,num-sources is not 1 to 1023";
	why = device_map(dev, IDC(0), &regs, &size, NULL);
	if (why)
		return why;
	silence();
	why = msi ? NULL : find_harts(dev, size);
	if (why)
		return why;
	wanted = DOMAINCFG_IE | (msi ? DOMAINCFG_DM : 0);
	writel(wanted, regs + DOMAINCFG);
	if ((readl(regs + DOMAINCFG) & (DOMAINCFG_IE | DOMAINCFG_DM)) != wanted)
		return msi ? "it does not send messages" : "it only sends messages";
	nr_sources = msi ? min(nr_sources, imsic_nr_ids()) : nr_sources;
	desc = dev->env->alloc(irq_desc_size(nr_sources + 1));
	if (!desc)
		return "no memory";
	device_set_irqchip(dev);
	irq_register_chip(msi ? &aplic_msi : &aplic_direct, nr_sources + 1, desc);
	return NULL;
}
