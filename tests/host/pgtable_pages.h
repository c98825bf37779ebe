/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_PAGES_H
#define PGTABLE_PAGES_H

#include "pgtable_mem.h"

/* What pgtable_mem.c and pgtable_watch.c know of a page. */
#define MAX_PAGES    1024
#define ROOT_ENTRIES 2048
#define SLOT_SIZE    (8 * PAGE_SIZE)
#define SHARED_PAGES (MEM_CHAINS * LEVELS_MAX)

enum page_state {
	PAGE_IDLE,
	PAGE_FREE, /* given back in this call */
	PAGE_FRESH,
	PAGE_LIVE,
	PAGE_DETACHED, /* no root leads to it, but a hart may still be there */
	PAGE_FENCED,
};

struct page {
	phys_addr_t pa;
	u64 *bytes;
	enum page_state state;
	bool root, shared;
	bool added; /* in this call, where nothing was */
	unsigned int entries;
	unsigned int links; /* live entries that lead to it */
	unsigned int level; /* live: its place */
	unsigned int input_bits;
	u64 va;
	u64 known[ROOT_ENTRIES]; /* live: what the watched stores made of it */
	u64 ready[ROOT_ENTRIES]; /* fresh: what it was at the last barrier */
};

extern const struct pgtable *mem_tree; /* whose call this is */

struct page *mem_page(phys_addr_t pa);
struct page *mem_page_at(const u64 *entry);
struct page *mem_call_page(unsigned int i); /* i-th page taken in this call, or NULL */
extern struct page mem_shared_pages[SHARED_PAGES];
void mem_sync(void);

void watch_reset(void);
void watch_begin(u64 va, u64 last);
void watch_end(void);
void watch_fence(struct pgtable *pt, const struct pgtable_change *change);

#endif
