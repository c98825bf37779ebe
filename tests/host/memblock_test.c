// SPDX-License-Identifier: BSD-2-Clause
/*
 * mm/memblock/memblock.c case by case: every function, the ends of the address space, and
 * full lists that must stay unchanged byte for byte. memblock_walk.c does the rest.
 */
#include <kernel/errno.h>
#include <kernel/memblock.h>
#include <kernel/printk.h>
#include <kernel/sizes.h>

#include <string.h>

#include "host.h"
#include "memblock_walk.h"

#define TOP (~0ULL)

static struct memblock before;

static void init_forgets(void)
{
	CHECK_EQ(memblock_add(SZ_1M, SZ_1M), 0);
	CHECK_EQ(memblock_reserve(SZ_1M, SZ_4K, "x"), 0);
	memblock_init();
	CHECK_EQ(memblock.memory.cnt, 0);
	CHECK_EQ(memblock.reserved.cnt, 0);
	CHECK_EQ(memblock_phys_mem_size(), 0);
	CHECK_EQ(memblock_reserved_size(), 0);
	CHECK_EQ(memblock_start_of_DRAM(), 0);
	CHECK_EQ(memblock_end_of_DRAM(), 0);
	CHECK(!strcmp(memblock.memory.name, "memory"));
	CHECK(!strcmp(memblock.reserved.name, "reserved"));
	CHECK_EQ(memblock_phys_alloc(1, 1, "x"), 0);
}

static void add_and_remove(void)
{
	memblock_init();
	CHECK_EQ(memblock_add(SZ_1M, 0), 0);
	CHECK_EQ(memblock.memory.cnt, 0);
	CHECK_EQ(memblock_add(3 * SZ_1M, SZ_1M), 0);
	CHECK_EQ(memblock_add(SZ_1M, SZ_1M), 0);
	CHECK_EQ(memblock.memory.cnt, 2);
	CHECK_EQ(memblock_add(2 * SZ_1M, SZ_1M), 0); /* closes the hole */
	CHECK_EQ(memblock.memory.cnt, 1);
	CHECK_EQ(memblock_phys_mem_size(), 3 * SZ_1M);
	CHECK_EQ(memblock_remove(2 * SZ_1M, SZ_4K), 0);
	CHECK_EQ(memblock.memory.cnt, 2);
	CHECK_EQ(memblock_phys_mem_size(), 3 * SZ_1M - SZ_4K);
	CHECK(!memblock_is_memory(2 * SZ_1M));
	CHECK(memblock_is_memory(2 * SZ_1M + SZ_4K));
	CHECK_EQ(memblock_remove(0, TOP), 0);
	CHECK_EQ(memblock.memory.cnt, 0);
}

/* Ranges past 2^64 are cut, and the last byte of all has no name. */
static void end_of_address_space(void)
{
	memblock_init();
	CHECK_EQ(memblock_add(TOP, 1), 0);
	CHECK_EQ(memblock.memory.cnt, 0);
	CHECK_EQ(memblock_add(TOP - 9, TOP), 0);
	CHECK_EQ(memblock_phys_mem_size(), 9);
	CHECK_EQ(memblock_end_of_DRAM(), TOP);
	CHECK(memblock_is_memory(TOP - 1));
	CHECK(!memblock_is_memory(TOP));
	CHECK(memblock_is_region_memory(TOP - 5, TOP));
	CHECK_EQ(memblock_add(0, TOP), 0);
	CHECK_EQ(memblock.memory.cnt, 1);
	CHECK_EQ(memblock_phys_mem_size(), TOP);
	CHECK_EQ(memblock_reserve(TOP - 3, 100, "end"), 0);
	CHECK(memblock_is_region_reserved(TOP - 10, TOP));
	CHECK_EQ(memblock_phys_alloc(1, 1, "x"), TOP - 4);
	CHECK_EQ(memblock_phys_alloc(TOP, 1, "x"), 0);
	CHECK_EQ(memblock_phys_alloc(1, 1ULL << 63, "x"), 1ULL << 63);
	CHECK_EQ(memblock_phys_alloc(1, 1ULL << 63, "x"), 0); /* only at 0, and never there */
	CHECK_EQ(memblock_phys_free(0, TOP), 0);
	CHECK_EQ(memblock.reserved.cnt, 0);
}

static void owners_keep_apart(void)
{
	struct memblock_region *r = memblock.reserved.regions;

	memblock_init();
	CHECK_EQ(memblock_reserve(0x1000, 0x1000, "one"), 0);
	CHECK_EQ(memblock_reserve(0x2000, 0x1000, "two"), 0);
	CHECK_EQ(memblock.reserved.cnt, 2);
	CHECK_EQ(memblock_reserve(0x0, 0x4000, "one"), 0); /* takes only the gaps */
	CHECK_EQ(memblock.reserved.cnt, 3);
	CHECK_EQ(r[0].base, 0);
	CHECK_EQ(r[0].size, 0x2000);
	CHECK(!strcmp(r[1].owner, "two"));
	CHECK_EQ(r[2].base, 0x3000);
	CHECK(!strcmp(r[2].owner, "one"));
	CHECK_EQ(memblock_reserved_size(), 0x4000);
	CHECK(!strcmp(memblock_reserved_by(0x2fff, 0x1000), "two")); /* the lowest of them */
	CHECK(!strcmp(memblock_reserved_by(0x3000, 1), "one"));
	CHECK(!memblock_reserved_by(0x3000, 0));
	CHECK(!memblock_reserved_by(0x4000, 0x1000));
	CHECK_EQ(memblock_phys_free(0x2800, 0x1000), 0);
	CHECK_EQ(r[1].size, 0x800);
	CHECK_EQ(r[2].base, 0x3800);
	CHECK(memblock_is_reserved(0x27ff));
	CHECK(!memblock_is_reserved(0x2800));

	/* Names are cut to fit, and what was cut off tells no owners apart. */
	memblock_init();
	CHECK_EQ(memblock_reserve(0x1000, 0x1000, "0123456789abcdefghijklmno"), 0);
	CHECK_EQ(memblock_reserve(0x2000, 0x1000, "0123456789abcdefghijklmXX"), 0);
	CHECK_EQ(memblock.reserved.cnt, 1);
	CHECK(!strcmp(r[0].owner, "0123456789abcdefghijklm"));
}

static void nomap_splits(void)
{
	struct memblock_region *r = memblock.memory.regions;
	u64 start, end, cur = 0;

	memblock_init();
	CHECK_EQ(memblock_add(SZ_1M, SZ_1M), 0);
	CHECK_EQ(memblock_mark_nomap(SZ_1M + SZ_64K, SZ_64K), 0);
	CHECK_EQ(memblock.memory.cnt, 3);
	CHECK_EQ(r[1].flags, MEMBLOCK_NOMAP);
	CHECK(memblock_is_memory(SZ_1M + SZ_64K));
	CHECK(!memblock_is_map_memory(SZ_1M + SZ_64K));
	CHECK(memblock_is_region_memory(SZ_1M, SZ_1M)); /* across the flags */
	CHECK(!memblock_is_region_memory(SZ_1M, SZ_1M + 1));
	CHECK_EQ(memblock_phys_mem_size(), SZ_1M);
	CHECK(memblock_next_map_range(&cur, &start, &end));
	CHECK_EQ(start, SZ_1M);
	CHECK_EQ(end, SZ_1M + SZ_64K);
	CHECK(memblock_next_map_range(&cur, &start, &end));
	CHECK_EQ(start, SZ_1M + 2 * SZ_64K);
	CHECK_EQ(end, 2 * SZ_1M);
	CHECK(!memblock_next_map_range(&cur, &start, &end));
	CHECK_EQ(memblock_add(SZ_1M, SZ_1M), 0); /* adding again does not undo it */
	CHECK_EQ(memblock.memory.cnt, 3);
	CHECK_EQ(memblock_mark_nomap(0, TOP), 0);
	CHECK_EQ(memblock.memory.cnt, 1);
	CHECK_EQ(memblock_phys_alloc(SZ_4K, SZ_4K, "x"), 0);
}

static void memory_limit(void)
{
	memblock_init();
	CHECK_EQ(memblock_add(SZ_1M, SZ_1M), 0);
	CHECK_EQ(memblock_add(4 * SZ_1M, SZ_4M), 0);
	CHECK_EQ(memblock_reserve(3 * SZ_1M, 16 * SZ_1M, "x"), 0);
	CHECK_EQ(memblock_enforce_memory_limit(0), 0);
	CHECK_EQ(memblock_enforce_memory_limit(5 * SZ_1M + 1), 0);
	CHECK_EQ(memblock_phys_mem_size(), 5 * SZ_1M);
	CHECK_EQ(memblock_reserved_size(), 16 * SZ_1M);
	CHECK_EQ(memblock_enforce_memory_limit(SZ_2M), 0); /* the hole does not count */
	CHECK_EQ(memblock_phys_mem_size(), SZ_2M);
	CHECK_EQ(memblock_end_of_DRAM(), 5 * SZ_1M);
	CHECK_EQ(memblock_reserved_size(), SZ_2M);
	CHECK_EQ(memblock_enforce_memory_limit(SZ_1M), 0);
	CHECK_EQ(memblock_end_of_DRAM(), SZ_2M);
	CHECK_EQ(memblock_reserved_size(), 0);
}

static void alloc_places(void)
{
	memblock_init();
	CHECK_EQ(memblock_add(0, SZ_1M), 0);
	CHECK_EQ(memblock_phys_alloc(0, 1, "x"), 0);
	CHECK_EQ(memblock_phys_alloc(1, 0, "x"), 0);
	CHECK_EQ(memblock_phys_alloc(1, 24, "x"), 0);
	CHECK_EQ(memblock.reserved.cnt, 0);
	CHECK_EQ(memblock_phys_alloc(100, 64, "x"), SZ_1M - 128);
	CHECK_EQ(memblock_phys_alloc(1, 1, "x"), SZ_1M - 1);
	CHECK_EQ(memblock_phys_alloc(27, 1, "x"), SZ_1M - 28);
	CHECK_EQ(memblock_phys_alloc(SZ_1M - 128 - 3 * SZ_4K, 1, "x"), 3 * SZ_4K);
	CHECK_EQ(memblock_phys_alloc(SZ_4K, 2 * SZ_4K, "x"), 2 * SZ_4K);
	CHECK_EQ(memblock_phys_alloc(2 * SZ_4K, 1, "x"), 0);
	CHECK_EQ(memblock_phys_alloc(SZ_4K - 1, 1, "x"), SZ_4K + 1);
	CHECK_EQ(memblock_phys_alloc(1, 1, "x"), SZ_4K);
	CHECK_EQ(memblock_phys_alloc(1, 1, "x"), 0); /* not page 0 */
	CHECK(!memblock_is_reserved(SZ_4K - 1));
	CHECK(!memblock_is_region_reserved(0, SZ_4K));
	CHECK(memblock_is_region_reserved(0, SZ_4K + 1));
}

static void empty_ranges_are_nowhere(void)
{
	memblock_init();
	CHECK_EQ(memblock_add(SZ_1M, SZ_1M), 0);
	CHECK_EQ(memblock_reserve(SZ_1M, SZ_1M, "x"), 0);
	CHECK(!memblock_is_region_memory(SZ_1M + 5, 0));
	CHECK(!memblock_is_region_reserved(SZ_1M + 5, 0));
}

/* The loop's body may take what it was just shown. */
static void iterate_while_reserving(void)
{
	u64 start, end, seen = 0;

	memblock_init();
	CHECK_EQ(memblock_add(0, 10 * SZ_1M), 0);
	for (u64 i = 1; i < 10; i += 2)
		CHECK_EQ(memblock_reserve(i * SZ_1M, SZ_1M, "x"), 0);
	for_each_free_mem_range(cur, &start, &end) {
		CHECK_EQ(start, seen * 2 * SZ_1M); /* from address 0 on: page 0 too */
		CHECK_EQ(end, start + SZ_1M);
		CHECK_EQ(memblock_reserve(start, SZ_4K, "y"), 0);
		CHECK_EQ(memblock_reserve(start + SZ_4K, SZ_1M - SZ_4K, "x"), 0);
		if (++seen > 5)
			break;
	}
	CHECK_EQ(seen, 5);
	CHECK_EQ(memblock_phys_alloc(1, 1, "x"), 0);
}

static void unchanged(int err)
{
	CHECK_EQ(err, -ENOSPC);
	CHECK(!memcmp(&memblock, &before, sizeof(memblock)));
}

static void full_lists(void)
{
	memblock_init();
	for (u64 i = 0; i < MEMBLOCK_REGIONS; i++) {
		CHECK_EQ(memblock_add(SZ_1M + i * SZ_64K, SZ_4K * 8), 0);
		CHECK_EQ(memblock_reserve(SZ_1M + i * SZ_64K, SZ_4K, i & 1 ? "odd" : "even"), 0);
	}
	before = memblock;
	unchanged(memblock_add(0, 1));
	unchanged(memblock_add(SZ_1M + SZ_4K * 9, 1));
	unchanged(memblock_add(SZ_1G, 1));
	unchanged(memblock_remove(SZ_1M + SZ_4K, SZ_4K));
	unchanged(memblock_mark_nomap(SZ_1M, SZ_4K));
	unchanged(memblock_mark_nomap(SZ_1M + SZ_4K, SZ_64K));
	unchanged(memblock_reserve(0, SZ_4K, "new"));
	unchanged(memblock_reserve(0, TOP, "new")); /* 129 gaps, none of them taken */
	unchanged(memblock_reserve(0, TOP, "odd"));
	unchanged(memblock_reserve(SZ_1M, SZ_64K, "new"));
	unchanged(memblock_phys_free(SZ_1M + 1, 1));
	/* The highest fit would need a new region. */
	CHECK_EQ(memblock_phys_alloc(SZ_4K, SZ_4K, "odd"), 0);
	CHECK(!memcmp(&memblock, &before, sizeof(memblock)));

	/* What needs no further region still works, up to the last one. */
	CHECK_EQ(memblock_reserve(SZ_1M, SZ_64K, "even"), 0);
	CHECK_EQ(memblock_phys_free(SZ_1M + SZ_4K, SZ_64K - SZ_4K), 0);
	CHECK(!memcmp(&memblock, &before, sizeof(memblock)));
	CHECK_EQ(memblock_mark_nomap(SZ_1M, 8 * SZ_4K), 0);
	CHECK_EQ(memblock_add(SZ_1M + SZ_64K, SZ_64K), 0); /* joins two */
	CHECK_EQ(memblock.memory.cnt, MEMBLOCK_REGIONS - 1);
	CHECK_EQ(memblock_mark_nomap(0, TOP), 0);
	CHECK_EQ(memblock_add(0, TOP), -ENOSPC);
	CHECK_EQ(memblock_remove(0, TOP), 0);
	CHECK_EQ(memblock_add(0, TOP), 0);
	CHECK_EQ(memblock.memory.cnt, 1);
}

static unsigned int nr_printed;

void printk(const char *fmt, ...)
{
	(void)fmt;
	nr_printed++;
}

/* After it only what is given back changes. */
static void closed(void)
{
	memblock_init();
	CHECK_EQ(memblock_add(SZ_1G, SZ_1G), 0);
	CHECK_EQ(memblock_reserve(SZ_1G, SZ_1M, "one"), 0);
	memblock_close();
	CHECK_EQ(memblock_phys_alloc(SZ_4K, SZ_4K, "late"), 0);
	CHECK_EQ(nr_printed, 1);
	CHECK_EQ(memblock_add(0, SZ_1G), -EPERM);
	CHECK_EQ(memblock_remove(SZ_1G, SZ_4K), -EPERM);
	CHECK_EQ(memblock_reserve(SZ_1G + SZ_1M, SZ_4K, "late"), -EPERM);
	CHECK_EQ(memblock_mark_nomap(SZ_1G, SZ_4K), -EPERM);
	CHECK_EQ(memblock_reserved_size(), SZ_1M);
	CHECK_EQ(memblock_phys_mem_size(), SZ_1G);
	CHECK_EQ(memblock_phys_free(SZ_1G, SZ_4K), 0);
	CHECK_EQ(memblock_reserved_size(), SZ_1M - SZ_4K);
}

static const struct host_case cases[] = {
	{ "init forgets everything", init_forgets },
	{ "add merges, remove splits", add_and_remove },
	{ "ranges end at 2^64 - 1", end_of_address_space },
	{ "reservations keep their owners", owners_keep_apart },
	{ "nomap splits and merges", nomap_splits },
	{ "enforce_memory_limit counts memory", memory_limit },
	{ "alloc: the highest place, alignment, page 0", alloc_places },
	{ "empty ranges are nowhere", empty_ranges_are_nowhere },
	{ "iteration survives changes", iterate_while_reserving },
	{ "full lists stay as they are", full_lists },
	{ "random walk against a flat model", memblock_random_walk },
	{ "closed", closed },
};
HOST_MAIN(cases)
