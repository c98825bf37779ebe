/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_MEMBLOCK_H
#define KERNEL_MEMBLOCK_H

#include <kernel/types.h>

/*
 * Boot memory, with Linux's names and meaning: two sorted lists of regions,
 * what is RAM and what of it is taken. All addresses are physical and in bytes,
 * ranges are half-open. One hart, no locks; used until the page allocator takes
 * over. The arrays are static: a full one is an error (-ENOSPC), not a crash.
 * Ranges that pass 2^64 are cut at 2^64 - 1, so the last byte of the address
 * space can be neither declared nor taken; size 0 is a no-op everywhere.
 *
 * Context of every function: any, MMU on or off, the boot hart only.
 */

enum memblock_flags {
	MEMBLOCK_NONE = 0,
	MEMBLOCK_NOMAP = 1 << 0, /* exists, but never enters the linear map */
};

struct memblock_region {
	phys_addr_t base;
	phys_addr_t size;
	enum memblock_flags flags;
	char owner[24]; /* who reserved it, for people */
};

#define MEMBLOCK_REGIONS 128

struct memblock_type {
	u32 cnt;
	phys_addr_t total_size;
	struct memblock_region regions[MEMBLOCK_REGIONS]; /* sorted, disjoint, no empty ones */
	char name[12];
};

struct memblock {
	struct memblock_type memory;
	struct memblock_type reserved;
};

extern struct memblock memblock;

/**
 * memblock_init() - forget everything; must come before all other calls
 */
void memblock_init(void);

/**
 * memblock_close() - the page allocator takes over: nothing is given out from here on
 * An allocation is refused and reported, a change is -EPERM, but for memblock_phys_free(),
 * which is free_reserved_area()'s then. What the lists say stays, for those who ask.
 */
void memblock_close(void);

/**
 * memblock_add() - declare RAM
 * @base: first byte
 * @size: bytes
 *
 * Overlaps with RAM already known merge; what is NOMAP there stays NOMAP.
 * Return: 0 or -ENOSPC (list full, nothing changed).
 */
int __must_check memblock_add(phys_addr_t base, phys_addr_t size);

/** memblock_remove() - forget RAM, NOMAP or not; reservations stay. Return: as memblock_add(). */
int __must_check memblock_remove(phys_addr_t base, phys_addr_t size);

/**
 * memblock_reserve() - take a range out of what may be allocated
 * @owner: shown in listings, copied and cut to 23 characters; where ranges
 *         overlap the first one keeps its part and this one gets the gaps.
 *         Neighbours merge when their (cut) owners are equal
 *
 * The range need not be RAM.
 * Return: 0 or -ENOSPC (list full, nothing changed).
 */
int __must_check memblock_reserve(phys_addr_t base, phys_addr_t size, const char *owner);

/** memblock_phys_free() - undo reservations, also part of one, whoever the owner is. */
int __must_check memblock_phys_free(phys_addr_t base, phys_addr_t size);

/**
 * memblock_mark_nomap() - keep this part of RAM out of the linear map (splits regions)
 *
 * What of the range is not RAM is passed over.
 * Return: 0 or -ENOSPC (list full, nothing changed).
 */
int __must_check memblock_mark_nomap(phys_addr_t base, phys_addr_t size);

/**
 * memblock_enforce_memory_limit() - keep only the first @limit bytes of RAM
 * @limit: an amount of memory, not an address; holes do not count, NOMAP does;
 *         0, or more than there is, changes nothing
 *
 * As in Linux everything above the address where the amount is reached goes:
 * RAM, NOMAP or not, and also reservations, which are cut there. So a reserved
 * range (a device tree, say) above the cut is no longer protected by this list,
 * nor need it be: it is not RAM any more.
 * Return: 0; nothing is split, so a full list is no obstacle.
 */
int __must_check memblock_enforce_memory_limit(phys_addr_t limit);

/**
 * memblock_phys_alloc() - allocate
 * @size:  bytes; 0 is refused
 * @align: a power of two; all else is refused
 * @owner: as memblock_reserve()
 *
 * The highest place that fits, never NOMAP memory, never physical page 0, reserved on return.
 * The memory is not cleared.
 * Return: the address; 0 when nothing fits or the list of reservations is full.
 */
phys_addr_t __must_check memblock_phys_alloc(phys_addr_t size, phys_addr_t align,
					     const char *owner);

/* Bytes of RAM including NOMAP; bytes reserved, RAM or not. */
phys_addr_t memblock_phys_mem_size(void);
phys_addr_t memblock_reserved_size(void);

/* First byte of RAM and the first behind it, NOMAP included; 0 and 0 without any. */
phys_addr_t memblock_start_of_DRAM(void);
phys_addr_t memblock_end_of_DRAM(void);

bool memblock_is_memory(phys_addr_t addr);
bool memblock_is_map_memory(phys_addr_t addr);
bool memblock_is_reserved(phys_addr_t addr);

/*
 * Whether all of the range is RAM (one region or several, NOMAP or not), and
 * whether any of it is reserved. Both false for an empty range.
 */
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size);
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size);

/** memblock_reserved_by() - who has reserved the lowest taken byte of the range, or NULL */
const char *memblock_reserved_by(phys_addr_t base, phys_addr_t size);

/*
 * Iteration. The cursor starts at 0, or at the address from which on ranges are of
 * interest, and is opaque then; each call gives the next
 * range in ascending order and returns false when there is none, and then
 * leaves all three alone. Regions may be added, reserved or allocated meanwhile:
 * iteration goes on behind the range given last.
 * Free = memory that is neither reserved nor NOMAP (page 0 too: that allocations
 * keep off it is theirs to do); map = memory that is not NOMAP.
 */
bool memblock_next_free_range(u64 *cursor, phys_addr_t *start, phys_addr_t *end);
bool memblock_next_map_range(u64 *cursor, phys_addr_t *start, phys_addr_t *end);

#define for_each_free_mem_range(cur, start, end) \
	for (u64 cur = 0; memblock_next_free_range(&cur, start, end);)
#define for_each_map_mem_range(cur, start, end) \
	for (u64 cur = 0; memblock_next_map_range(&cur, start, end);)

#endif
