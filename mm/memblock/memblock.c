// SPDX-License-Identifier: BSD-2-Clause
/*
 * Boot memory: what is RAM and what of it is taken, before there is a page
 * allocator. Must not touch the memory it describes, nor print, but for the one
 * mistake of a caller that comes too late.
 * Called by the boot code of one hart only.
 *
 * Every change of a list goes through edit(): the part of the list the change
 * touches is first written anew into a draft, merged as far as it goes; only when
 * the result is known to fit does the draft replace the part. So a full list is
 * left as it was without any undoing, and a change costs what it touches plus the
 * move of the regions behind it.
 */
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/sizes.h>
#include <kernel/string.h>
#include "memblock_lists.h"

/* What an edit does to the parts of existing regions inside its range. */
enum inside {
	INSIDE_KEEP,
	INSIDE_DROP,
	INSIDE_DROP_MAPPED, /* NOMAP parts stay */
	INSIDE_SET_NOMAP,
	INSIDE_CLEAR_NOMAP,
};

static struct {
	u32 cnt;
	phys_addr_t size;
	struct memblock_region regions[MEMBLOCK_REGIONS];
} draft __noinit;

static bool closed;

/* The number of regions that start below @addr. */
static u32 nr_starting_below(const struct memblock_type *type, phys_addr_t addr)
{
	u32 nr = nr_ending_by(type, addr);

	/* Only the region around @addr can start below it and not end by it. */
	return nr < type->cnt && type->regions[nr].base < addr ? nr + 1 : nr;
}

/* Append a part; false when even an otherwise empty list could not hold the draft. */
static bool draft_add(phys_addr_t base, phys_addr_t end, const struct memblock_region *like,
		      enum memblock_flags flags)
{
	struct memblock_region *r = &draft.regions[draft.cnt];

	if (base >= end)
		return true;
	draft.size += end - base;
	if (draft.cnt && region_end(r - 1) == base && r[-1].flags == flags &&
	    !memcmp(r[-1].owner, like->owner, sizeof(like->owner))) {
		r[-1].size += end - base;
		return true;
	}
	if (draft.cnt == MEMBLOCK_REGIONS)
		return false;
	*r = *like;
	r->base = base;
	r->size = end - base;
	r->flags = flags;
	draft.cnt++;
	return true;
}

/* What is left of region @r when [base, end) is edited. */
static bool draft_add_old(const struct memblock_region *r, phys_addr_t base, phys_addr_t end,
			  enum inside inside)
{
	phys_addr_t r_end = region_end(r);
	enum memblock_flags flags = r->flags;
	bool drop = false;

	switch (inside) {
	case INSIDE_KEEP:
		return draft_add(r->base, r_end, r, flags);
	case INSIDE_DROP:
		drop = true;
		break;
	case INSIDE_DROP_MAPPED:
		drop = !(flags & MEMBLOCK_NOMAP);
		break;
	case INSIDE_SET_NOMAP:
		flags |= MEMBLOCK_NOMAP;
		break;
	case INSIDE_CLEAR_NOMAP:
		flags &= ~MEMBLOCK_NOMAP;
		break;
	}
	return draft_add(r->base, min(r_end, base), r, r->flags) &&
	       (drop || draft_add(max(r->base, base), min(r_end, end), r, flags)) &&
	       draft_add(max(r->base, end), r_end, r, r->flags);
}

/* Put the draft in place of regions [first, last). */
static int draft_commit(struct memblock_type *type, u32 first, u32 last, phys_addr_t old_size)
{
	u32 behind = type->cnt - last;
	struct memblock_region *at = &type->regions[first];

	if (first + draft.cnt + behind > MEMBLOCK_REGIONS)
		return -ENOSPC;
	if (behind && draft.cnt != last - first)
		memmove(at + draft.cnt, &type->regions[last], behind * sizeof(*at));
	for (u32 i = 0; i < draft.cnt; i++)
		at[i] = draft.regions[i];
	type->cnt = first + draft.cnt + behind;
	type->total_size += draft.size - old_size;
	return 0;
}

/*
 * Change [base, end): do @inside to what is there and, unless @fill is NULL, put
 * regions like it where nothing is. -ENOSPC: the list is full and unchanged.
 */
static int edit(struct memblock_type *type, phys_addr_t base, phys_addr_t end, enum inside inside,
		const struct memblock_region *fill)
{
	phys_addr_t done = base; /* [base, done) holds no more gaps */
	phys_addr_t old_size = 0;
	u32 first, last;

	if (base >= end)
		return 0;
	if (closed && (fill || type == &memblock.memory))
		return -EPERM;

	/* Regions that merely touch the range take part: they may merge with it. */
	first = base ? nr_ending_by(type, base - 1) : 0;
	draft.cnt = 0;
	draft.size = 0;
	for (last = first; last < type->cnt; last++) {
		const struct memblock_region *r = &type->regions[last];

		if (r->base > end)
			break;
		if (fill && !draft_add(done, r->base, fill, fill->flags))
			return -ENOSPC;
		if (!draft_add_old(r, base, end, inside))
			return -ENOSPC;
		done = region_end(r);
		old_size += r->size;
	}
	if (fill && !draft_add(done, end, fill, fill->flags))
		return -ENOSPC;
	return draft_commit(type, first, last, old_size);
}

void memblock_init(void)
{
	closed = false;
	memblock.bottom_up = false;
	memblock.current_limit = PHYS_ADDR_MAX;
	memblock.memory.cnt = 0;
	memblock.memory.total_size = 0;
	memcpy(memblock.memory.name, "memory", sizeof("memory"));
	memblock.reserved.cnt = 0;
	memblock.reserved.total_size = 0;
	memcpy(memblock.reserved.name, "reserved", sizeof("reserved"));
}

void memblock_close(void)
{
	closed = true;
}

int memblock_add(phys_addr_t base, phys_addr_t size)
{
	static const struct memblock_region ram = { .flags = MEMBLOCK_NONE };

	return edit(&memblock.memory, base, range_end(base, size), INSIDE_KEEP, &ram);
}

int memblock_remove(phys_addr_t base, phys_addr_t size)
{
	return edit(&memblock.memory, base, range_end(base, size), INSIDE_DROP, NULL);
}

int memblock_reserve(phys_addr_t base, phys_addr_t size, const char *owner)
{
	/* Zeros behind the name: owners are compared over their whole length. */
	struct memblock_region taken = { .flags = MEMBLOCK_NONE };

	for (u32 i = 0; i < sizeof(taken.owner) - 1 && owner[i]; i++)
		taken.owner[i] = owner[i];
	return edit(&memblock.reserved, base, range_end(base, size), INSIDE_KEEP, &taken);
}

int memblock_phys_free(phys_addr_t base, phys_addr_t size)
{
	return edit(&memblock.reserved, base, range_end(base, size), INSIDE_DROP, NULL);
}

int memblock_mark_nomap(phys_addr_t base, phys_addr_t size)
{
	return edit(&memblock.memory, base, range_end(base, size), INSIDE_SET_NOMAP, NULL);
}

int memblock_clear_nomap(phys_addr_t base, phys_addr_t size)
{
	return edit(&memblock.memory, base, range_end(base, size), INSIDE_CLEAR_NOMAP, NULL);
}

/* Drop both ends of both lists. Nothing is split by this, so no list can be too full for it. */
static int keep_only(phys_addr_t base, phys_addr_t end, enum inside memory)
{
	int err;

	err = edit(&memblock.memory, 0, base, memory, NULL);
	if (!err)
		err = edit(&memblock.memory, end, PHYS_ADDR_MAX, memory, NULL);
	if (!err)
		err = edit(&memblock.reserved, 0, base, INSIDE_DROP, NULL);
	if (!err)
		err = edit(&memblock.reserved, end, PHYS_ADDR_MAX, INSIDE_DROP, NULL);
	return err;
}

int memblock_cap_memory_range(phys_addr_t base, phys_addr_t size)
{
	if (!size)
		return 0;
	return keep_only(base, range_end(base, size), INSIDE_DROP_MAPPED);
}

int memblock_enforce_memory_limit(phys_addr_t limit)
{
	const struct memblock_type *memory = &memblock.memory;

	if (!limit)
		return 0;
	for (u32 i = 0; i < memory->cnt; i++) {
		const struct memblock_region *r = &memory->regions[i];

		if (limit <= r->size)
			return keep_only(0, r->base + limit, INSIDE_DROP);
		limit -= r->size;
	}
	return 0; /* less memory than the limit allows */
}

/* The last free range that starts below @from, cut to end at or below it. */
static bool free_range_below(phys_addr_t from, phys_addr_t *start, phys_addr_t *end)
{
	const struct memblock_type *memory = &memblock.memory, *reserved = &memblock.reserved;
	u32 m = nr_starting_below(memory, from), r = nr_starting_below(reserved, from);

	while (m-- > 0) {
		const struct memblock_region *ram = &memory->regions[m];
		phys_addr_t low = ram->base, high = min(region_end(ram), from);

		if (ram->flags & MEMBLOCK_NOMAP)
			continue;
		for (; r > 0 && low < high; r--) {
			const struct memblock_region *taken = &reserved->regions[r - 1];

			if (region_end(taken) < high) {
				low = max(low, region_end(taken));
				break;
			}
			high = min(high, taken->base);
			if (low >= high)
				break; /* it may reach into the region before too */
		}
		if (low < high) {
			*start = low;
			*end = high;
			return true;
		}
	}
	return false;
}

static phys_addr_t find_bottom_up(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				  phys_addr_t end)
{
	phys_addr_t low, high;

	while (memblock_next_free_range(&start, &low, &high) && low < end) {
		phys_addr_t addr = ALIGN(low, align);

		high = min(high, end);
		/* addr < low: aligning up went past 2^64 */
		if (addr >= low && addr < high && high - addr >= size)
			return addr;
	}
	return 0;
}

static phys_addr_t find_top_down(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				 phys_addr_t end)
{
	phys_addr_t low, high;

	for (; free_range_below(end, &low, &high) && high > start; end = low) {
		phys_addr_t addr;

		low = max(low, start);
		if (high - low < size)
			continue;
		addr = ALIGN_DOWN(high - size, align);
		if (addr >= low)
			return addr;
	}
	return 0;
}

phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				      phys_addr_t end, const char *owner)
{
	phys_addr_t addr;

	if (closed)
		pr_err("memblock: closed, and %s asks for 0x%llx bytes\n", owner, size);
	if (closed || !size || !align || (align & (align - 1)))
		return 0;
	if (end == MEMBLOCK_ALLOC_ACCESSIBLE)
		end = memblock.current_limit;
	/* Page 0 is never given out: its address is how a failure is told. */
	start = max(start, (phys_addr_t)SZ_4K);
	if (memblock.bottom_up)
		addr = find_bottom_up(size, align, start, end);
	else
		addr = find_top_down(size, align, start, end);
	if (addr && memblock_reserve(addr, size, owner))
		return 0;
	return addr;
}

phys_addr_t memblock_phys_alloc(phys_addr_t size, phys_addr_t align, const char *owner)
{
	return memblock_phys_alloc_range(size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE, owner);
}

void memblock_set_current_limit(phys_addr_t limit)
{
	memblock.current_limit = limit;
}

void memblock_set_bottom_up(bool enable)
{
	memblock.bottom_up = enable;
}
