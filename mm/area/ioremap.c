// SPDX-License-Identifier: BSD-2-Clause
/*
 * Device memory in the vmalloc region.
 */
#include <kernel/ioremap.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/sizes.h>
#include "vm_area.h"

static bool has_ram(phys_addr_t pa, size_t size)
{
	phys_addr_t start, end;

	for_each_map_mem_range(cursor, &start, &end)
		if (pa < end && start < pa + size)
			return true;
	return false;
}

/*
 * Without Svpbmt, and with type 0, an access is of the kind that the physical memory
 * attributes give the address (Priv 20250508 chapter 14): I/O for a device. So IO is what it
 * is anyway.
 */
void *ioremap(phys_addr_t pa, size_t size)
{
	unsigned long offset = pa & ~PAGE_MASK;
	struct vm_area *area;
	phys_addr_t end = pa + size;
	u64 prot = PAGE_KERNEL.val | (kernel_pgtable.svpbmt ? _PAGE_IO : 0);

	if (!size || end < pa || end > -PAGE_SIZE)
		return NULL;
	pa -= offset;
	size = ALIGN(size + offset, PAGE_SIZE);
	if (has_ram(pa, size)) {
		pr_warn("ioremap: 0x%llx-0x%llx is RAM, in part at least\n", pa, pa + size);
		return NULL;
	}
	area = vm_area_create(VM_AREA_IOREMAP, size, pa, size);
	if (!area)
		return NULL;
	if (pgtable_map(&kernel_pgtable, area->start, pa, size, __pgprot(prot), 0)) {
		vm_area_destroy(VM_AREA_IOREMAP, area->start);
		return NULL;
	}
	return (void *)(area->start + offset);
}

void iounmap(volatile void *addr)
{
	if (addr && !vm_area_destroy(VM_AREA_IOREMAP, (unsigned long)addr & PAGE_MASK))
		pr_warn("iounmap: nothing of ioremap() is at 0x%lx\n", (unsigned long)addr);
}
