/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_MM_H
#define KERNEL_MM_H

#include <kernel/list.h>
#include <asm/page.h>

/*
 * A page of RAM that is online. The array of them, vmemmap, is virtually contiguous and has
 * memory behind it only for blocks of RAM that are online (pfn_valid()).
 */
struct slab;

/* struct page, flags */
#define PG_reserved (1U << 0) /* never the allocator's: firmware, image, boot memory, holes */
#define PG_buddy    (1U << 1) /* free, first of a piece of 2^order */
#define PG_slab     (1U << 2) /* of a kmem_cache */
#define PG_head     (1U << 3) /* first of a piece allocated with __GFP_COMP */
#define PG_tail     (1U << 4) /* another one of such a piece: @head is its first */
#define PG_hole     (1U << 5) /* reserved, and not in the linear map: no RAM, or firmware's */

/**
 * struct page - 32 bytes
 * @order:    of a free piece, or of one allocated with __GFP_COMP
 * @refcount: 0: free
 * @lru:      free: neighbours in the free list; else the owner's
 * @head:     PG_tail: the first page of the piece
 * @slab:     PG_slab: what the page is part of
 * @next:     in a hart's cache: the next one there
 * @private:  the owner's
 */
struct page {
	u16 flags;
	u16 order;
	u32 refcount;
	union {
		struct list_head lru;
		struct {
			struct page *head;
			struct slab *slab;
		};
	};
	union {
		struct page *next;
		unsigned long private;
	};
};

static_assert(sizeof(struct page) == 32, "what a page of RAM costs");

/* Page frame numbers are physical addresses in pages. */
#define PFN_UP(x)   (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)

/* vmemmap[pfn] is its page: the array's start, moved down by the linear map's first frame. */
extern struct page *vmemmap;

#define pfn_to_page(pfn)  (vmemmap + (pfn))
#define page_to_pfn(page) ((unsigned long)((page) - vmemmap))

static inline phys_addr_t page_to_phys(const struct page *page)
{
	return PFN_PHYS(page_to_pfn(page));
}

static inline struct page *phys_to_page(phys_addr_t pa)
{
	return pfn_to_page(PFN_DOWN(pa));
}

static inline void *page_address(const struct page *page)
{
	return __va(page_to_phys(page));
}

/** virt_to_page() - of a linear-map address of RAM that is online */
static inline struct page *virt_to_page(const volatile void *addr)
{
	return phys_to_page(__pa(addr));
}

/** compound_head() - the first page of its piece; itself if it was not allocated as one */
static inline struct page *compound_head(struct page *page)
{
	return page->flags & PG_tail ? page->head : page;
}

/** page_size() - bytes of a piece allocated with __GFP_COMP */
static inline unsigned long page_size(const struct page *page)
{
	return PAGE_SIZE << (page->flags & PG_head ? page->order : 0);
}

/** get_order() - the order of the smallest piece of @size bytes */
static inline unsigned int get_order(unsigned long size)
{
	unsigned int order = 0;

	/* No bit-counting instruction is assumed, and there is no libgcc. */
	while (PAGE_SIZE << order < size && order < 64 - PAGE_SHIFT)
		order++;
	return order;
}

/** get_page() - one reference more, to its whole piece; put_page() - drop one, as __free_pages() */
static inline void get_page(struct page *page)
{
	__atomic_fetch_add(&compound_head(page)->refcount, 1, __ATOMIC_RELAXED);
}

void put_page(struct page *page);

static inline u32 page_count(struct page *page)
{
	return READ_ONCE(compound_head(page)->refcount);
}

/**
 * pfn_online() - whether the frame has a struct page: its block is online
 * pfn_valid() - and it is RAM, in the linear map
 * Context: any. What came online stays so.
 */
bool pfn_online(unsigned long pfn);
bool pfn_valid(unsigned long pfn);

/**
 * virt_addr_valid() - whether it is a linear-map address of RAM that is online
 */
static inline bool virt_addr_valid(const volatile void *addr)
{
	unsigned long va = (unsigned long)addr;

	return va >= kernel_map.linear_start && va < kernel_map.linear_end &&
	       pfn_valid(PFN_DOWN(__pa(addr)));
}

/**
 * mem_init() - let the page allocator take over from memblock
 * From here on what memblock has not given away belongs to the page allocator, and comes
 * online when it is needed.
 * Context: boot hart, once, after setup_vm_final(), before the other harts start.
 */
void mem_init(void);

/**
 * free_reserved_area() - give boot memory to the page allocator
 * @start, @end: physical, whole pages inside are given
 * @owner: for the log; NULL: nothing is said
 * Return: bytes given.
 */
unsigned long free_reserved_area(phys_addr_t start, phys_addr_t end, const char *owner);

/**
 * online_block_at() - bring the block of RAM online that has this address, out of turn
 * Context: as GFP_KERNEL.
 * Return: 0, also if it was; -ENOMEM: it has no room for its own metadata; -ERANGE: no RAM
 * that is mapped.
 */
int online_block_at(phys_addr_t pa);

/**
 * set_reclaim_hook() - what is asked for memory when no RAM is left to bring online
 * @reclaim: Return: whether it has freed any. Context: as an allocation that may reclaim.
 */
void set_reclaim_hook(bool (*reclaim)(void));

/**
 * page_alloc_cpu_dead() - give back what hart @cpu, which has stopped, keeps for itself
 * Context: any.
 */
void page_alloc_cpu_dead(unsigned int cpu);

/*
 * In pages: what RAM there is (that is mapped); what of it is or was the allocator's, that is
 * online less metadata and boot memory; and what is free of that.
 */
unsigned long totalram_pages(void);
unsigned long nr_online_pages(void);
unsigned long nr_free_pages(void);

/**
 * struct page_alloc_counts - for people
 * @pieces:    free ones by order
 * @cached:    pages in the caches of harts
 * @most_used: pages in use or cached, at the most
 * @blocks_online, @blocks: of RAM
 * @touched:   bytes that the kernel may have written, without the image and @most_used
 */
struct page_alloc_counts {
	unsigned long pieces[11];
	unsigned long cached, most_used;
	unsigned long blocks_online, blocks;
	unsigned long touched;
};

void page_alloc_counts(struct page_alloc_counts *counts);

#endif
