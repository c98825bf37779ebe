// SPDX-License-Identifier: BSD-2-Clause
/* The page allocator. Each case leaves as many pages in use as it found. */
#include <kernel/errno.h>
#include <kernel/fault-inject.h>
#include <kernel/gfp.h>
#include <kernel/ktest.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <kernel/watchdog.h>
#include <asm/boot_record.h>
#include "log.h"
#include "pages.h"
#include "probe.h"

static void end(unsigned long used)
{
	EXPECT_EQ(pages_used(), used);
}

/* Two of each order at the same time: aligned, RAM that is free for it, nothing shared. */
static void orders(void)
{
	struct page *page[NR_PAGE_ORDERS][2];
	unsigned long used = pages_begin();

	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++) {
		for (unsigned int i = 0; i < 2; i++) {
			struct page *p = page[order][i] = alloc_pages(GFP_KERNEL, order);

			EXPECT(p && IS_ALIGNED(page_to_pfn(p), 1UL << order));
			if (!p)
				return;
			EXPECT(virt_addr_valid(page_address(p)));
			EXPECT(!memblock_is_region_reserved(page_to_phys(p), PAGE_SIZE << order));
			EXPECT_EQ(page_count(p), 1);
			EXPECT(virt_to_page(page_address(p)) == p);
			fill_pages(p, order, (u64)(2 * order + i) << 32);
		}
	}
	EXPECT(pages_used() >= used + 2 * ((1UL << NR_PAGE_ORDERS) - 1));
	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++) {
		for (unsigned int i = 0; i < 2; i++) {
			EXPECT(pages_filled(page[order][i], order, (u64)(2 * order + i) << 32));
			__free_pages(page[order][i], order);
		}
	}
	EXPECT(!alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_PAGE_ORDER + 1));
}

static void flags(void)
{
	unsigned long used = pages_begin();
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	unsigned long va;

	fill_pages(page, 3, ~0ULL);
	__free_pages(page, 3);
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_COMP, 3);
	EXPECT(page != NULL);
	for (unsigned long i = 0; i < 8 * PAGE_SIZE / sizeof(u64); i++)
		EXPECT_EQ(page_word(page, 0)[i], 0);
	EXPECT_EQ(page_size(page), 8 * PAGE_SIZE);
	for (unsigned int i = 0; i < 8; i++)
		EXPECT(compound_head(page + i) == page);
	get_page(page + 5);
	EXPECT_EQ(page_count(page), 2);
	put_page(page + 7);
	EXPECT_EQ(pages_used(), used + 8);
	put_page(page);
	EXPECT(compound_head(page + 5) == page + 5);
	va = __get_free_page(GFP_KERNEL | __GFP_ZERO);
	EXPECT(va && *(u64 *)va == 0);
	free_page(va);
	free_page(0);
	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	EXPECT(page != NULL);
	__free_page(page);
	end(used);
}

static void exact_and_many(void)
{
	static struct page *page[300] __noinit;
	unsigned long used = pages_begin();
	char *exact = alloc_pages_exact(5 * PAGE_SIZE + 1, GFP_KERNEL);

	EXPECT(exact != NULL);
	EXPECT_EQ(pages_used(), used + 6);
	memset(exact, 1, 6 * PAGE_SIZE);
	free_pages_exact(exact, 5 * PAGE_SIZE + 1);
	end(used);
	EXPECT(!alloc_pages_exact(0, GFP_KERNEL));
	EXPECT_EQ(get_pages(GFP_KERNEL, ARRAY_SIZE(page), page), ARRAY_SIZE(page));
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++)
		fill_pages(page[i], 0, i);
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++) {
		EXPECT(pages_filled(page[i], 0, i));
		__free_page(page[i]);
	}
	end(used);
}

/* What is free is in as large pieces as before. */
static void coalescing(void)
{
	static struct page *page[1024] __noinit;
	struct page_alloc_counts before, after;
	unsigned long used = pages_begin(), nr;

	page_alloc_counts(&before);
	nr = get_pages(GFP_ATOMIC, ARRAY_SIZE(page), page);
	EXPECT_EQ(nr, ARRAY_SIZE(page));
	for (unsigned long i = 0; i < nr; i++) /* not in the order they came */
		__free_page(page[i * 37 % nr]);
	drain_all_pages();
	page_alloc_counts(&after);
	EXPECT_EQ(after.cached, 0);
	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++)
		EXPECT_EQ(after.pieces[order], before.pieces[order]);
	end(used);
}

static void expect_report(const char *text, u64 cursor)
{
	EXPECT(logged(cursor, text));
	EXPECT(logged(cursor, "backtrace:"));
}

/* Reported with where it comes from, and without effect. */
static void wrong_frees(void)
{
	/* The image's block may be far from the others, and cost a table. */
	int err = online_block_at(boot_record.load_pa);
	unsigned long used = pages_begin();
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	u64 cursor = log_cursor();

	EXPECT_EQ(err, 0);
	__free_pages(page, 1);
	expect_report("with order 1, allocated with 2", cursor);
	cursor = log_cursor();
	__free_page(page + 1);
	expect_report("page_alloc: double free of", cursor);
	EXPECT_EQ(pages_used(), used + 4);
	__free_pages(page, 2);
	end(used);
	cursor = log_cursor();
	__free_pages(page, 2);
	expect_report("page_alloc: double free of", cursor);
	page = alloc_page(GFP_KERNEL);
	__free_page(page);
	cursor = log_cursor();
	__free_page(page);
	expect_report("page_alloc: double free of", cursor);
	cursor = log_cursor();
	__free_page(phys_to_page(boot_record.load_pa));
	expect_report("which is reserved", cursor);
	cursor = log_cursor();
	__free_page((struct page *)((char *)page + 8));
	expect_report("which is no page that is online", cursor);
	cursor = log_cursor();
	__free_page((struct page *)((unsigned long)vmemmap +
				    PFN_DOWN(0x1000000000000) * sizeof(*page)));
	expect_report("which is no page that is online", cursor);
	cursor = log_cursor();
	free_page((unsigned long)&used);
	expect_report("which is no page's", cursor);
	end(used);
}

static void validity(void)
{
	phys_addr_t end_pa = memblock_end_of_DRAM();

	online_block_at(boot_record.load_pa); /* it may be the first one, or far from it */
	EXPECT(pfn_valid(PFN_DOWN(boot_record.load_pa)));
	EXPECT(phys_to_page(boot_record.load_pa)->flags & PG_reserved);
	EXPECT(!pfn_valid(PFN_DOWN(end_pa) + 0x100000));
	EXPECT(!pfn_valid(~0UL));
	EXPECT(!virt_addr_valid((void *)8));
	for (u32 i = 0; i < memblock.memory.cnt; i++)
		if (memblock.memory.regions[i].flags & MEMBLOCK_NOMAP)
			EXPECT(!pfn_valid(PFN_DOWN(memblock.memory.regions[i].base)));
	EXPECT(totalram_pages() <= memblock_phys_mem_size() / PAGE_SIZE);
	EXPECT(nr_online_pages() <= totalram_pages());
	EXPECT(nr_free_pages() <= nr_online_pages());
}

/* RAM anywhere, out of turn: the last block, and a piece of the last gigabyte. */
static void last_block(void)
{
	phys_addr_t start, end_pa, last = 0;
	unsigned long used = pages_begin(), free = nr_free_pages(), online = nr_online_pages();
	unsigned long tables = kernel_pgtable.tables;
	struct page *page;
	bool found = false;

	for_each_free_mem_range(cursor, &start, &end_pa)
		last = end_pa - start >= SZ_1M ? ALIGN_DOWN(end_pa - PAGE_SIZE, PAGE_SIZE) : last;
	EXPECT_EQ(online_block_at(last), 0);
	EXPECT_EQ(online_block_at(last), 0);
	EXPECT_EQ(online_block_at(0x1000), memblock_is_map_memory(0x1000) ? 0 : -ERANGE);
	page = phys_to_page(last);
	EXPECT(pfn_valid(PFN_DOWN(last)));
	EXPECT_EQ(page->flags & PG_reserved, 0);
	EXPECT_EQ(write_cause((unsigned long)page_address(page)), NO_FAULT);
	EXPECT_EQ(nr_free_pages() - free + kernel_pgtable.tables - tables,
		  nr_online_pages() - online);
	EXPECT_EQ(pages_used(), used + kernel_pgtable.tables - tables);
	for (unsigned int order = NR_PAGE_ORDERS; order--;) { /* what came last is given first */
		page = alloc_pages(GFP_KERNEL, order);
		EXPECT(page);
		found |= page && page_to_phys(page) >= last - min(last, (phys_addr_t)SZ_1G);
		if (page && found)
			*(volatile u64 *)page_address(page) = 0x5a5a;
		if (page)
			__free_pages(page, order);
	}
	EXPECT(found);
}

/* Pieces onto a list, marked, until there are none. Return: how many. */
static unsigned long take_all(gfp_t gfp, unsigned int order, struct page **list)
{
	unsigned long nr = 0;

	for (struct page *page; (page = alloc_pages(gfp | __GFP_NOWARN, order)); nr++) {
		page->next = *list;
		*list = page;
		fill_pages(page, order, (u64)page);
		if (!(nr & 255))
			touch_softlockup_watchdog();
	}
	return nr;
}

/* Two that were the same one would have lost the first one's mark. Return: how many pieces. */
static unsigned long give_all(unsigned int order, struct page *list)
{
	unsigned long nr = 0;

	for (struct page *page; (page = list); nr++) {
		EXPECT(pages_filled(page, order, (u64)page));
		list = page->next;
		__free_pages(page, order);
		if (!(nr & 255))
			touch_softlockup_watchdog();
	}
	return nr;
}

/* All there is, in the largest pieces and then page by page; and everything back. */
static void exhaustion(void)
{
	unsigned long nr, single, used = pages_begin() - kernel_pgtable.tables;
	struct page *large = NULL, *list = NULL;
	u64 cursor;

	if (totalram_pages() > 256 * SZ_1M / PAGE_SIZE)
		return; /* the same code on a smaller machine */
	nr = take_all(GFP_KERNEL, MAX_PAGE_ORDER, &large);
	EXPECT(nr > 3);
	single = take_all(GFP_KERNEL, 0, &list);
	EXPECT(single > 0);
	EXPECT(nr_free_pages() >= 64); /* the reserve */
	single += take_all(GFP_ATOMIC, 0, &list);
	EXPECT_EQ(nr_free_pages(), 0);
	cursor = log_cursor();
	EXPECT(!alloc_page(GFP_ATOMIC));
	EXPECT(logged(cursor, "page_alloc: no 4 KiB in one piece for"));
	EXPECT_EQ(give_all(0, list), single);
	EXPECT_EQ(give_all(MAX_PAGE_ORDER, large), nr);
	EXPECT_EQ(pages_used() - kernel_pgtable.tables, used);
}

/* Each order alone: what is left has none of it, and comes together again. */
static void each_order(void)
{
	unsigned long used = pages_begin() - kernel_pgtable.tables, nr;
	struct page_alloc_counts counts;

	if (totalram_pages() > 64 * SZ_1M / PAGE_SIZE)
		return; /* the same code on a smaller machine */
	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++) {
		struct page *list = NULL;

		nr = take_all(GFP_ATOMIC, order, &list);
		page_alloc_counts(&counts);
		for (unsigned int larger = order; larger < NR_PAGE_ORDERS; larger++)
			EXPECT_EQ(counts.pieces[larger], 0);
		EXPECT(nr << order > totalram_pages() / 2);
		EXPECT_EQ(give_all(order, list), nr);
		drain_all_pages();
		EXPECT_EQ(pages_used() - kernel_pgtable.tables, used);
	}
}

/* Linux's four attributes. */
static void failures(void)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	unsigned long used = pages_begin();
	struct fault_attr before = fail_page_alloc;
	struct page *page[8];
	unsigned int failed = 0;

	EXPECT_EQ(setup_fault_attr(&fail_page_alloc, "1,2"), -EINVAL);
	EXPECT_EQ(setup_fault_attr(&fail_page_alloc, "1,2,3,4,"), -EINVAL);
	EXPECT_EQ(setup_fault_attr(&fail_page_alloc, "x,2,3,4"), -EINVAL);
	EXPECT_EQ(setup_fault_attr(&fail_page_alloc, "2,100,0,3"), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++) {
		page[i] = alloc_page(gfp);
		EXPECT_EQ(!page[i], i == 1 || i == 3 || i == 5);
	}
	EXPECT_EQ(setup_fault_attr(&fail_page_alloc, "1,100,8K,-1"), 0);
	for (unsigned int i = 0; i < 4; i++) {
		struct page *more = alloc_page(gfp);

		EXPECT_EQ(!more, i > 0); /* as soon as no more than one page is left of the space */
		if (more)
			__free_page(more);
	}
	EXPECT_EQ(setup_fault_attr(&fail_page_alloc, "1,50,0,-1"), 0);
	for (unsigned int i = 0; i < 1000; i++) {
		struct page *more = alloc_page(gfp);

		failed += !more;
		if (more)
			__free_page(more);
	}
	EXPECT(failed > 300 && failed < 700);
	EXPECT_EQ(setup_fault_attr(&fail_page_alloc, "1,100,0,-1"), 0);
	__free_page(alloc_page(gfp | __GFP_NOFAIL));
	fail_page_alloc = before;
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++)
		if (page[i])
			__free_page(page[i]);
	end(used);
}

static const struct ktest_case cases[] = {
	{ "orders", orders },
	{ "flags", flags },
	{ "exact_and_many", exact_and_many },
	{ "coalescing", coalescing },
	{ "wrong_frees", wrong_frees },
	{ "validity", validity },
	{ "last_block", last_block },
	{ "exhaustion", exhaustion },
	{ "each_order", each_order },
	{ "failures", failures },
};
KTEST_SUITE(page_alloc, cases);
