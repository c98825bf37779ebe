/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_MEMBLOCK_H
#define KERNEL_MEMBLOCK_H

#include <kernel/types.h>

/*
 * Boot memory, with Linux's names and meaning: two sorted lists of regions,
 * what is RAM and what of it is taken. All addresses are physical and in bytes,
 * ranges are half-open. One hart, no locks; used until the page allocator takes
 * over. The arrays are static: a full one is an error (-ENOSPC), not a crash.
 */

enum memblock_flags {
	MEMBLOCK_NONE = 0,
	MEMBLOCK_NOMAP = 1 << 0, /* exists, but never enters the linear map */
};

struct memblock_region {
	phys_addr_t base;
	phys_addr_t size;
	enum memblock_flags flags;
	char owner[16]; /* who reserved it, for people */
};

#define MEMBLOCK_REGIONS 128

struct memblock_type {
	u32 cnt;
	phys_addr_t total_size;
	struct memblock_region regions[MEMBLOCK_REGIONS]; /* sorted, disjoint, no empty ones */
	char name[12];
};

struct memblock {
	bool bottom_up;
	phys_addr_t current_limit; /* allocations stay below it */
	struct memblock_type memory;
	struct memblock_type reserved;
};

extern struct memblock memblock;

/**
 * memblock_init() - forget everything; must come before all other calls
 */
void memblock_init(void);

/**
 * memblock_add() - declare RAM
 * @base: first byte
 * @size: bytes; 0 is a no-op; a range past 2^64 is cut at 2^64 - 1
 *
 * Overlaps with RAM already known merge.
 * Return: 0 or -ENOSPC (list full, nothing changed).
 */
int __must_check memblock_add(phys_addr_t base, phys_addr_t size);
int __must_check memblock_remove(phys_addr_t base, phys_addr_t size);

/**
 * memblock_reserve() - take a range out of what may be allocated
 * @owner: shown in listings, copied and cut to fit; where ranges of different
 *         owners overlap the first one keeps its part
 *
 * Return: 0 or -ENOSPC (list full, nothing changed).
 */
int __must_check memblock_reserve(phys_addr_t base, phys_addr_t size, const char *owner);

/** memblock_phys_free() - undo a reservation, also part of one. */
int __must_check memblock_phys_free(phys_addr_t base, phys_addr_t size);

/** memblock_mark_nomap() - keep this part of RAM out of the linear map (splits regions). */
int __must_check memblock_mark_nomap(phys_addr_t base, phys_addr_t size);
int __must_check memblock_clear_nomap(phys_addr_t base, phys_addr_t size);

/**
 * memblock_cap_memory_range() - forget all RAM outside [base, base + size)
 */
int __must_check memblock_cap_memory_range(phys_addr_t base, phys_addr_t size);

/**
 * memblock_enforce_memory_limit() - keep only the first @limit bytes of RAM
 * @limit: an amount of memory, not an address; holes do not count
 */
int __must_check memblock_enforce_memory_limit(phys_addr_t limit);

/**
 * memblock_phys_alloc_range() - allocate
 * @size:  bytes; 0 is refused
 * @align: a power of two
 * @start: lowest address allowed
 * @end:   first address not allowed; MEMBLOCK_ALLOC_ACCESSIBLE = current_limit
 * @owner: as memblock_reserve()
 *
 * Top down (lowest first when bottom_up is set), never NOMAP memory, never
 * physical page 0. The memory is not cleared.
 * Return: the address, or 0 when nothing fits.
 */
#define MEMBLOCK_ALLOC_ACCESSIBLE ((phys_addr_t)0)
phys_addr_t __must_check memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align,
						   phys_addr_t start, phys_addr_t end,
						   const char *owner);
phys_addr_t __must_check memblock_phys_alloc(phys_addr_t size, phys_addr_t align,
					     const char *owner);

void memblock_set_current_limit(phys_addr_t limit);
void memblock_set_bottom_up(bool enable);

phys_addr_t memblock_phys_mem_size(void);
phys_addr_t memblock_reserved_size(void);
phys_addr_t memblock_start_of_DRAM(void);
phys_addr_t memblock_end_of_DRAM(void);

bool memblock_is_memory(phys_addr_t addr);
bool memblock_is_map_memory(phys_addr_t addr);
bool memblock_is_reserved(phys_addr_t addr);
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size);
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size);

/*
 * Iteration. The cursor starts at 0 and is opaque; each call gives the next
 * range in ascending order and returns false when there is none.
 * Free = memory that is neither reserved nor NOMAP; map = memory that is not NOMAP.
 */
bool memblock_next_free_range(u64 *cursor, phys_addr_t *start, phys_addr_t *end);
bool memblock_next_map_range(u64 *cursor, phys_addr_t *start, phys_addr_t *end);

#define for_each_free_mem_range(cur, start, end) \
	for (u64 cur = 0; memblock_next_free_range(&cur, start, end);)
#define for_each_map_mem_range(cur, start, end) \
	for (u64 cur = 0; memblock_next_map_range(&cur, start, end);)

#endif
