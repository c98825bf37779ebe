/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MM_BUDDY_H
#define MM_BUDDY_H

#include <kernel/gfp.h>
#include <kernel/spinlock.h>

/*
 * Free pieces of 2^order pages, aligned to their size, by order. Knows struct page and nothing
 * else, so that the host tests can build it.
 *
 * A free piece's first page has PG_buddy and its order; no other page of it is looked at or
 * written. A page that is in use, or not the allocator's, does not have PG_buddy: that is what
 * ends a merge. So memory behind vmemmap may start as zeros, but for what is reserved.
 *
 * @nr_free, @nr_pages: pages; all were given by buddy_add_range()
 * @most_used: of them at a time, ever
 */
struct buddy {
	spinlock_t lock;
	unsigned long nr_free, nr_pages, most_used;
	struct {
		struct list_head list;
		unsigned long nr;
	} piece[NR_PAGE_ORDERS];
};

void buddy_init(struct buddy *b);

/*
 * Context of all below: @b->lock is held, interrupts are off, so that handlers can take pages.
 */

/** buddy_take() - a piece; its pages have no flags. Return: NULL: there is none */
struct page *buddy_take(struct buddy *b, unsigned int order);

/** buddy_give() - a piece back, merged as far as it goes; aligned, without flags */
void buddy_give(struct buddy *b, struct page *page, unsigned int order);

/** buddy_give_range() - frames [pfn, end) back, in the largest pieces that fit */
void buddy_give_range(struct buddy *b, unsigned long pfn, unsigned long end);

/** buddy_add_range() - frames that were none of its own until now */
void buddy_add_range(struct buddy *b, unsigned long pfn, unsigned long end);

#endif
