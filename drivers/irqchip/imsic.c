// SPDX-License-Identifier: BSD-2-Clause
/*
 * RISC-V incoming MSI controllers, AIA 1.0 chapter 3: a file of pending and enabled bits for
 * each hart, which only that hart reaches, by CSRs. Its messages come from the APLIC.
 */
#include <kernel/driver.h>
#include <kernel/errno.h>
#include <kernel/percpu.h>
#include <kernel/smp.h>
#include <asm/csr.h>
#include <asm/irqflags.h>
#include "imsic.h"

/* Registers behind siselect, AIA 1.0 section 3.8; with 64 bits only the even ones exist */
#define EIDELIVERY  0x70
#define EITHRESHOLD 0x72
#define EIP0        0x80
#define EIE0        0xc0

#define FILE_SHIFT  12 /* each file is a page for messages */
#define MIN_IDS     63
#define MAX_IDS     2047
#define MAX_HARTS   (1U << 14) /* the APLIC has so many bits for one */

/* How an address is made of group, hart and guest; the bindings of riscv,imsics */
struct layout {
	u32 guest_bits, hart_bits, group_bits, group_shift;
};

static int node = -ENOENT;
static u32 nr_ids;
static int hart_index[NR_CPUS]; /* plus 1; 0: no file */
static bool ready[NR_CPUS];

int imsic_node(void)
{
	return node;
}

u32 imsic_nr_ids(void)
{
	return nr_ids;
}

/* --- The running hart's file --- */

static void write_file(unsigned long reg, unsigned long value)
{
	csr_write(CSR_SISELECT, reg);
	csr_write(CSR_SIREG, value);
}

/* What firmware left there is forgotten. */
static void init_file(void)
{
	write_file(EIDELIVERY, 0);
	for (u32 word = 0; word <= nr_ids / 64; word++) {
		write_file(EIE0 + 2 * word, 0);
		write_file(EIP0 + 2 * word, 0);
	}
	write_file(EITHRESHOLD, 0); /* lets all pass */
	write_file(EIDELIVERY, 1);
	ready[smp_processor_id()] = true;
}

static void enable_here(void *info)
{
	unsigned int id = *(unsigned int *)info;
	unsigned long flags;

	local_irq_save(flags); /* siselect and sireg belong together */
	if (!ready[smp_processor_id()])
		init_file();
	csr_write(CSR_SISELECT, EIE0 + id / 64 * 2);
	csr_set(CSR_SIREG, 1UL << id % 64);
	local_irq_restore(flags);
}

void imsic_cpu_starting(void)
{
	ready[smp_processor_id()] = false;
}

unsigned int imsic_claim(void)
{
	return (unsigned int)(csr_swap(CSR_STOPEI, 0) >> 16);
}

int imsic_enable(unsigned int id, unsigned int cpu)
{
	if (cpu >= NR_CPUS || !hart_index[cpu] ||
	    smp_call_function_single(cpu, enable_here, &id, true))
		return -ENXIO;
	return hart_index[cpu] - 1;
}

/* --- The device tree --- */

static u32 __init number(const struct device *dev, const char *name, u32 otherwise)
{
	u32 value;

	return fdt_getprop_u32(dev->scan->fdt, dev->node, name, &value) ? otherwise : value;
}

static bool __init read_layout(const struct device *dev, u32 nr_files, struct layout *l)
{
	u32 bits = 0;

	while (1U << bits < nr_files)
		bits++;
	l->guest_bits = number(dev, "riscv,guest-index-bits", 0);
	l->hart_bits = number(dev, "riscv,hart-index-bits", bits);
	l->group_bits = number(dev, "riscv,group-index-bits", 0);
	l->group_shift = number(dev, "riscv,group-index-shift", 2 * FILE_SHIFT);
	return l->guest_bits < 8 && l->hart_bits < 16 && l->group_bits < 8 &&
	       l->group_shift >= 2 * FILE_SHIFT && l->group_shift < 56;
}

/* Files lie one behind the other in the ranges of reg. */
static int __init file_address(const struct device *dev, const struct layout *l, u32 index,
			       u64 *addr)
{
	const u32 shift = FILE_SHIFT + l->guest_bits;
	u64 start, size;

	for (u32 range = 0; !fdt_reg(dev->scan->fdt, dev->parent, dev->node, range, &start, &size);
	     range++) {
		if (index < size >> shift) {
			*addr = start + ((u64)index << shift);
			return 0;
		}
		index -= (u32)(size >> shift);
	}
	return -ENOENT;
}

/* AIA 1.0 section 4.9.1: what the APLIC makes an address of */
static u64 __init index_of(const struct layout *l, u64 addr)
{
	u64 hart = addr >> (FILE_SHIFT + l->guest_bits) & ((1UL << l->hart_bits) - 1);

	return (addr >> l->group_shift & ((1UL << l->group_bits) - 1)) << l->hart_bits | hart;
}

static const char *__init find_files(const struct device *dev, const struct layout *l)
{
	u32 pos = 0;
	int index = -1, cpu, err;
	u64 addr;

	while (!(err = device_next_ext_irq(dev, &pos, &index, &cpu))) {
		if (file_address(dev, l, (u32)index, &addr) || index_of(l, addr) >= MAX_HARTS)
			return "no usable reg for each hart";
		if (cpu >= 0 && !hart_index[cpu])
			hart_index[cpu] = (int)index_of(l, addr) + 1;
	}
	if (err != -ENOENT)
		return "interrupts-extended is damaged";
	return hart_index[0] ? NULL : "no file for the boot hart";
}

/* Whether these are the supervisor's; *@nr: files */
static bool __init ours(const struct device *dev, int *nr)
{
	bool found = false;
	u32 pos = 0;
	int cpu;

	*nr = -1;
	while (!device_next_ext_irq(dev, &pos, nr, &cpu))
		found = true;
	return found;
}

const char *__init imsic_probe(const struct device *dev)
{
	struct layout layout;
	unsigned int none = 0;
	const char *why;
	int nr_files;

	if (!ours(dev, &nr_files))
		return nr_files ? NOT_OURS : "no usable interrupts-extended";
	nr_ids = number(dev, "riscv,num-ids", 0);
	if (nr_ids < MIN_IDS || nr_ids > MAX_IDS)
		return "riscv,num-ids is not 63 to 2047";
	if (!read_layout(dev, (u32)nr_files, &layout))
		return "the bits of its addresses make no sense";
	why = find_files(dev, &layout);
	if (why)
		return why;
	enable_here(&none); /* bit 0 is no identity: sets the file up, or traps */
	node = dev->node;
	return NULL;
}
