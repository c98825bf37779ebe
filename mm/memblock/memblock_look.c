// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the lists of boot memory say. Changes nothing, so any hart may ask at any time, long
 * after the boot: mm/memblock/memblock.c has closed the list of RAM by then.
 */
#include "memblock_lists.h"

/* 10 KiB that memblock_init() makes valid; not worth clearing twice. */
struct memblock memblock __noinit;

phys_addr_t memblock_phys_mem_size(void)
{
	return memblock.memory.total_size;
}

phys_addr_t memblock_reserved_size(void)
{
	return memblock.reserved.total_size;
}

phys_addr_t memblock_start_of_DRAM(void)
{
	return memblock.memory.cnt ? memblock.memory.regions[0].base : 0;
}

phys_addr_t memblock_end_of_DRAM(void)
{
	u32 cnt = memblock.memory.cnt;

	return cnt ? region_end(&memblock.memory.regions[cnt - 1]) : 0;
}

/* The region around @addr, or NULL. */
static const struct memblock_region *region_at(const struct memblock_type *type, phys_addr_t addr)
{
	u32 i = nr_ending_by(type, addr);

	return i < type->cnt && type->regions[i].base <= addr ? &type->regions[i] : NULL;
}

bool memblock_is_memory(phys_addr_t addr)
{
	return region_at(&memblock.memory, addr);
}

bool memblock_is_map_memory(phys_addr_t addr)
{
	const struct memblock_region *r = region_at(&memblock.memory, addr);

	return r && !(r->flags & MEMBLOCK_NOMAP);
}

bool memblock_is_reserved(phys_addr_t addr)
{
	return region_at(&memblock.reserved, addr);
}

bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size)
{
	const struct memblock_type *memory = &memblock.memory;
	phys_addr_t end = range_end(base, size);

	/* Neighbours with other flags are regions of their own, so there may be several. */
	for (u32 i = nr_ending_by(memory, base); base < end; i++) {
		if (i == memory->cnt || memory->regions[i].base > base)
			return false;
		base = region_end(&memory->regions[i]);
	}
	return size != 0;
}

const char *memblock_reserved_by(phys_addr_t base, phys_addr_t size)
{
	const struct memblock_type *reserved = &memblock.reserved;
	u32 i = nr_ending_by(reserved, base);

	if (!size || i == reserved->cnt || reserved->regions[i].base >= range_end(base, size))
		return NULL;
	return reserved->regions[i].owner;
}

bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size)
{
	return memblock_reserved_by(base, size);
}

/* The first free range that ends above @from, cut to start at or above it. */
static bool free_range_above(phys_addr_t from, phys_addr_t *start, phys_addr_t *end)
{
	const struct memblock_type *memory = &memblock.memory, *reserved = &memblock.reserved;
	u32 m = nr_ending_by(memory, from), r = nr_ending_by(reserved, from);

	for (; m < memory->cnt; m++) {
		const struct memblock_region *ram = &memory->regions[m];
		phys_addr_t low = max(ram->base, from), high = region_end(ram);

		if (ram->flags & MEMBLOCK_NOMAP)
			continue;
		for (; r < reserved->cnt && low < high; r++) {
			const struct memblock_region *taken = &reserved->regions[r];

			if (taken->base > low) {
				high = min(high, taken->base);
				break;
			}
			low = max(low, region_end(taken));
			if (low >= high)
				break; /* it may reach into the next region too */
		}
		if (low < high) {
			*start = low;
			*end = high;
			return true;
		}
	}
	return false;
}

/*
 * The cursor is the end of the range given last: an address stays meaningful when
 * the body of the loop changes the lists, which an index would not.
 */
bool memblock_next_free_range(u64 *cursor, phys_addr_t *start, phys_addr_t *end)
{
	if (!free_range_above(*cursor, start, end))
		return false;
	*cursor = *end;
	return true;
}

bool memblock_next_map_range(u64 *cursor, phys_addr_t *start, phys_addr_t *end)
{
	const struct memblock_type *memory = &memblock.memory;

	for (u32 i = nr_ending_by(memory, *cursor); i < memory->cnt; i++) {
		const struct memblock_region *r = &memory->regions[i];

		if (r->flags & MEMBLOCK_NOMAP)
			continue;
		*start = max(r->base, *cursor);
		*end = region_end(r);
		*cursor = *end;
		return true;
	}
	return false;
}
