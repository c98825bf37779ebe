/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_GFP_H
#define KERNEL_GFP_H

#include <kernel/mm.h>

/*
 * The page allocator, with Linux's names and meaning. Pages come in blocks of 2^order that are
 * aligned to their size; RAM comes online in blocks of its own when it is first needed.
 *
 * Context of every function: from mem_init() on; any hart, interrupts on or off. With
 * __GFP_DIRECT_RECLAIM (GFP_KERNEL) more RAM may be brought online, which may wait for a lock
 * and fences other harts: not in an interrupt, no spinlock held that an interrupt handler
 * takes. GFP_ATOMIC takes what is online, and from a reserve.
 */
typedef unsigned int gfp_t;

#define __GFP_DIRECT_RECLAIM ((gfp_t)1 << 0) /* RAM may be brought online */
#define __GFP_HIGH           ((gfp_t)1 << 1) /* may use the reserve */
#define __GFP_ZERO           ((gfp_t)1 << 2)
#define __GFP_NOWARN         ((gfp_t)1 << 3) /* a failure is not logged */
#define __GFP_NOFAIL         ((gfp_t)1 << 4) /* a failure is a panic */
#define __GFP_COMP           ((gfp_t)1 << 5) /* page_size(), compound_head() know the order */

#define GFP_KERNEL           __GFP_DIRECT_RECLAIM
#define GFP_ATOMIC           __GFP_HIGH
#define GFP_NOWAIT           __GFP_NOWARN

#define MAX_PAGE_ORDER       10
#define NR_PAGE_ORDERS       (MAX_PAGE_ORDER + 1)

/**
 * alloc_pages() - 2^order pages in one piece
 * Each has a reference count of 1 (the first one's, of a piece).
 * Return: the first one's struct page; NULL: there is no such piece, or order > MAX_PAGE_ORDER.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
#define alloc_page(gfp) alloc_pages(gfp, 0)

/**
 * __free_pages() - drop a reference; the last one gives the pages back
 * @order: as they were allocated
 * A page that is free already, or was never allocated, is reported and left alone.
 */
void __free_pages(struct page *page, unsigned int order);
#define __free_page(page) __free_pages(page, 0)

/** __get_free_pages(), free_pages() - the same by linear-map address; 0: none */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
#define __get_free_page(gfp) __get_free_pages(gfp, 0)
void free_pages(unsigned long addr, unsigned int order);
#define free_page(addr) free_pages(addr, 0)

/**
 * alloc_pages_exact() - whole pages, no more than @size needs; free_pages_exact() - back
 * Return: the linear-map address, or NULL.
 */
void *alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void *addr, size_t size);

#endif
