// SPDX-License-Identifier: BSD-2-Clause
/*
 * Free pages in pieces of 2^order. Two pieces of an order that differ in one bit of their frame
 * number are buddies; when both are free they are one piece. The largest pieces do not
 * merge, so a merge never looks beyond 4 MiB, and never out of a block (page_online.c).
 */
#include "buddy.h"

void buddy_init(struct buddy *b)
{
	*b = (struct buddy){ 0 };
	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++)
		INIT_LIST_HEAD(&b->piece[order].list);
}

static void put(struct buddy *b, struct page *page, unsigned int order)
{
	page->flags = PG_buddy;
	page->order = (u16)order;
	list_add(&page->lru, &b->piece[order].list);
	b->piece[order].nr++;
}

static void take_out(struct buddy *b, struct page *page)
{
	page->flags = 0;
	list_del(&page->lru);
	b->piece[page->order].nr--;
}

struct page *buddy_take(struct buddy *b, unsigned int order)
{
	unsigned int from = order;
	struct page *page;

	while (from < NR_PAGE_ORDERS && !b->piece[from].nr)
		from++;
	if (from == NR_PAGE_ORDERS)
		return NULL;
	page = list_first_entry(&b->piece[from].list, struct page, lru);
	take_out(b, page);
	while (from-- > order)
		put(b, page + (1UL << from), from);
	b->nr_free -= 1UL << order;
	b->most_used = max(b->most_used, b->nr_pages - b->nr_free);
	return page;
}

void buddy_give(struct buddy *b, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	b->nr_free += 1UL << order;
	for (; order < MAX_PAGE_ORDER; order++) {
		struct page *other = pfn_to_page(pfn ^ 1UL << order);

		if (!(other->flags & PG_buddy) || other->order != order)
			break;
		take_out(b, other);
		pfn &= ~(1UL << order);
	}
	put(b, pfn_to_page(pfn), order);
}

void buddy_give_range(struct buddy *b, unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		unsigned int order = 0;

		while (order < MAX_PAGE_ORDER && !(pfn >> order & 1) && 2UL << order <= end - pfn)
			order++;
		buddy_give(b, pfn_to_page(pfn), order);
		pfn += 1UL << order;
	}
}

void buddy_add_range(struct buddy *b, unsigned long pfn, unsigned long end)
{
	b->nr_pages += end - pfn;
	buddy_give_range(b, pfn, end);
}
