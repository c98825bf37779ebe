/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MM_PAGE_ALLOC_H
#define MM_PAGE_ALLOC_H

/*
 * Between page_alloc.c and page_online.c.
 *
 * Lock order: online_lock (interrupts on), a tree's lock, a hart's page cache, buddy.lock.
 */
#include <kernel/kasan.h>
#include <kernel/sizes.h>
#include "buddy.h"

/* What comes online at once, aligned; and the metadata of that. */
#define BLOCK_SIZE      SZ_16M
#define BLOCK_PAGES     (BLOCK_SIZE / PAGE_SIZE)
#define BLOCK_META_SIZE (BLOCK_PAGES * sizeof(struct page))

/* What users may do with pages that they get, and give back. */
static inline void kasan_alloc_pages(const struct page *page, unsigned long nr)
{
	kasan_unpoison(page_address(page), nr * PAGE_SIZE);
}

static inline void kasan_free_pages(const struct page *page, unsigned long nr)
{
	kasan_poison(page_address(page), nr * PAGE_SIZE, KASAN_PAGE_FREE);
}

/** block_online() - whether the struct pages of the block of RAM at @block are mapped */
bool block_online(phys_addr_t block);

extern struct buddy buddy;

/** add_pages() - frames that may be given away from now on */
void add_pages(unsigned long pfn, unsigned long end);

/** add_used_pages() - count pages that are in use, and will be freed as if allocated */
void add_used_pages(unsigned long nr);

void page_online_counts(struct page_alloc_counts *counts);

/** nr_blocks_online() - how many blocks have ever come online */
unsigned long nr_blocks_online(void);

/**
 * online_more() - bring the next block online
 * @seen: nr_blocks_online() when memory was short: another hart may have brought one since,
 *        and then it is enough
 * @wait: for a hart that is at it
 * Return: whether there is more than at @seen.
 */
bool online_more(unsigned long seen, bool wait);

#endif
