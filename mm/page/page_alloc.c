// SPDX-License-Identifier: BSD-2-Clause
/*
 * The page allocator: each hart's cache of single pages, behind it the free pieces
 * (buddy.c), behind those the RAM that is not online yet (page_online.c).
 */
#include <kernel/fault-inject.h>
#include <kernel/panic.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <asm/irq.h>
#include <asm/stacktrace.h>
#include "page_alloc.h"

/* Pages only __GFP_HIGH gets; fewer than LOW: a caller that may brings RAM online. */
#define RESERVE 128
#define LOW     512

/* Of a hart's cache: what it fetches and gives at a time, and the most it keeps. */
#define BATCH     24
#define CACHE_MAX 64

struct buddy buddy;
struct fault_attr fail_page_alloc;

/*
 * Single free pages, linked by next. Its own lock, taken with interrupts off, lets other
 * harts empty it. @valid: what is_page() has seen last.
 */
struct page_cache {
	spinlock_t lock;
	unsigned int nr;
	struct page *first;
	unsigned long valid;
};

static DEFINE_PER_CPU(struct page_cache, page_cache);

/* --- The caches --- */

static inline void push(struct page_cache *c, struct page *page)
{
	page->next = c->first;
	c->first = page;
	c->nr++;
}

static inline struct page *pop(struct page_cache *c)
{
	struct page *page = c->first;

	if (likely(page)) {
		c->first = page->next;
		c->nr--;
	}
	return page;
}

/* At most @nr pages, to the free pieces. The cache's lock is held, interrupts are off. */
static noinline void shrink(struct page_cache *c, unsigned int nr)
{
	spin_lock(&buddy.lock);
	while (nr-- && c->nr)
		buddy_give(&buddy, pop(c), 0);
	spin_unlock(&buddy.lock);
}

static void drain(struct page_cache *c)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	shrink(c, c->nr);
	spin_unlock_irqrestore(&c->lock, flags);
}

void page_alloc_cpu_dead(unsigned int cpu)
{
	drain(per_cpu_ptr(&page_cache, cpu));
}

static void drain_all_pages(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		page_alloc_cpu_dead(cpu);
}

static unsigned long nr_cached_pages(void)
{
	unsigned long nr = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		nr += READ_ONCE(per_cpu_ptr(&page_cache, cpu)->nr);
	return nr;
}

static inline struct page *take_cached(void)
{
	struct page_cache *c;
	struct page *page;
	unsigned long flags;

	local_irq_save(flags);
	c = this_cpu_ptr(&page_cache);
	spin_lock(&c->lock);
	page = pop(c);
	spin_unlock_irqrestore(&c->lock, flags);
	return page;
}

static inline void give_cached(struct page *page)
{
	struct page_cache *c;
	unsigned long flags;

	local_irq_save(flags);
	c = this_cpu_ptr(&page_cache);
	spin_lock(&c->lock);
	push(c, page);
	if (unlikely(c->nr > CACHE_MAX))
		shrink(c, BATCH);
	spin_unlock_irqrestore(&c->lock, flags);
}

/* --- Taking --- */

/* buddy.lock is held. */
static struct page *take_piece(gfp_t gfp, unsigned int order)
{
	unsigned long keep = gfp & __GFP_HIGH ? 0 : RESERVE;

	return buddy.nr_free < keep + (1UL << order) ? NULL : buddy_take(&buddy, order);
}

/* From the free pieces; for a single page also some more for the cache. */
static struct page *take_online(gfp_t gfp, unsigned int order)
{
	struct page_cache *c;
	struct page *page, *more;
	unsigned long flags;

	local_irq_save(flags);
	c = this_cpu_ptr(&page_cache);
	spin_lock(&c->lock);
	spin_lock(&buddy.lock);
	page = take_piece(gfp, order);
	for (unsigned int i = 1; page && !order && i < BATCH; i++) {
		more = take_piece(0, 0);
		if (!more)
			break;
		push(c, more);
	}
	spin_unlock(&buddy.lock);
	spin_unlock_irqrestore(&c->lock, flags);
	return page;
}

static bool (*reclaim_hook)(void);

void set_reclaim_hook(bool (*reclaim)(void))
{
	reclaim_hook = reclaim;
}

static bool may_online(gfp_t gfp)
{
	/* In an interrupt: the lock may be held by what it interrupted. */
	return gfp & __GFP_DIRECT_RECLAIM && !in_interrupt();
}

static noinline struct page *take_slowly(gfp_t gfp, unsigned int order)
{
	unsigned long seen = nr_blocks_online();
	struct page *page = take_online(gfp, order);

	if (!page) {
		drain_all_pages();
		page = take_online(gfp, order);
	}
	while (!page && may_online(gfp) && online_more(seen, true)) {
		seen = nr_blocks_online();
		page = take_online(gfp, order);
	}
	if (!page && may_online(gfp) && reclaim_hook && reclaim_hook()) {
		drain_all_pages();
		page = take_online(gfp, order);
	}
	if (page && READ_ONCE(buddy.nr_free) < LOW && may_online(gfp))
		online_more(nr_blocks_online(), false);
	return page;
}

static noinline struct page *none(gfp_t gfp, unsigned int order, const void *caller)
{
	if (gfp & __GFP_NOFAIL)
		panic("page_alloc: no %lu KiB in one piece for %pS, which must not fail",
		      PAGE_SIZE / 1024 << order, caller);
	if (!(gfp & __GFP_NOWARN))
		pr_warn("page_alloc: no %lu KiB in one piece for %pS: gfp=0x%x free=%lu KiB\n",
			PAGE_SIZE / 1024 << order, caller, gfp,
			nr_free_pages() * (PAGE_SIZE / 1024));
	return NULL;
}

static noinline void prepare(struct page *page, gfp_t gfp, unsigned int order)
{
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE << order);
	if (!(gfp & __GFP_COMP) || !order)
		return;
	page->flags = PG_head;
	for (unsigned long i = 1; i < 1UL << order; i++) {
		page[i].flags = PG_tail;
		page[i].head = page;
	}
}

static noinline bool must_fail(gfp_t gfp, unsigned int order)
{
	return order > MAX_PAGE_ORDER ||
	       (!(gfp & __GFP_NOFAIL) && should_fail(&fail_page_alloc, PAGE_SIZE << order));
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = NULL;

	if (unlikely(order > MAX_PAGE_ORDER || fail_page_alloc.interval) && must_fail(gfp, order))
		return none(gfp, order, __builtin_return_address(0));
	if (likely(!order))
		page = take_cached();
	if (unlikely(!page))
		page = take_slowly(gfp, order);
	if (unlikely(!page))
		return none(gfp, order, __builtin_return_address(0));
	page->order = (u16)order;
	WRITE_ONCE(page->refcount, 1);
	kasan_alloc_pages(page, 1UL << order);
	if (unlikely(gfp & (__GFP_ZERO | __GFP_COMP)))
		prepare(page, gfp, order);
	return page;
}

/* --- Giving back --- */

/* Whether @page is one at all. A block that came online stays so: the last one is remembered. */
static inline bool is_page(const struct page *page)
{
	struct page_cache *c = this_cpu_ptr(&page_cache);
	unsigned long at = (unsigned long)page, block = at / BLOCK_META_SIZE;

	if (unlikely(at % sizeof(*page)))
		return false;
	if (likely(READ_ONCE(c->valid) == block))
		return true;
	if (!pfn_online(page_to_pfn(page)))
		return false;
	WRITE_ONCE(c->valid, block);
	return true;
}

static noinline void refuse(const struct page *page, unsigned int order)
{
	if (!is_page(page))
		pr_err("page_alloc: free of 0x%lx, which is no page that is online\n",
		       (unsigned long)page);
	else if (page->flags & PG_reserved)
		pr_err("page_alloc: free of 0x%llx, which is reserved\n", page_to_phys(page));
	else if (page->flags & PG_slab)
		pr_err("page_alloc: free of 0x%llx, which is a slab's\n", page_to_phys(page));
	else if (!page->refcount)
		pr_err("page_alloc: double free of 0x%llx, or free of a part: order %u\n",
		       page_to_phys(page), order);
	else
		pr_err("page_alloc: free of 0x%llx with order %u, allocated with %u\n",
		       page_to_phys(page), order, page->order);
	dump_stack();
}

static noinline void give_piece(struct page *page, unsigned int order)
{
	unsigned long flags;

	for (unsigned long i = 1; page->flags & PG_head && i < 1UL << order; i++)
		page[i].flags = 0;
	page->flags = 0;
	spin_lock_irqsave(&buddy.lock, flags);
	buddy_give(&buddy, page, order);
	spin_unlock_irqrestore(&buddy.lock, flags);
}

void __free_pages(struct page *page, unsigned int order)
{
	u32 held;

	if (unlikely(!is_page(page) || page->order != order || page->flags & ~PG_head ||
		     !READ_ONCE(page->refcount))) {
		refuse(page, order);
		return;
	}
	held = __atomic_fetch_sub(&page->refcount, 1, __ATOMIC_ACQ_REL);
	if (unlikely(held != 1)) {
		if (!held) {
			__atomic_fetch_add(&page->refcount, 1, __ATOMIC_RELAXED);
			refuse(page, order);
		}
		return;
	}
	kasan_free_pages(page, 1UL << order);
	if (likely(!order))
		give_cached(page);
	else
		give_piece(page, order);
}

void put_page(struct page *page)
{
	page = compound_head(page);
	__free_pages(page, page->order);
}

/* --- By address, exact --- */

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (!addr)
		return;
	if (addr & ~PAGE_MASK || !virt_addr_valid((void *)addr)) {
		pr_err("page_alloc: free of address 0x%lx, which is no page's\n", addr);
		dump_stack();
		return;
	}
	__free_pages(virt_to_page((void *)addr), order);
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned int order = get_order(size);
	unsigned long nr = PFN_UP(size), flags;
	struct page *page = size ? alloc_pages(gfp & ~__GFP_COMP, order) : NULL;

	if (!page)
		return NULL;
	for (unsigned long i = 0; i < nr; i++) {
		page[i].order = 0;
		page[i].refcount = 1;
	}
	kasan_free_pages(page + nr, (1UL << order) - nr);
	spin_lock_irqsave(&buddy.lock, flags);
	buddy_give_range(&buddy, page_to_pfn(page) + nr, page_to_pfn(page) + (1UL << order));
	spin_unlock_irqrestore(&buddy.lock, flags);
	return page_address(page);
}

void free_pages_exact(void *addr, size_t size)
{
	for (unsigned long i = 0; i < size; i += PAGE_SIZE)
		free_page((unsigned long)addr + i);
}

/* --- Counts --- */

void add_pages(unsigned long pfn, unsigned long end)
{
	unsigned long flags;

	spin_lock_irqsave(&buddy.lock, flags);
	buddy_add_range(&buddy, pfn, end);
	spin_unlock_irqrestore(&buddy.lock, flags);
}

void add_used_pages(unsigned long nr)
{
	unsigned long flags;

	spin_lock_irqsave(&buddy.lock, flags);
	buddy.nr_pages += nr;
	spin_unlock_irqrestore(&buddy.lock, flags);
}

unsigned long nr_free_pages(void)
{
	return READ_ONCE(buddy.nr_free) + nr_cached_pages();
}

unsigned long nr_online_pages(void)
{
	return READ_ONCE(buddy.nr_pages);
}

void page_alloc_counts(struct page_alloc_counts *counts)
{
	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++)
		counts->pieces[order] = READ_ONCE(buddy.piece[order].nr);
	counts->cached = nr_cached_pages();
	counts->most_used = READ_ONCE(buddy.most_used);
	page_online_counts(counts);
}
