// SPDX-License-Identifier: BSD-2-Clause
/*
 * kmalloc()'s memory: to the byte, and not after it was freed. The cases have Linux's names
 * (mm/kasan/kasan_test_c.c), what they do is ours.
 */
#include <kernel/gfp.h>
#include <kernel/sizes.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include <kernel/vmalloc.h>
#include "kasan_expect.h"

#define OOB   "slab-out-of-bounds"
#define UAF   "slab-use-after-free"
#define PAGES "use-after-free" /* of whole pages */
#define LARGE KMALLOC_MAX_CACHE_SIZE

static char *get(size_t size)
{
	return hide(kmalloc(hide_size(size), GFP_KERNEL));
}

/* All of it, and not the byte behind, nor the granules behind. */
static void expect_end(char *p, size_t size)
{
	EXPECT_SILENT(memset(p, 0, size));
	GOOD_READ(u8, p);
	GOOD_READ(u8, p + size - 1);
	BAD_WRITE(OOB, u8, p + size);
	BAD_WRITE(OOB, u8, p + size + 5);
	BAD_READ(OOB, u8, p + size + 13);
}

static void right_of(size_t size)
{
	char *p = get(size);

	expect_end(p, size);
	kfree(p);
}

static void kmalloc_oob_right(void)
{
	static const u16 sizes[] = { 115, 1, 8, 63, 64, 96, 200, 1000, 2047 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		right_of(sizes[i]);
}

/* The first object of a slab has whoever's page on its left. */
static void kmalloc_oob_left(void)
{
	char *a = get(15), *b = get(15), *p = (unsigned long)a % PAGE_SIZE ? a : b;

	GOOD_READ(u8, p);
	BAD_READ(OOB, u8, p - 1);
	BAD_READ(OOB, u64, p - 8);
	kfree(a);
	kfree(b);
}

/* There are no nodes here: what is left of the case is its size. */
static void kmalloc_node_oob_right(void)
{
	right_of(4096);
}

static void kmalloc_big_oob_right(void)
{
	right_of(LARGE - 256);
	right_of(LARGE - 1);
}

static void kmalloc_zeroed_oob_right(void)
{
	char *p = hide(kmalloc(115, GFP_KERNEL | __GFP_ZERO));

	expect_end(p, 115);
	kfree(p);
}

/* --- Whole pages --- */

static void kmalloc_large_oob_right(void)
{
	right_of(LARGE + 10);
	right_of(3 * LARGE - 1);
}

static void kmalloc_large_uaf(void)
{
	char *p = get(LARGE + 10);

	GOOD_READ(u8, p);
	kfree(p);
	BAD_READ(PAGES, u8, p);
	BAD_READ(PAGES, u8, p + LARGE);
}

static void kmalloc_large_invalid_free(void)
{
	char *p = get(LARGE + 10);

	EXPECT_REPORT("invalid-free", p + 1, 0, false, kfree(p + 1));
	expect_end(p, LARGE + 10);
	EXPECT_SILENT(kfree(p));
}

static void page_alloc_uaf(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 4);
	char *p = hide(page_address(page));

	EXPECT_SILENT(memset(p, 0, PAGE_SIZE << 4));
	__free_pages(page, 4);
	BAD_READ(PAGES, u8, p);
	BAD_WRITE(PAGES, u64, p + (PAGE_SIZE << 4) - 8);
}

/* A piece that is trimmed: what was cut off is free. */
static void alloc_pages_exact_oob_right(void)
{
	char *p = hide(alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL));

	EXPECT_SILENT(memset(p, 0, 3 * PAGE_SIZE));
	BAD_READ(PAGES, u8, p + 3 * PAGE_SIZE);
	free_pages_exact(p, 3 * PAGE_SIZE);
	BAD_READ(PAGES, u8, p);
}

/* --- Other sizes --- */

static void ksize_unpoisons_memory(void)
{
	char *p = get(115);
	size_t real = 0;

	EXPECT_SILENT(real = ksize(p));
	EXPECT(real > 120);
	expect_end(p, 115);
	BAD_WRITE(OOB, u8, p + real - 1);
	kfree(p);
}

static void ksize_uaf(void)
{
	char *p = get(115);
	size_t size = 1;

	kfree(p);
	EXPECT_REPORT(UAF, p, 1, false, size = ksize(p));
	EXPECT_EQ(size, 0);
	BAD_READ(UAF, u8, p);
	BAD_READ(UAF, u8, p + 115);
}

/* --- Uses after the free --- */

static void kmalloc_uaf(void)
{
	char *p = get(10);

	GOOD_WRITE(u8, p + 8);
	kfree(p);
	BAD_WRITE(UAF, u8, p + 8);
	BAD_READ(UAF, u16, p);
}

static void kmalloc_uaf_memset(void)
{
	char *p = get(33);

	kfree(p);
	EXPECT_REPORT(UAF, p, hide_size(33), true, memset(p, 0, hide_size(33)));
}

/* Who comes next does not get it. */
static void kmalloc_uaf2(void)
{
	char *p = get(43), *q;

	kfree(p);
	for (unsigned int i = 0; i < 100; i++) {
		q = get(43);
		EXPECT(q != p);
		kfree(q);
	}
	BAD_READ(UAF, u8, p + 40);
}

/* Until it is flushed, or more was freed than it holds. */
static void quarantine(void)
{
	char *p = get(43), *q = NULL;
	unsigned long bytes = kasan_quarantine_bytes();

	kfree(p);
	EXPECT(kasan_quarantine_bytes() >= bytes + 43);
	EXPECT(kasan_quarantine_flush());
	EXPECT_EQ(kasan_quarantine_bytes(), 0);
	BAD_READ(UAF, u8, p);
	q = get(43);
	EXPECT(q == p);
	expect_end(q, 43);
	kfree(q);
}

static void quarantine_full(void)
{
	for (unsigned long freed = 0; freed < 64UL << 20; freed += 4096)
		kfree(get(4096));
	EXPECT(kasan_quarantine_bytes() <= (33UL << 20));
	EXPECT(kasan_quarantine_bytes() <= totalram_pages() * PAGE_SIZE / 16);
}

/* When there is no more memory, what it holds is memory. All is taken, in the largest pieces. */
static void quarantine_emptied(void)
{
	unsigned long last = 0, piece;

	if (totalram_pages() > 8 * SZ_1G / PAGE_SIZE)
		return ktest_skip("there is too much RAM to take all of it");
	kfree(get(43));
	EXPECT(kasan_quarantine_bytes() > 0);
	while ((piece = __get_free_pages(GFP_KERNEL | __GFP_NOWARN, MAX_PAGE_ORDER))) {
		*(unsigned long *)piece = last;
		last = piece;
	}
	EXPECT_EQ(kasan_quarantine_bytes(), 0);
	for (piece = last; piece; piece = last) {
		last = *(unsigned long *)piece;
		free_pages(piece, MAX_PAGE_ORDER);
	}
}

static void kmalloc_double_free(void)
{
	char *p = get(16);

	EXPECT_SILENT(kfree(p));
	EXPECT_REPORT("double-free", p, 0, false, kfree(p));
	BAD_READ(UAF, u8, p);
}

static void kmalloc_invalid_free(void)
{
	char *p = get(16);

	EXPECT_REPORT("invalid-free", p + 1, 0, false, kfree(p + 1));
	EXPECT_REPORT("invalid-free", p + 8, 0, false, kfree(p + 8));
	expect_end(p, 16);
	EXPECT_SILENT(kfree(p));
}

static void kfree_via_page(void)
{
	char *p = get(115);
	struct page *page = virt_to_page(p);

	EXPECT_SILENT(kfree((char *)page_address(page) + (unsigned long)p % PAGE_SIZE));
	BAD_READ(UAF, u8, p);
}

static void kfree_via_phys(void)
{
	char *p = get(115);

	EXPECT_SILENT(kfree(__va(__pa(p))));
	BAD_READ(UAF, u8, p);
}

static const struct ktest_case cases[] = {
	{ "kmalloc_oob_right", kmalloc_oob_right },
	{ "kmalloc_oob_left", kmalloc_oob_left },
	{ "kmalloc_node_oob_right", kmalloc_node_oob_right },
	{ "kmalloc_big_oob_right", kmalloc_big_oob_right },
	{ "kmalloc_zeroed_oob_right", kmalloc_zeroed_oob_right },
	{ "kmalloc_large_oob_right", kmalloc_large_oob_right },
	{ "kmalloc_large_uaf", kmalloc_large_uaf },
	{ "kmalloc_large_invalid_free", kmalloc_large_invalid_free },
	{ "page_alloc_uaf", page_alloc_uaf },
	{ "alloc_pages_exact_oob_right", alloc_pages_exact_oob_right },
	{ "ksize_unpoisons_memory", ksize_unpoisons_memory },
	{ "ksize_uaf", ksize_uaf },
	{ "kmalloc_uaf", kmalloc_uaf },
	{ "kmalloc_uaf_memset", kmalloc_uaf_memset },
	{ "kmalloc_uaf2", kmalloc_uaf2 },
	{ "kmalloc_double_free", kmalloc_double_free },
	{ "kmalloc_invalid_free", kmalloc_invalid_free },
	{ "kfree_via_page", kfree_via_page },
	{ "kfree_via_phys", kfree_via_phys },
};
KTEST_SUITE(kasan_heap, cases);

/* Behind kasan_map, which looks for RAM that nobody ever had. */
static const struct ktest_case quarantine_cases[] = {
	{ "used_again", quarantine },
	{ "full", quarantine_full },
	{ "emptied", quarantine_emptied },
};
KTEST_SUITE(kasan_quarantine, quarantine_cases);
