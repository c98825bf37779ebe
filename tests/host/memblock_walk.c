// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random operations on mm/memblock/memblock.c against a flat model: a window of equal
 * cells somewhere in the address space, one byte per cell for each list. What the
 * lists must be follows from the model by collecting runs of equal cells, so
 * nothing of the code under test is done twice in the same way.
 */
#include <kernel/errno.h>
#include <kernel/memblock.h>
#include <kernel/sizes.h>

#include <string.h>

#include "host.h"
#include "memblock_walk.h"

#define TOP       (~0ULL)
#define MAX_CELLS 420

enum {
	NO_RAM,
	RAM,
	NOMAP_RAM
};

static const char *const owners[] = { NULL, "kernel", "kernel data", "fdt",
				      "a name too long to fit" };
#define NR_OWNERS 4

struct model {
	unsigned int cells;
	u64 base, unit;
	u8 ram[MAX_CELLS];
	u8 taken[MAX_CELLS];
};

static struct model model, before_model;
static struct memblock before;

static u64 cell(unsigned int i)
{
	return model.base + i * model.unit;
}

/* The run of equal cells at *i that are not zero; false at the end. */
static bool next_run(const u8 *cells, unsigned int *i, unsigned int *first)
{
	while (*i < model.cells && !cells[*i])
		++*i;
	*first = *i;
	while (*i < model.cells && cells[*i] == cells[*first])
		++*i;
	return *first < *i;
}

static unsigned int nr_runs(const u8 *cells)
{
	unsigned int i = 0, first, nr = 0;

	while (next_run(cells, &i, &first))
		nr++;
	return nr;
}

static bool same_owner(const char *a, const char *b)
{
	size_t most = sizeof(memblock.reserved.regions[0].owner) - 1;

	return !strncmp(a, b ? b : "", most) && strlen(a) <= most;
}

/* Sorted, disjoint, none empty, merged as far as possible, the total right. */
static void check_list(const struct memblock_type *type)
{
	u64 total = 0;

	CHECK(type->cnt <= MEMBLOCK_REGIONS);
	for (u32 i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		CHECK(r->size > 0);
		CHECK(r->base + r->size > r->base);
		total += r->size;
		if (i == 0)
			continue;
		CHECK(r[-1].base + r[-1].size <= r->base);
		CHECK(r[-1].base + r[-1].size < r->base || r[-1].flags != r->flags ||
		      memcmp(r[-1].owner, r->owner, sizeof(r->owner)));
	}
	CHECK_EQ(type->total_size, total);
}

static void check_against_model(void)
{
	unsigned int i, first;
	u32 nr;

	for (i = 0, nr = 0; next_run(model.ram, &i, &first); nr++) {
		const struct memblock_region *r = &memblock.memory.regions[nr];

		CHECK_EQ(r->base, cell(first));
		CHECK_EQ(r->size, (i - first) * model.unit);
		CHECK_EQ(r->flags, model.ram[first] == RAM ? MEMBLOCK_NONE : MEMBLOCK_NOMAP);
		CHECK(same_owner(r->owner, NULL));
	}
	CHECK_EQ(memblock.memory.cnt, nr);
	for (i = 0, nr = 0; next_run(model.taken, &i, &first); nr++) {
		const struct memblock_region *r = &memblock.reserved.regions[nr];

		CHECK_EQ(r->base, cell(first));
		CHECK_EQ(r->size, (i - first) * model.unit);
		CHECK_EQ(r->flags, MEMBLOCK_NONE);
		CHECK(same_owner(r->owner, owners[model.taken[first]]));
	}
	CHECK_EQ(memblock.reserved.cnt, nr);
}

static void check_iteration(void)
{
	u8 want[MAX_CELLS];
	unsigned int i = 0, first;
	u64 start, end;

	for (unsigned int c = 0; c < model.cells; c++)
		want[c] = model.ram[c] == RAM && !model.taken[c];
	for_each_free_mem_range(cur, &start, &end) {
		CHECK(next_run(want, &i, &first));
		CHECK_EQ(start, cell(first));
		CHECK_EQ(end, cell(i));
		if (host_failures)
			return; /* it might never end */
	}
	CHECK(!next_run(want, &i, &first));

	for (unsigned int c = 0; c < model.cells; c++)
		want[c] = model.ram[c] == RAM;
	i = 0;
	for_each_map_mem_range(cur, &start, &end) {
		CHECK(next_run(want, &i, &first));
		CHECK_EQ(start, cell(first));
		CHECK_EQ(end, cell(i));
		if (host_failures)
			return; /* it might never end */
	}
	CHECK(!next_run(want, &i, &first));
}

/* The questions: about one address, a range, and the whole. */
static void check_queries(void)
{
	unsigned int c = (unsigned int)host_rand_below(model.cells);
	unsigned int nr = 1 + (unsigned int)host_rand_below(model.cells - c);
	u64 addr = cell(c) + host_rand_below(model.unit), total = 0;
	bool all = true, any = false;
	unsigned int low = MAX_CELLS, high = 0;

	CHECK_EQ(memblock_is_memory(addr), model.ram[c] != NO_RAM);
	CHECK_EQ(memblock_is_map_memory(addr), model.ram[c] == RAM);
	CHECK_EQ(memblock_is_reserved(addr), model.taken[c] != 0);
	if (host_rand() & 1)
		nr = min(nr, 4U);
	for (unsigned int i = c; i < c + nr; i++) {
		all = all && model.ram[i];
		any = any || model.taken[i];
	}
	CHECK_EQ(memblock_is_region_memory(addr, cell(c + nr) - addr), all);
	CHECK_EQ(memblock_is_region_reserved(addr, cell(c + nr) - addr), any);

	for (unsigned int i = 0; i < model.cells; i++) {
		if (!model.ram[i])
			continue;
		low = min(low, i);
		high = i + 1;
		total += model.unit;
	}
	CHECK_EQ(memblock_phys_mem_size(), total);
	CHECK_EQ(memblock_start_of_DRAM(), high ? cell(low) : 0);
	CHECK_EQ(memblock_end_of_DRAM(), high ? cell(high) : 0);
	for (unsigned int i = total = 0; i < model.cells; i++)
		total += model.taken[i] ? model.unit : 0;
	CHECK_EQ(memblock_reserved_size(), total);
}

/* Whether an allocation may lie at cell @c; the model's whole idea of allocating. */
static bool may_lie_at(unsigned int c, unsigned int nr, u64 align)
{
	if (c + nr > model.cells || cell(c) % align || cell(c) < 4096)
		return false;
	for (unsigned int i = c; i < c + nr; i++) {
		if (model.ram[i] != RAM || model.taken[i])
			return false;
	}
	return true;
}

static void step_alloc(void)
{
	unsigned int nr = 1 + (unsigned int)host_rand_below(host_rand() & 1 ? 3 : 12);
	u8 owner = 1 + (u8)host_rand_below(NR_OWNERS);
	u64 align = model.unit << host_rand_below(5), got;
	int c = (int)model.cells - 1;

	got = memblock_phys_alloc(nr * model.unit, align, owners[owner]);
	while (c >= 0 && !may_lie_at((unsigned int)c, nr, align))
		c--;
	if (c >= 0) {
		memset(&model.taken[c], owner, nr);
		if (nr_runs(model.taken) <= MEMBLOCK_REGIONS) {
			CHECK_EQ(got, cell((unsigned int)c));
			return;
		}
		model = before_model; /* found, but no room to write it down */
	}
	CHECK_EQ(got, 0);
	CHECK(!memcmp(&memblock, &before, sizeof(memblock)));
}

/* The limit counts cells of memory from the bottom. */
static int step_limit(unsigned int cells)
{
	unsigned int last = 0, left = cells;

	for (; last < model.cells && left; last++)
		left -= model.ram[last] != NO_RAM;
	for (; !left && cells && last < model.cells; last++) {
		model.taken[last] = 0;
		model.ram[last] = NO_RAM;
	}
	return memblock_enforce_memory_limit(cells * model.unit);
}

static int step_edit(unsigned int op, unsigned int first, unsigned int last)
{
	u64 base = cell(first), size = cell(last) - base;
	u8 owner = 1 + (u8)host_rand_below(NR_OWNERS);

	/* At the top of the address space a range may ask for more than there is. */
	if (cell(last) == TOP && last > first && (host_rand() & 1))
		size += 1 + host_rand_below(base);
	for (unsigned int i = first; i < last; i++) {
		u8 *ram = &model.ram[i], *taken = &model.taken[i];

		if (op == 0)
			*ram = *ram ? *ram : RAM;
		else if (op == 1)
			*ram = NO_RAM;
		else if (op == 2)
			*taken = *taken ? *taken : owner;
		else if (op == 3)
			*taken = 0;
		else
			*ram = *ram ? NOMAP_RAM : NO_RAM;
	}
	switch (op) {
	case 0:
		return memblock_add(base, size);
	case 1:
		return memblock_remove(base, size);
	case 2:
		return memblock_reserve(base, size, owners[owner]);
	case 3:
		return memblock_phys_free(base, size);
	default:
		return memblock_mark_nomap(base, size);
	}
}

/* One random operation; @longest bounds its range in cells. */
static void step(unsigned int longest, unsigned long *full)
{
	unsigned int op = (unsigned int)host_rand_below(8);
	unsigned int first = (unsigned int)host_rand_below(model.cells + 1), last;
	int err;

	last = first + (unsigned int)host_rand_below(min(longest, model.cells - first) + 1);
	before = memblock;
	before_model = model;
	if (op >= 5 && host_rand_below(200) == 0) {
		CHECK_EQ(step_limit(last - first), 0);
	} else if (op >= 5) {
		step_alloc();
	} else {
		err = step_edit(op, first, last);
		if (nr_runs(model.ram) > MEMBLOCK_REGIONS ||
		    nr_runs(model.taken) > MEMBLOCK_REGIONS) {
			CHECK_EQ(err, -ENOSPC);
			CHECK(!memcmp(&memblock, &before, sizeof(memblock)));
			model = before_model;
			++*full;
		} else {
			CHECK_EQ(err, 0);
		}
	}
}

static void new_window(void)
{
	static const unsigned int sizes[] = { 12, 60, MAX_CELLS, MAX_CELLS };
	u64 bytes;

	memset(&model, 0, sizeof(model));
	model.cells = sizes[host_rand_below(4)];
	model.unit = 1ULL << host_rand_below(40);
	switch (host_rand_below(4)) {
	case 0: /* from address 0 on, small and large page 0 */
		break;
	case 1: /* up to the last address there is; single bytes, as it is odd */
		model.unit = 1;
		model.base = TOP - model.cells;
		break;
	case 2: /* just below the last whole cell */
		bytes = (model.cells + 1) * model.unit;
		model.base = 0 - bytes;
		break;
	default:
		model.base = host_rand() >> (1 + host_rand_below(40));
		model.base = ALIGN_DOWN(model.base, model.unit);
	}
	memblock_init();
}

void memblock_random_walk(void)
{
	unsigned long work = host_work(250000), full = 0, cap_reached = 0;

	for (unsigned long done = 0; done < work && !host_failures;) {
		static const unsigned int lengths[] = { 1, 3, 30 };
		unsigned int longest = lengths[host_rand_below(3)];
		unsigned long until = done + 100 + host_rand_below(4000);

		new_window();
		/* Start from plenty, or most allocations would find nothing. */
		if (host_rand() & 1) {
			memset(model.ram, RAM, model.cells);
			CHECK_EQ(memblock_add(model.base, model.cells * model.unit), 0);
		}
		for (; done < until && done < work && !host_failures; done++) {
			step(longest, &full);
			check_list(&memblock.memory);
			check_list(&memblock.reserved);
			check_against_model();
			check_iteration();
			check_queries();
			cap_reached += memblock.reserved.cnt == MEMBLOCK_REGIONS;
		}
	}
	printf("# %lu operations, %lu refused, %lu ended with a full reserved list\n", work, full,
	       cap_reached);
	/* The walk is worth little when it never fills a list. */
	if (work >= 100000 && !host_failures)
		CHECK(full > 0 && cap_reached > 0);
}
