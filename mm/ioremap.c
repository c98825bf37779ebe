// SPDX-License-Identifier: BSD-2-Clause
/*
 * Device memory in the vmalloc region. Which part of the region is taken is in a sorted
 * array; an unmapped page follows each area, so that running past one is noticed.
 */
#include <kernel/errno.h>
#include <kernel/ioremap.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <asm/layout.h>

struct area {
	unsigned long start, size; /* without the guard page */
};

static struct area areas[64];
static unsigned int nr_areas;
static spinlock_t lock; /* of both, and held while a gap's tables are freed */

static struct vm_region region(void)
{
	return vm_region(VM_VMALLOC, kernel_pgtable.geometry->input_bits);
}

/* Where the free space before area @i begins and ends. */
static unsigned long gap_start(unsigned int i)
{
	return i ? areas[i - 1].start + areas[i - 1].size + PAGE_SIZE : region().start;
}

static unsigned long gap_end(unsigned int i)
{
	return i < nr_areas ? areas[i].start : region().last + 1;
}

/* Bytes of the largest leaf that lies wholly in the physical range. */
static unsigned long largest_leaf(phys_addr_t pa, size_t size)
{
	unsigned int level = kernel_pgtable.geometry->max_leaf_level;

	while (level && ALIGN(pa, pgtable_leaf_size(level)) + pgtable_leaf_size(level) > pa + size)
		level--;
	return pgtable_leaf_size(level);
}

/* First fit; as far from a multiple of the largest leaf as @pa is. 0: no room. */
static unsigned long take_area(phys_addr_t pa, size_t size)
{
	unsigned long leaf = largest_leaf(pa, size), va = 0;

	spin_lock(&lock);
	for (unsigned int i = 0; !va && i <= nr_areas && nr_areas < ARRAY_SIZE(areas); i++) {
		unsigned long start = gap_start(i), end = gap_end(i);

		start += (pa - start) & (leaf - 1);
		if (start >= end || end - start <= size)
			continue;
		memmove(&areas[i + 1], &areas[i], (nr_areas - i) * sizeof(areas[0]));
		areas[i] = (struct area){ start, size };
		nr_areas++;
		va = start;
	}
	spin_unlock(&lock);
	return va;
}

/* Unmaps it too. Tables that only the free space around it used are freed. */
static bool give_area(unsigned long va)
{
	unsigned int i = 0;
	int err = -ENOENT;

	spin_lock(&lock);
	while (i < nr_areas && areas[i].start != va)
		i++;
	if (i < nr_areas) {
		err = pgtable_unmap(&kernel_pgtable, va, areas[i].size);
		nr_areas--;
		memmove(&areas[i], &areas[i + 1], (nr_areas - i) * sizeof(areas[0]));
		if (!err)
			err = pgtable_merge(&kernel_pgtable, gap_start(i),
					    gap_end(i) - gap_start(i));
	}
	spin_unlock(&lock);
	return err >= 0;
}

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
 * is anyway, and NC only an offer to be faster.
 */
static void *map_device(phys_addr_t pa, size_t size, u64 type)
{
	unsigned long offset = pa & ~PAGE_MASK, va;
	phys_addr_t end = pa + size;
	u64 prot = PAGE_KERNEL.val | (kernel_pgtable.svpbmt ? type : 0);

	if (!size || end < pa || end > -PAGE_SIZE)
		return NULL;
	pa -= offset;
	size = ALIGN(size + offset, PAGE_SIZE);
	if (has_ram(pa, size)) {
		pr_warn("ioremap: 0x%llx-0x%llx is RAM, in part at least\n", pa, pa + size);
		return NULL;
	}
	va = take_area(pa, size);
	if (!va)
		return NULL;
	if (pgtable_map(&kernel_pgtable, va, pa, size, __pgprot(prot), 0)) {
		give_area(va);
		return NULL;
	}
	return (void *)(va + offset);
}

void *ioremap(phys_addr_t pa, size_t size)
{
	return map_device(pa, size, _PAGE_IO);
}

void *ioremap_wc(phys_addr_t pa, size_t size)
{
	return map_device(pa, size, _PAGE_NC);
}

void iounmap(volatile void *addr)
{
	if (addr && !give_area((unsigned long)addr & PAGE_MASK))
		pr_warn("iounmap: nothing of ioremap() is at 0x%lx\n", (unsigned long)addr);
}
