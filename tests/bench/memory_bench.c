// SPDX-License-Identifier: BSD-2-Clause
/* Memory: moving it, finding it, handing it out. */
#include <kernel/bench.h>
#include <kernel/gfp.h>
#include <kernel/ioremap.h>
#include <kernel/pgtable.h>
#include <kernel/sizes.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include <kernel/vmalloc.h>
#include <asm/fixmap.h>
#include <asm/layout.h>

static char source[PAGE_SIZE + 64] __aligned(PAGE_SIZE) __noinit;
static char target[PAGE_SIZE + 64] __aligned(PAGE_SIZE) __noinit;

static void set(unsigned long n, char *to, size_t size)
{
	for (unsigned long i = 0; i < n; i++)
		memset(to, (int)i, size);
	bench_check(to[0] == (char)(n - 1) && to[size - 1] == (char)(n - 1));
}

static void run_memset(unsigned long n)
{
	set(n, target, bench_hide(PAGE_SIZE));
}
BENCH(memset_4k, "a page set", run_memset, 64);

static void run_memset_misaligned(unsigned long n)
{
	set(n, target + 1, bench_hide(PAGE_SIZE));
}
BENCH(memset_misaligned_4k, "4 KiB set that do not begin at a word", run_memset_misaligned, 64);

static void fill(void)
{
	for (size_t i = 0; i < sizeof(source); i++)
		source[i] = (char)(i * 7 + i / 256);
	memset(target, 0, sizeof(target));
}

static void copy(unsigned long n, char *to, const char *from, size_t size)
{
	for (unsigned long i = 0; i < n; i++)
		memcpy(to, from, size);
	bench_check(to[0] == from[0] && to[size - 1] == from[size - 1]);
}

static void run_memcpy(unsigned long n)
{
	copy(n, target, source, bench_hide(PAGE_SIZE));
}
BENCH_AROUND(memcpy_4k, "a page copied", run_memcpy, 64, fill, NULL);

/* Apart by 3 bytes: no word of the one lies in a word of the other. */
static void run_memcpy_misaligned(unsigned long n)
{
	copy(n, target + 1, source + 4, bench_hide(4000UL));
}
BENCH_AROUND(memcpy_misaligned_4000, "4000 bytes copied, misaligned to each other",
	     run_memcpy_misaligned, 64, fill, NULL);

static void take_and_free(unsigned long n, unsigned int order)
{
	struct page *page = NULL;

	for (unsigned long i = 0; i < n; i++) {
		page = alloc_pages(GFP_KERNEL, order);
		__free_pages(page, order);
	}
	bench_check(page);
}

static void run_page(unsigned long n)
{
	take_and_free(n, bench_hide(0U));
}
BENCH(page_alloc_free, "a page allocated and freed", run_page, 10000);

static void run_piece(unsigned long n)
{
	take_and_free(n, bench_hide(3U));
}
BENCH(pages_alloc_free, "eight pages in one piece allocated and freed", run_piece, 1024);

static void run_large(unsigned long n)
{
	take_and_free(n, bench_hide(9U));
}
BENCH(pages_alloc_free_2m, "2 MiB in one piece allocated and freed", run_large, 64);

static void *object[1024] __noinit;

static void run_page_many(unsigned long n)
{
	struct page **page = (struct page **)object;

	for (unsigned long i = 0; i < n; i++)
		page[i] = alloc_pages(GFP_KERNEL, bench_hide(0U));
	bench_check(page[0] && page[n - 1] && page[0] != page[n - 1]);
	for (unsigned long i = 0; i < n; i++)
		__free_pages(page[i], 0);
}
BENCH(page_1000, "a page, of 1000 allocated and then freed", run_page_many, 1000);

static void run_fixmap(unsigned long n)
{
	phys_addr_t pa = __pa_symbol(source);

	for (unsigned long i = 0; i < n; i++) {
		set_fixmap(FIX_PHYS, pa, PAGE_KERNEL);
		clear_fixmap(FIX_PHYS);
	}
	bench_check(!pte_present(get_fixmap_pte(FIX_PHYS)));
}
BENCH(fixmap, "a page mapped in a fixed slot and taken out", run_fixmap, 256);

static void kmalloc_and_free(unsigned long n, size_t size)
{
	void *last = NULL;

	for (unsigned long i = 0; i < n; i++) {
		last = kmalloc(size, GFP_KERNEL);
		kfree(last);
	}
	bench_check(last);
}

static void run_kmalloc_64(unsigned long n)
{
	kmalloc_and_free(n, bench_hide(64UL));
}
BENCH(kmalloc_free_64, "64 bytes taken and given back", run_kmalloc_64, 256);

static void run_kmalloc_4k(unsigned long n)
{
	kmalloc_and_free(n, bench_hide(SZ_4K));
}
BENCH(kmalloc_free_4k, "4 KiB taken and given back", run_kmalloc_4k, 256);

/* More than magazines hold: slabs are made, filled, emptied and given back. */
static void kmalloc_many(unsigned long n, size_t size)
{
	for (unsigned long i = 0; i < n; i++)
		object[i] = kmalloc(size, GFP_KERNEL);
	bench_check(object[0] && object[n - 1] && object[0] != object[n - 1]);
	for (unsigned long i = 0; i < n; i++)
		kfree(object[i]);
}

static void run_kmalloc_many(unsigned long n)
{
	kmalloc_many(n, bench_hide(256UL));
}
BENCH(kmalloc_free_many, "256 bytes, of 1024 taken and then given back", run_kmalloc_many, 1024);

static void run_kmalloc_1000_64(unsigned long n)
{
	kmalloc_many(n, bench_hide(64UL));
}
BENCH(kmalloc_1000_64, "64 bytes, of 1000 taken and then given back", run_kmalloc_1000_64, 1000);

static void run_kmalloc_1000_4k(unsigned long n)
{
	kmalloc_many(n, bench_hide(SZ_4K));
}
BENCH(kmalloc_1000_4k, "4 KiB, of 1000 taken and then given back", run_kmalloc_1000_4k, 1000);

static void vmalloc_and_free(unsigned long n, unsigned long size)
{
	void *last = NULL;

	for (unsigned long i = 0; i < n; i++) {
		last = vmalloc(size);
		vfree(last);
	}
	bench_check(last);
}

static void run_vmalloc(unsigned long n)
{
	vmalloc_and_free(n, bench_hide(SZ_4K));
}
BENCH(vmalloc_free_4k, "a page in an area of its own taken and given back", run_vmalloc, 256);

static void run_vmalloc_2m(unsigned long n)
{
	vmalloc_and_free(n, bench_hide(SZ_2M));
}
BENCH(vmalloc_free_2m, "2 MiB in an area of their own taken and given back", run_vmalloc_2m, 4);

/* An address of no RAM and no device: it is not touched. */
static void run_ioremap(unsigned long n)
{
	void *last = NULL;

	for (unsigned long i = 0; i < n; i++) {
		last = ioremap(1UL << 55, bench_hide(SZ_4K));
		iounmap(last);
	}
	bench_check(last);
}
BENCH(ioremap_4k, "a page of a device mapped and unmapped", run_ioremap, 256);
