// SPDX-License-Identifier: BSD-2-Clause
/* The page allocator with several harts at it, and interrupts. With one hart it is no test. */
#include <kernel/cmdline.h>
#include <kernel/ktest.h>
#include <kernel/pgtable.h>
#include <kernel/sizes.h>
#include <kernel/smp.h>
#include <kernel/watchdog.h>
#include <kernel/workqueue.h>
#include "crowd.h"
#include "pages.h"

/*
 * Pieces are held, marked, and looked at before they go. More than two harts do less: on a
 * machine with fewer cores a lock may change hands once in a time slice.
 */
static void stress(struct job *job)
{
	const unsigned long rounds = (num_online_cpus() > 2 ? 500 : 5000) * cmdline.ktest_work;
	struct {
		struct page *page;
		unsigned int order;
	} held[16] = { { NULL, 0 } };

	for (unsigned long i = 0; i < rounds + ARRAY_SIZE(held); i++) {
		unsigned int slot = i < rounds ? job_random(job) % ARRAY_SIZE(held) : i - rounds;
		struct page *page = held[slot].page;

		if (page) {
			job->wrong += !pages_filled(page, held[slot].order, (u64)page);
			__free_pages(page, held[slot].order);
			held[slot].page = NULL;
		} else if (i < rounds) {
			held[slot].order =
				job_random(job) % 8 ? job_random(job) % 3 : job_random(job) % 9;
			page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, held[slot].order);
			held[slot].page = page;
			if (page)
				fill_pages(page, held[slot].order, (u64)page);
		}
		if (!(i & 63))
			touch_softlockup_watchdog();
	}
}

/* While the harts take and give, blocks come online. */
static void harts_at_once(void)
{
	unsigned long used = pages_begin() - kernel_pgtable.tables;

	EXPECT_EQ(crowd_work(stress), 0);
	EXPECT_EQ(pages_used() - kernel_pgtable.tables, used);
}

struct taker {
	struct work_struct work;
	unsigned long nr, taken, wrong;
	struct page *list;
};

static unsigned int order_of(unsigned long i)
{
	return 6 + (unsigned int)i % 3; /* 150 pages each */
}

static void take_blocks(struct work_struct *work)
{
	struct taker *t = container_of(work, struct taker, work);

	for (; t->taken < t->nr; t->taken++) {
		unsigned int order = order_of(t->taken);
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);

		if (!page)
			break;
		t->wrong += page_count(page) != 1 || page->order != order;
		page_word(page, 0)[0] = page_word(page, (1UL << order) - 1)[511] = (u64)page;
		page->next = t->list;
		t->list = page;
		touch_softlockup_watchdog();
	}
}

/* From the last one taken to the first. */
static void give_blocks(struct taker *t)
{
	for (unsigned long i = t->taken; i--;) {
		struct page *page = t->list;
		unsigned long end = (1UL << order_of(i)) - 1;

		t->wrong += page_word(page, 0)[0] != (u64)page ||
			    page_word(page, end)[511] != (u64)page;
		t->list = page->next;
		__free_pages(page, order_of(i));
		touch_softlockup_watchdog();
	}
}

/*
 * The harts take what they can at the same time and keep it, so that block after block comes
 * online between them: 10^4 pieces with 8 GiB or more, else a few.
 */
static void blocks_at_once(void)
{
	static struct taker takers[NR_CPUS] __noinit;
	unsigned long used = pages_begin() - kernel_pgtable.tables, taken = 0;
	unsigned long most = totalram_pages() > 8 * SZ_1G / PAGE_SIZE ? 10000 : 400;
	unsigned long nr = min(most, totalram_pages() / 2 / 150) / num_online_cpus();

	for_each_online_cpu(cpu) {
		struct taker *t = &takers[cpu];

		*t = (struct taker){ .nr = nr };
		INIT_WORK(&t->work, take_blocks);
		if (cpu != smp_processor_id())
			EXPECT(schedule_work_on(cpu, &t->work));
	}
	take_blocks(&takers[smp_processor_id()].work);
	for_each_online_cpu(cpu) {
		if (cpu != smp_processor_id())
			flush_work(&takers[cpu].work);
		taken += takers[cpu].taken;
	}
	EXPECT_EQ(taken, nr * num_online_cpus());
	for_each_online_cpu(cpu) {
		give_blocks(&takers[cpu]);
		EXPECT_EQ(takers[cpu].wrong, 0);
	}
	EXPECT_EQ(pages_used() - kernel_pgtable.tables, used);
}

static void take_in_interrupt(void *info)
{
	struct page **page = info;

	for (unsigned int i = 0; i < 4; i++)
		page[i] = alloc_pages(GFP_ATOMIC, i);
	page[4] = alloc_pages(GFP_KERNEL | __GFP_NOWARN,
			      MAX_PAGE_ORDER); /* as if it were GFP_NOWAIT */
}

static void in_interrupt_too(void)
{
	unsigned long used = pages_begin();
	unsigned int last = 0;

	for_each_online_cpu(cpu) {
		struct page *page[5] = { NULL };

		EXPECT_EQ(smp_call_function_single(cpu, take_in_interrupt, page, true), 0);
		for (unsigned int i = 0; i < 4; i++) {
			EXPECT(page[i]);
			if (page[i])
				__free_pages(page[i], i);
		}
		if (page[4])
			__free_pages(page[4], MAX_PAGE_ORDER);
		last = cpu;
	}
	if (last)
		page_alloc_cpu_dead(last);
	EXPECT_EQ(pages_used() - used, 0);
}

static const struct ktest_case cases[] = {
	{ "harts_at_once", harts_at_once },
	{ "blocks_at_once", blocks_at_once },
	{ "in_interrupt_too", in_interrupt_too },
};
KTEST_SUITE(page_alloc_smp, cases);
