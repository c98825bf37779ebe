// SPDX-License-Identifier: BSD-2-Clause
/*
 * The address-space layout: one table for all modes. The boot log, the monitor, the
 * tests and the documentation's check read it; nothing else knows where a region is.
 */
#include <kernel/pgtable.h>
#include <asm/layout.h>

/*
 * With H = 2^(input_bits - 1), the kernel half starts at -H and a row reaches from
 * -H + start_eighth * H/8 + start_offset up to the same of its end.
 */
struct layout_row {
	char name[8];
	char use[36];
	u8 start_eighth;
	u8 end_eighth;
	long start_offset;
	long end_offset;
};

#define TOP(addr) ((long)(addr)) /* offset below 2^64, for rows that are the same in every mode */

static const struct layout_row layout_rows[NR_VM_REGIONS] = {
	[VM_LINEAR] = { "linear", "linear map of RAM", 0, 5, 0, 0 },
	[VM_VMALLOC] = { "vmalloc", "vmalloc and ioremap", 5, 6, 0, 0 },
	[VM_VMEMMAP] = { "vmemmap", "page metadata", 6, 7, 0, -(long)SZ_4G },
	[VM_KASAN] = { "kasan", "KASAN shadow", 7, 8, -(long)SZ_4G, -(long)SZ_4G },
	[VM_MODULES] = { "modules", "room for loadable code", 8, 8, -(long)SZ_4G,
			 TOP(FIXADDR_START) },
	[VM_FIXMAP] = { "fixmap", "fixed slots", 8, 8, TOP(FIXADDR_START), TOP(FDT_WINDOW_START) },
	[VM_FDT] = { "fdt", "device tree, until RAM is mapped", 8, 8, TOP(FDT_WINDOW_START),
		     TOP(FDT_WINDOW_START + FDT_WINDOW_SIZE) },
	[VM_IMAGE] = { "image", "the kernel", 8, 8, TOP(KERNEL_LINK_ADDR),
		       TOP(KERNEL_LINK_ADDR + IMAGE_WINDOW_SIZE) },
};

static unsigned long edge(unsigned int input_bits, unsigned int eighths, long offset)
{
	unsigned long half = 1UL << (input_bits - 1);

	return -half + eighths * (half / 8) + (unsigned long)offset;
}

struct vm_region vm_region(enum vm_region_id id, unsigned int input_bits)
{
	const struct layout_row *row = &layout_rows[id];

	return (struct vm_region){
		.name = row->name,
		.use = row->use,
		.start = edge(input_bits, row->start_eighth, row->start_offset),
		.last = edge(input_bits, row->end_eighth, row->end_offset) - 1,
	};
}

enum vm_region_id vm_region_of(unsigned long addr, unsigned int input_bits)
{
	for (unsigned int id = 0; id < NR_VM_REGIONS; id++) {
		struct vm_region region = vm_region(id, input_bits);

		if (addr >= region.start && addr <= region.last)
			return id;
	}
	return NR_VM_REGIONS;
}

/*
 * A multiple of the largest leaf that is of use, so that leaves of that size are legal; of a
 * smaller one where the RAM would not fit otherwise. Never of a page alone: to leave out less
 * than 2 MiB is cheaper than tables for all the rest.
 */
phys_addr_t linear_base(const struct pgtable_geometry *geometry, phys_addr_t start, phys_addr_t end)
{
	struct vm_region linear = vm_region(VM_LINEAR, geometry->input_bits);
	unsigned long window = linear.last - linear.start + 1;
	unsigned int level = geometry->base_level;

	while (pgtable_leaf_size(level) > SZ_2M &&
	       end - ALIGN_DOWN(start, pgtable_leaf_size(level)) > window)
		level--;
	return ALIGN_DOWN(start, pgtable_leaf_size(level));
}
