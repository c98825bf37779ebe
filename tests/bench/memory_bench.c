// SPDX-License-Identifier: BSD-2-Clause
/* Memory: moving it, finding it, handing it out. */
#include <kernel/bench.h>
#include <kernel/gfp.h>
#include <kernel/pgtable.h>
#include <kernel/sizes.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include <kernel/vmalloc.h>
#include <asm/fixmap.h>
#include <asm/layout.h>

static char source[PAGE_SIZE] __aligned(PAGE_SIZE) __noinit;
static char target[PAGE_SIZE] __aligned(PAGE_SIZE) __noinit;

static void run_memset(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		memset(target, (int)i, sizeof(target));
		barrier();
	}
}
BENCH(memset_4k, "a page set", run_memset, 64);

static void run_memcpy(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		memcpy(target, source, sizeof(target));
		barrier();
	}
}
BENCH(memcpy_4k, "a page copied", run_memcpy, 64);

/* Apart by 3 bytes: no word of the one lies in a word of the other. */
static void run_memcpy_misaligned(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		memcpy(target + 1, source + 4, 4000);
		barrier();
	}
}
BENCH(memcpy_misaligned_4000, "4000 bytes copied, misaligned to each other", run_memcpy_misaligned,
      64);

static void run_page(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		__free_page(alloc_page(GFP_KERNEL));
}
BENCH(page_alloc_free, "a page allocated and freed", run_page, 100000);

static void run_piece(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		__free_pages(alloc_pages(GFP_KERNEL, 3), 3);
}
BENCH(pages_alloc_free, "eight pages in one piece allocated and freed", run_piece, 1024);

static void run_bulk(unsigned long n)
{
	static struct page *pages[256] __noinit;

	for (unsigned long i = 0; i < n; i += ARRAY_SIZE(pages)) {
		unsigned long got = alloc_pages_bulk(GFP_KERNEL, ARRAY_SIZE(pages), pages);

		while (got)
			__free_page(pages[--got]);
	}
}
BENCH(page_bulk, "a page of 256 allocated, then freed", run_bulk, 4096);

static void run_fixmap(unsigned long n)
{
	phys_addr_t pa = __pa_symbol(source);

	for (unsigned long i = 0; i < n; i++) {
		set_fixmap(FIX_PHYS, pa, PAGE_KERNEL);
		clear_fixmap(FIX_PHYS);
	}
}
BENCH(fixmap, "a page mapped in a fixed slot and taken out", run_fixmap, 256);

static void kmalloc_and_free(unsigned long n, size_t size)
{
	for (unsigned long i = 0; i < n; i++)
		kfree(kmalloc(size, GFP_KERNEL));
}

static void run_kmalloc_64(unsigned long n)
{
	kmalloc_and_free(n, 64);
}
BENCH(kmalloc_free_64, "64 bytes taken and given back", run_kmalloc_64, 256);

static void run_kmalloc_4k(unsigned long n)
{
	kmalloc_and_free(n, SZ_4K);
}
BENCH(kmalloc_free_4k, "4 KiB taken and given back", run_kmalloc_4k, 256);

/* More than magazines hold: slabs are made, filled, emptied and given back. */
static void run_kmalloc_many(unsigned long n)
{
	static void *object[1024] __noinit;

	for (unsigned long i = 0; i < n; i++)
		object[i] = kmalloc(256, GFP_KERNEL);
	for (unsigned long i = 0; i < n; i++)
		kfree(object[i]);
}
BENCH(kmalloc_free_many, "256 bytes, of 1024 taken and then given back", run_kmalloc_many, 1024);

static void run_vmalloc(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		vfree(vmalloc(SZ_4K));
}
BENCH(vmalloc_free_4k, "a page in an area of its own taken and given back", run_vmalloc, 256);
