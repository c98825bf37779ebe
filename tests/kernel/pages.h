/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_KERNEL_PAGES_H
#define TESTS_KERNEL_PAGES_H

#include <kernel/fault-inject.h>
#include <kernel/gfp.h>
#include <kernel/kasan.h>
#include <kernel/ktest.h>
#include <kernel/pgtable.h>
#include <kernel/slab.h>
#include <kernel/smp.h>
#include <asm/page.h>

/** test_alloc() - RAM, aligned to its size rounded up to a power of two; 0: none. test_free() */
static inline phys_addr_t test_alloc(size_t size)
{
	struct page *page = alloc_pages(GFP_KERNEL, get_order(size));

	return page ? page_to_phys(page) : 0;
}

static inline void test_free(phys_addr_t pa, size_t size)
{
	__free_pages(phys_to_page(pa), get_order(size));
}

/** test_keep() - test_alloc(), and it stays with the tests */
static inline phys_addr_t test_keep(size_t size)
{
	phys_addr_t pa = test_alloc(size);

	if (pa)
		ktest_keep(1UL << get_order(size));
	return pa;
}

/** test_alloc_8m() - two of the largest pieces that are neighbours; 0: none. test_free_8m() */
static inline phys_addr_t test_alloc_8m(void)
{
	struct page *page[8];
	unsigned int nr = 0, low = 0, high = 0;

	while (nr < ARRAY_SIZE(page) && low == high) {
		page[nr] = alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_PAGE_ORDER);
		if (!page[nr])
			break;
		for (unsigned int i = 0; i < nr; i++) {
			if (page[i] == page[nr] + (1UL << MAX_PAGE_ORDER))
				low = nr, high = i;
			if (page[nr] == page[i] + (1UL << MAX_PAGE_ORDER))
				low = i, high = nr;
		}
		nr++;
	}
	for (unsigned int i = 0; i < nr; i++)
		if (low == high || (i != low && i != high))
			__free_pages(page[i], MAX_PAGE_ORDER);
	return low == high ? 0 : page_to_phys(page[low]);
}

static inline void test_free_8m(phys_addr_t pa)
{
	__free_pages(phys_to_page(pa), MAX_PAGE_ORDER);
	__free_pages(phys_to_page(pa) + (1UL << MAX_PAGE_ORDER), MAX_PAGE_ORDER);
}

/** drain_all_pages() - give back what harts keep for themselves */
static inline void drain_all_pages(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		page_alloc_cpu_dead(cpu);
}

/** get_pages() - @nr single pages. Return: how many there were. */
static inline unsigned long get_pages(gfp_t gfp, unsigned long nr, struct page **page)
{
	unsigned long i = 0;

	while (i < nr && (page[i] = alloc_page(gfp)))
		i++;
	return i;
}

/** page_mapped() - the page that the kernel's tables lead @addr to, or NULL */
static inline struct page *page_mapped(const void *addr)
{
	unsigned int level;
	pte_t pte = pgtable_walk(&kernel_pgtable, (unsigned long)addr, &level);
	phys_addr_t pa = pte_pa(pte) + ((unsigned long)addr & (pgtable_leaf_size(level) - 1));

	return pte_leaf(pte) && pfn_valid(PFN_DOWN(pa)) ? phys_to_page(pa) : NULL;
}

static inline void drop_magazines(void *unused)
{
	slab_cpu_dead(smp_processor_id());
}

/** set_failslab() - let allocations fail; without magazines, so that each is counted */
static inline void set_failslab(const char *text)
{
	EXPECT_EQ(setup_fault_attr(&failslab, text), 0);
	if (failslab.interval)
		on_each_cpu(drop_magazines, NULL, true);
}

/** pages_used() - how many somebody has. What comes online does not change it, but for tables. */
static inline unsigned long pages_used(void)
{
	kasan_quarantine_flush();
	return nr_online_pages() - nr_free_pages() - kasan_pages();
}

/**
 * pages_begin() - pages_used(), with enough free for a case: tables that onlining takes while
 * it runs would count as a leak
 */
static inline unsigned long pages_begin(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);

	if (page)
		__free_pages(page, MAX_PAGE_ORDER);
	drain_all_pages();
	return pages_used();
}

/* Marks in a piece: its pages' first and last words. */
static inline u64 *page_word(struct page *page, unsigned long i)
{
	return (u64 *)page_address(page + i);
}

static inline void fill_pages(struct page *page, unsigned int order, u64 mark)
{
	for (unsigned long i = 0; i < 1UL << order; i++)
		page_word(page, i)[0] = page_word(page, i)[511] = mark + i;
}

static inline bool pages_filled(struct page *page, unsigned int order, u64 mark)
{
	for (unsigned long i = 0; i < 1UL << order; i++)
		if (page_word(page, i)[0] != mark + i || page_word(page, i)[511] != mark + i)
			return false;
	return true;
}

#endif
