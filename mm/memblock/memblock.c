// SPDX-License-Identifier: BSD-2-Clause
/*
 * Boot memory: what is RAM and what of it is taken, before there is a page
 * allocator. Must not touch the memory it describes, nor print, but for the one
 * mistake of a caller that comes too late.
 * The boot code of one hart changes the lists; any hart may ask what they say, long after the
 * boot, as memblock_close() ends all changes but memblock_phys_free().
 *
 * Every change of a list goes through edit(): the part of the list the change
 * touches is first written anew into a draft, merged as far as it goes; only when
 * the result is known to fit does the draft replace the part. So a full list is
 * left as it was without any undoing, and a change costs what it touches plus the
 * move of the regions behind it.
 */
#include <kernel/errno.h>
#include <kernel/memblock.h>
#include <kernel/printk.h>
#include <kernel/sizes.h>
#include <kernel/string.h>

/* 10 KiB that memblock_init() makes valid; not worth clearing twice. */
struct memblock memblock __noinit;

/* Ends are exclusive, so the very last byte of the address space has no name. */
#define PHYS_ADDR_MAX (~(phys_addr_t)0)

static phys_addr_t range_end(phys_addr_t base, phys_addr_t size)
{
	return size > PHYS_ADDR_MAX - base ? PHYS_ADDR_MAX : base + size;
}

static phys_addr_t region_end(const struct memblock_region *r)
{
	return r->base + r->size; /* cannot wrap: range_end() made it */
}

/* The number of regions that end at or below @addr: the index of the first that does not. */
static u32 nr_ending_by(const struct memblock_type *type, phys_addr_t addr)
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

/* What an edit does to the parts of existing regions inside its range. */
enum inside {
	INSIDE_KEEP,
	INSIDE_DROP,
	INSIDE_SET_NOMAP,
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

	if (inside == INSIDE_KEEP)
		return draft_add(r->base, r_end, r, flags);
	if (inside == INSIDE_SET_NOMAP)
		flags |= MEMBLOCK_NOMAP;
	return draft_add(r->base, min(r_end, base), r, r->flags) &&
	       (inside == INSIDE_DROP ||
		draft_add(max(r->base, base), min(r_end, end), r, flags)) &&
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

/* Drop the upper ends of both lists. At most one region is cut, so no list is too full for it. */
static int keep_below(phys_addr_t end)
{
	int err = edit(&memblock.memory, end, PHYS_ADDR_MAX, INSIDE_DROP, NULL);

	return err ? err : edit(&memblock.reserved, end, PHYS_ADDR_MAX, INSIDE_DROP, NULL);
}

int memblock_enforce_memory_limit(phys_addr_t limit)
{
	const struct memblock_type *memory = &memblock.memory;

	if (!limit)
		return 0;
	for (u32 i = 0; i < memory->cnt; i++) {
		const struct memblock_region *r = &memory->regions[i];

		if (limit <= r->size)
			return keep_below(r->base + limit);
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

phys_addr_t memblock_phys_alloc(phys_addr_t size, phys_addr_t align, const char *owner)
{
	phys_addr_t low, high = PHYS_ADDR_MAX;

	if (closed)
		pr_err("memblock: closed, and %s asks for 0x%llx bytes\n", owner, size);
	if (closed || !size || !align || (align & (align - 1)))
		return 0;
	for (phys_addr_t end = high; free_range_below(end, &low, &high); end = low) {
		/* Page 0 is never given out: its address is how a failure is told. */
		phys_addr_t from = max(low, (phys_addr_t)SZ_4K);
		phys_addr_t addr = ALIGN_DOWN(high - size, align);

		if (from < high && high - from >= size && addr >= from)
			return memblock_reserve(addr, size, owner) ? 0 : addr;
	}
	return 0;
}

/* --- What the lists say --- */

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
