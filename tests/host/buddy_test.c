// SPDX-License-Identifier: BSD-2-Clause
/*
 * The buddy core against a model that knows one thing: of which piece in use each page is, if
 * of any. Blocks have holes, as RAM that came online has.
 */
#include <string.h>
#include "mm/page/buddy.h"
#include "host.h"

#define BLOCK 4096
#define NR    (4 * BLOCK)
#define BASE  (0x80000UL)

struct kernel_mapping kernel_map;
struct page *vmemmap;

static struct buddy buddy;
static struct page *pages; /* of the heap: ASan sees what lies beside them */
static short owner[NR];    /* -2: not the allocator's, -1: free, else the piece */
static struct {
	struct page *page;
	unsigned int order;
} piece[512];

static unsigned long count(short who)
{
	unsigned long nr = 0;

	for (unsigned long i = 0; i < NR; i++)
		nr += owner[i] == who;
	return nr;
}

/* Blocks come in any order, with pages in them that stay away. */
static void add_block(unsigned long block, unsigned int nr_holes)
{
	unsigned long first = block * BLOCK, from;

	for (unsigned long i = first; i < first + BLOCK; i++)
		owner[i] = -1;
	for (unsigned int n = 0; n < nr_holes; n++) {
		unsigned long at = first + host_rand_below(BLOCK);
		unsigned long end = at + 1 + host_rand_below(n % 3 ? 3 : 700);

		for (; at < end && at < first + BLOCK; at++)
			owner[at] = -2;
	}
	for (unsigned long i = first; i < first + BLOCK; i++)
		if (owner[i] == -2)
			pages[i].flags = PG_reserved;
	for (unsigned long i = from = first; i <= first + BLOCK; i++) {
		if (i < first + BLOCK && owner[i] == -1)
			continue;
		if (from < i)
			buddy_add_range(&buddy, BASE + from, BASE + i);
		from = i + 1;
	}
}

static void begin(void)
{
	pages = calloc(NR, sizeof(*pages));
	vmemmap = (struct page *)((uintptr_t)pages - BASE * sizeof(*pages));
	memset(piece, 0, sizeof(piece));
	for (unsigned long i = 0; i < NR; i++)
		owner[i] = -2;
	buddy_init(&buddy);
}

/* Lists, counts and flags tell the same, and two free buddies are never apart. */
static void check(void)
{
	unsigned long nr_free = 0;

	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++) {
		struct page *p;
		unsigned long nr = 0;

		list_for_each_entry(p, &buddy.piece[order].list, lru) {
			unsigned long i = (unsigned long)(p - pages), size = 1UL << order;

			CHECK_EQ(p->flags, PG_buddy);
			CHECK_EQ(p->order, order);
			CHECK_EQ((BASE + i) % size, 0);
			for (unsigned long k = i; k < i + size; k++)
				CHECK_EQ(owner[k], -1);
			if (order < MAX_PAGE_ORDER) {
				struct page *other = &pages[((BASE + i) ^ size) - BASE];

				CHECK(!(other->flags & PG_buddy) || other->order != order);
			}
			nr++;
			nr_free += size;
		}
		CHECK_EQ(buddy.piece[order].nr, nr);
	}
	CHECK_EQ(nr_free, buddy.nr_free);
	CHECK_EQ(nr_free, count(-1));
	CHECK_EQ(buddy.nr_pages, NR - count(-2));
}

static void set_owner(struct page *page, unsigned int order, short from, short to)
{
	for (unsigned long i = 0; i < 1UL << order; i++) {
		CHECK_EQ(owner[page - pages + (long)i], from);
		CHECK_EQ(page[i].flags, 0);
		owner[page - pages + (long)i] = to;
	}
}

static void random_step(void)
{
	short n = (short)host_rand_below(sizeof(piece) / sizeof(piece[0]));

	if (piece[n].page) {
		set_owner(piece[n].page, piece[n].order, n, -1);
		buddy_give(&buddy, piece[n].page, piece[n].order);
		piece[n].page = NULL;
		return;
	}
	piece[n].order = (unsigned int)host_rand_below(host_rand_below(4) ? 4 : NR_PAGE_ORDERS);
	piece[n].page = buddy_take(&buddy, piece[n].order);
	if (piece[n].page)
		set_owner(piece[n].page, piece[n].order, -1, n);
	else /* there is none of that size, or of a larger one */
		for (unsigned int order = piece[n].order; order < NR_PAGE_ORDERS; order++)
			CHECK_EQ(buddy.piece[order].nr, 0);
}

static void random_walk(void)
{
	unsigned long before[NR_PAGE_ORDERS];

	begin();
	for (unsigned long block = 0; block < 4; block++)
		add_block((block * 3 + 1) % 4, (unsigned int)block * 9);
	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++)
		before[order] = buddy.piece[order].nr;
	for (unsigned long i = 0; i < host_work(100000); i++) {
		random_step();
		if (i % 5000 == 0)
			check();
	}
	CHECK(buddy.most_used > 0 && buddy.most_used <= buddy.nr_pages);
	for (unsigned int n = 0; n < sizeof(piece) / sizeof(piece[0]); n++) {
		if (!piece[n].page)
			continue;
		set_owner(piece[n].page, piece[n].order, (short)n, -1);
		buddy_give(&buddy, piece[n].page, piece[n].order);
	}
	check();
	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++)
		CHECK_EQ(buddy.piece[order].nr, before[order]);
	free(pages);
}

/* To the last page, and back to the pieces there were. */
static void last_page(void)
{
	unsigned long nr = 0;

	begin();
	add_block(2, 5);
	check();
	for (struct page *page; (page = buddy_take(&buddy, 0)); nr++)
		set_owner(page, 0, -1, 0);
	CHECK_EQ(nr, buddy.nr_pages);
	CHECK_EQ(buddy.nr_free, 0);
	CHECK_EQ(buddy.most_used, nr);
	for (unsigned long i = 0; i < NR; i++) {
		if (owner[i * 4099 % NR] != 0)
			continue;
		owner[i * 4099 % NR] = -1;
		buddy_give(&buddy, &pages[i * 4099 % NR], 0);
	}
	check();
	free(pages);
}

/* Any part of a block, in the largest pieces; nothing is written outside. */
static void ranges(void)
{
	for (unsigned int n = 0; n < 200; n++) {
		unsigned long from = host_rand_below(BLOCK), to = from + host_rand_below(BLOCK);

		begin();
		for (unsigned long i = 0; i < NR; i++)
			owner[i] = i >= from && i < to ? -1 : -2;
		buddy_add_range(&buddy, BASE + from, BASE + to);
		check();
		free(pages);
	}
}

static const struct host_case cases[] = {
	{ "random_walk", random_walk },
	{ "last_page", last_page },
	{ "ranges", ranges },
};
HOST_MAIN(cases)
