// SPDX-License-Identifier: BSD-2-Clause
/* What the linear map is made of, in numbers: what it costs to leave firmware's memory out. */
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/sizes.h>
#include <asm/linear.h>

/* Bytes of the leaf pgtable_map() takes at @pa for the first of @left bytes. */
static unsigned long leaf_at(phys_addr_t pa, unsigned long left)
{
	const unsigned long aligned = pa | (pa + kernel_map.va_pa_offset);
	unsigned int level = kernel_pgtable.geometry->max_leaf_level;

	for (; level; level--)
		if (IS_ALIGNED(aligned, pgtable_leaf_size(level)) &&
		    left >= pgtable_leaf_size(level))
			return pgtable_leaf_size(level);
	if (kernel_pgtable.svnapot && IS_ALIGNED(aligned, SZ_64K) && left >= SZ_64K)
		return SZ_64K;
	return PAGE_SIZE;
}

static unsigned long leaves(phys_addr_t start, phys_addr_t end)
{
	unsigned long nr = 0;

	end = ALIGN_DOWN(end, PAGE_SIZE);
	for (start = ALIGN(start, PAGE_SIZE); start < end; nr++)
		start += leaf_at(start, end - start);
	return nr;
}

void linear_count(struct linear_count *count)
{
	phys_addr_t start = 0, end = 0;

	*count = (struct linear_count){ 0 };
	for (u32 i = 0; i < memblock.memory.cnt; i++) {
		const struct memblock_region *r = &memblock.memory.regions[i];

		if (r->flags & MEMBLOCK_NOMAP)
			count->ranges++;
		else
			count->leaves += leaves(r->base, r->base + r->size);
		if (r->base != end) {
			count->undivided += leaves(start, end);
			start = r->base;
		}
		end = r->base + r->size;
	}
	count->undivided += leaves(start, end);
}
