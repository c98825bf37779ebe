// SPDX-License-Identifier: BSD-2-Clause
/* vmalloc() and its kin. scratch_end() finds what is left mapped, tables and pages. */
#include <kernel/cmdline.h>
#include <kernel/fault-inject.h>
#include <kernel/ioremap.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include <kernel/vmalloc.h>
#include <kernel/watchdog.h>
#include <asm/layout.h>
#include "crowd.h"
#include "log.h"
#include "pages.h"
#include "probe.h"
#include "trees.h"

#define FAR (SZ_1G * 0x12340) /* where nothing is; not touched */

static bool filled(const void *p, unsigned long size, u64 mark)
{
	const u64 *word = p;

	for (unsigned long i = 0; i < size / 8; i++)
		if (word[i] != mark + i)
			return false;
	return true;
}

static void fill(void *p, unsigned long size, u64 mark)
{
	u64 *word = p;

	for (unsigned long i = 0; i < size / 8; i++)
		word[i] = mark + i;
}

static void expect_guard(const void *p, unsigned long size)
{
	expect_access("the page behind", (unsigned long)p + ALIGN(size, PAGE_SIZE), &none);
}

/* Two of each size at the same time: theirs alone, and the memory that its addresses lead to. */
static void sizes(void)
{
	static const unsigned long size[] = { 1,        8,     4096,  4097,
					      SZ_64K,   SZ_1M, SZ_2M, SZ_2M + PAGE_SIZE,
					      SZ_4M - 8 };

	for (unsigned int i = 0; i < ARRAY_SIZE(size); i++) {
		char *one, *two;

		scratch_begin();
		one = vmalloc(size[i]);
		two = vmalloc(size[i]);
		if (!one || !two)
			return ktest_fail(__FILE__, __LINE__, "vmalloc(%lu)", size[i]);
		EXPECT(IS_ALIGNED((unsigned long)one, PAGE_SIZE));
		EXPECT_EQ(vm_region_of((unsigned long)one, kernel_pgtable.geometry->input_bits),
			  VM_VMALLOC);
		fill(one, size[i], 0);
		fill(two, size[i], 1UL << 32);
		EXPECT(filled(one, size[i], 0) && filled(two, size[i], 1UL << 32));
		for (unsigned long at = 0; at < size[i]; at += PAGE_SIZE) {
			struct page *page = page_mapped(one + at + 5);

			EXPECT(page && page_count(page) == 1);
			if (page && size[i] - at >= 8)
				EXPECT_EQ(*(u64 *)page_address(page), at / 8);
		}
		expect_guard(one, size[i]);
		expect_guard(two, size[i]);
		vfree(one);
		expect_access("what was given back", (unsigned long)one, &none);
		EXPECT(!page_mapped(one));
		vfree(two);
		scratch_end();
	}
}

static void refused(void)
{
	struct vm_region all = vm_region(VM_VMALLOC, kernel_pgtable.geometry->input_bits);
	struct page *page = alloc_page(GFP_KERNEL);

	scratch_begin();
	EXPECT(!vmalloc(0));
	EXPECT(!vmalloc(-1UL));
	EXPECT(!vmalloc(-PAGE_SIZE));
	EXPECT(!vmalloc(all.last - all.start + 1));
	EXPECT(!vmalloc(totalram_pages() * PAGE_SIZE + 1));
	EXPECT(!vmap(&page, 0, VM_MAP, PAGE_KERNEL));
	EXPECT(!vmap(&page, ~0U, VM_MAP, PAGE_KERNEL));
	/* Writable and executable: the engine's refusal, and the area goes again. */
	EXPECT(!vmap(&page, 1, VM_MAP, __pgprot(PAGE_KERNEL.val | _PAGE_EXEC)));
	/* All of the region, and a page more than there is without the guard. */
	EXPECT(!ioremap(FAR, all.last - all.start + 1));
	vfree(NULL);
	vunmap(NULL);
	scratch_end();
	EXPECT_EQ(page_count(page), 1);
	__free_page(page);
}

/* The lowest room that is large enough, whatever was given back in which order. */
static void first_fit(void)
{
	const unsigned long size = 15 * PAGE_SIZE, step = size + PAGE_SIZE;
	unsigned long tables;
	char *p[80];
	char *large;

	scratch_begin();
	tables = kernel_pgtable.tables;
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = vmalloc(size);
	EXPECT(kernel_pgtable.tables > tables + 1); /* 5 MiB of addresses */
	for (unsigned int i = 1; i < ARRAY_SIZE(p); i++)
		EXPECT(p[i] >= p[i - 1] + step);
	for (unsigned int i = 0; i < 20; i++)
		vfree(p[i * 7 % 20 * 2 + 1]);
	for (unsigned int i = 0; i < 20; i++)
		EXPECT(vmalloc(size) == p[2 * i + 1]);
	vfree(p[7]);
	large = vmalloc(size + PAGE_SIZE);
	EXPECT(large > p[ARRAY_SIZE(p) - 1]);
	EXPECT(vmalloc(size) == p[7]);
	vfree(large);
	for (unsigned int i = ARRAY_SIZE(p); i > 0; i--)
		vfree(p[i - 1]);
	EXPECT(kernel_pgtable.tables <= tables + 3); /* one of each level may stay */
	scratch_end();
}

static void large_leaves(void)
{
	struct fault_attr before = fail_page_alloc;
	unsigned long addr;
	char *small, *p;

	scratch_begin();
	small = vmalloc(PAGE_SIZE);
	p = vmalloc(SZ_4M + PAGE_SIZE);
	addr = (unsigned long)p;
	EXPECT_EQ(level_of(&kernel_pgtable, addr), 1);
	EXPECT_EQ(level_of(&kernel_pgtable, addr + SZ_4M - 1), 1);
	EXPECT_EQ(level_of(&kernel_pgtable, addr + SZ_4M), 0);
	EXPECT_EQ(page_to_pfn(page_mapped(p + SZ_1M)),
		  page_to_pfn(page_mapped(p)) + SZ_1M / PAGE_SIZE);
	vfree(p);
	/* No piece of that size: pages, as good. What is smaller does not fail, whoever asks. */
	EXPECT_EQ(setup_fault_attr(&fail_page_alloc, "1,100,2M,1"), 0);
	p = vmalloc(SZ_4M);
	fail_page_alloc = before;
	EXPECT(p);
	EXPECT(level_of(&kernel_pgtable, (unsigned long)p) == 0);
	fill(p, SZ_4M, 7);
	EXPECT(filled(p, SZ_4M, 7));
	vfree(p);
	/* Their tables are in the way of nothing. */
	p = vmalloc(SZ_2M);
	EXPECT_EQ(level_of(&kernel_pgtable, (unsigned long)p), 1);
	vfree(p);
	vfree(small);
	scratch_end();
}

static void map_pages(void)
{
	struct page *page[16], *piece = alloc_pages(GFP_KERNEL, 9);
	static struct page *pieces[512] __noinit;
	char *p, *ro;

	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++)
		page[i] = alloc_page(GFP_KERNEL);
	for (unsigned int i = 0; i < ARRAY_SIZE(pieces); i++)
		pieces[i] = piece + i;
	scratch_begin();
	p = vmap(page, ARRAY_SIZE(page), VM_MAP, PAGE_KERNEL);
	ro = vmap(page + 1, 1, VM_MAP, PAGE_KERNEL_READ);
	EXPECT(p && ro);
	expect_guard(p, sizeof(page) / sizeof(page[0]) * PAGE_SIZE);
	expect_access("a page mapped read-only", (unsigned long)ro, &r__);
	fill(p, ARRAY_SIZE(page) * PAGE_SIZE, 0x1234);
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++) {
		EXPECT(page_mapped(p + i * PAGE_SIZE) == page[i]);
		EXPECT(filled(page_address(page[i]), PAGE_SIZE, 0x1234 + i * PAGE_SIZE / 8));
	}
	EXPECT(filled(ro, PAGE_SIZE, 0x1234 + PAGE_SIZE / 8));
	vunmap(p);
	vunmap(ro);
	expect_access("what was unmapped", (unsigned long)p, &none);
	/* What is contiguous is one leaf. */
	p = vmap(pieces, ARRAY_SIZE(pieces), VM_MAP, PAGE_KERNEL);
	EXPECT_EQ(level_of(&kernel_pgtable, (unsigned long)p), 1);
	vunmap(p);
	scratch_end();
	EXPECT_EQ(page_count(piece), 1);
	__free_pages(piece, 9);
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++) {
		EXPECT(filled(page_address(page[i]), PAGE_SIZE, 0x1234 + i * PAGE_SIZE / 8));
		EXPECT_EQ(page_count(page[i]), 1);
		__free_page(page[i]);
	}
}

#define EXPECT_REPORT(text, call)                      \
	do {                                           \
		u64 _cursor = log_cursor();            \
		call;                                  \
		EXPECT(logged(_cursor, text));         \
		EXPECT(logged(_cursor, "backtrace:")); \
	} while (0)

/* Reported with where it comes from, and without effect. */
static void wrong_frees(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *p, *mapped, *object;
	void *io;

	scratch_begin();
	p = vmalloc(2 * PAGE_SIZE);
	mapped = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	io = ioremap(FAR, PAGE_SIZE);
	object = kmalloc(64, GFP_KERNEL);
	EXPECT_REPORT("vmalloc: vfree() of 0x", vfree(p + 8));
	EXPECT_REPORT("by wrong_frees+", vfree(p + PAGE_SIZE));
	EXPECT_REPORT("nothing of vmalloc() is there", vfree(mapped));
	EXPECT_REPORT("nothing of vmalloc() is there", vfree(io));
	EXPECT_REPORT("nothing of vmalloc() is there", vfree(object));
	EXPECT_REPORT("nothing of vmap() is there", vunmap(p));
	iounmap(p);
	fill(p, 2 * PAGE_SIZE, 5);
	fill(mapped, PAGE_SIZE, 6);
	EXPECT(filled(p, 2 * PAGE_SIZE, 5));
	kfree(object);
	vfree(p);
	vunmap(mapped);
	iounmap(io);
	EXPECT_REPORT("vmalloc: vfree() of 0x", vfree(p));
	EXPECT_REPORT("vmalloc: vunmap() of 0x", vunmap(mapped));
	scratch_end();
	__free_page(page);
}

/* Whatever allocation on the way fails, of pages, tables, or the area: all is as it was. */
static void failures(void)
{
	struct fault_attr pages = fail_page_alloc;
	unsigned int failed = 0;
	void *p = NULL;

	for (long space = 0; !p && space < 600; space += space < 20 ? 1 : 100) {
		scratch_begin();
		fail_page_alloc = (struct fault_attr){ .interval = 1,
						       .probability = 100,
						       .space = space * (long)PAGE_SIZE,
						       .times = -1 };
		p = vmalloc(SZ_2M - PAGE_SIZE);
		fail_page_alloc = pages;
		failed += !p;
		vfree(p);
		scratch_end();
	}
	EXPECT(p && failed > 20);
	scratch_begin();
	set_failslab("1,100,0,-1");
	p = vmalloc(PAGE_SIZE);
	set_failslab("0,0,0,0");
	EXPECT(!p);
	vfree(p);
	scratch_end();
}

/* More than there is, page by page. All RAM is online, with its tables, the second time. */
static void exhaustion(void)
{
	if (totalram_pages() > 256 * SZ_1M / PAGE_SIZE)
		return; /* the same code on a smaller machine */
	EXPECT(!vmalloc(totalram_pages() * PAGE_SIZE));
	drain_all_pages();
	scratch_begin();
	EXPECT(!vmalloc(totalram_pages() * PAGE_SIZE));
	drain_all_pages();
	scratch_end();
}

/* --- Harts --- */

/* Areas that any hart makes, and any other reads and gives back. */
static void *shared[32];

/* The first word is the size. Return: what it was filled with is still there. */
static bool retire(u64 *p)
{
	bool right = !p || filled(p + 1, p[0] - 8, (u64)p);

	vfree(p);
	return right;
}

/* Each is a fence or two of all harts, which is slow on few cores. */
static void stress(struct job *job)
{
	const unsigned long rounds = 10 * cmdline.ktest_work;

	for (unsigned long i = 0; i < rounds; i++) {
		unsigned long size = (job_random(job) % 5 + 1) * PAGE_SIZE;
		u64 *p = vmalloc(size);

		job->wrong += !p;
		if (p) {
			p[0] = size;
			fill(p + 1, size - 8, (u64)p);
		}
		p = __atomic_exchange_n(&shared[job_random(job) % ARRAY_SIZE(shared)], p,
					__ATOMIC_ACQ_REL);
		job->wrong += !retire(p);
		if (!(i & 15))
			iounmap(ioremap(FAR + i * PAGE_SIZE, PAGE_SIZE));
		if (!(i & 63))
			touch_softlockup_watchdog();
	}
}

static void harts_at_once(void)
{
	scratch_begin();
	EXPECT_EQ(crowd_work(stress), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(shared); i++) {
		EXPECT(retire(shared[i]));
		shared[i] = NULL;
	}
	drain_all_pages();
	scratch_end();
}

static const struct ktest_case cases[] = {
	{ "sizes", sizes },
	{ "refused", refused },
	{ "first_fit", first_fit },
	{ "large_leaves", large_leaves },
	{ "map_pages", map_pages },
	{ "wrong_frees", wrong_frees },
	{ "failures", failures },
	{ "exhaustion", exhaustion },
	{ "harts_at_once", harts_at_once },
};
KTEST_SUITE(vmalloc, cases);
