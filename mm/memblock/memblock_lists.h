/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MM_MEMBLOCK_LISTS_H
#define MM_MEMBLOCK_LISTS_H

/* What memblock.c, which changes the lists, and memblock_look.c have in common. */
#include <kernel/memblock.h>

/* Ends are exclusive, so the very last byte of the address space has no name. */
#define PHYS_ADDR_MAX (~(phys_addr_t)0)

static inline phys_addr_t range_end(phys_addr_t base, phys_addr_t size)
{
	return size > PHYS_ADDR_MAX - base ? PHYS_ADDR_MAX : base + size;
}

static inline phys_addr_t region_end(const struct memblock_region *r)
{
	return r->base + r->size; /* cannot wrap: range_end() made it */
}

/* The number of regions that end at or below @addr: the index of the first that does not. */
static inline u32 nr_ending_by(const struct memblock_type *type, phys_addr_t addr)
{
	u32 low = 0, high = type->cnt;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (region_end(&type->regions[mid]) <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

#endif
