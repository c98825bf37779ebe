// SPDX-License-Identifier: BSD-2-Clause
/* What the image gave back after the boot: which pages, once each, and what may be done there. */
#include <kernel/gfp.h>
#include <kernel/initmem.h>
#include <kernel/kasan.h>
#include <kernel/ktest.h>
#include <kernel/memblock.h>
#include <kernel/mm.h>
#include <kernel/pgtable.h>
#include <kernel/string.h>
#include <asm/boot_record.h>
#include <asm/layout.h>
#include <asm/sections.h>
#include "mm/page/page_alloc.h"
#include "pages.h"
#include "probe.h"

/* Whether a page of the pool is a table on the way to an address. */
static bool leads_to(unsigned long va, phys_addr_t pa)
{
	for (unsigned int level = 0; level < kernel_pgtable.geometry->levels; level++)
		if (pgtable_table(&kernel_pgtable, va, level) == pa)
			return true;
	return false;
}

/* All addresses the static chain is for. */
static bool table_in_use(phys_addr_t pa)
{
	const struct {
		unsigned long start, end;
	} range[] = {
		{ FIXADDR_START, FDT_WINDOW_START + FDT_WINDOW_SIZE },
		{ (unsigned long)_start, (unsigned long)_end },
#ifdef CONFIG_KASAN
		{ (unsigned long)kasan_mem_to_shadow(_start),
		  (unsigned long)kasan_mem_to_shadow(_end) },
#endif
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(range); i++)
		for (unsigned long va = range[i].start; va < range[i].end; va += SZ_2M)
			if (leads_to(va, pa))
				return true;
	return false;
}

static bool should_be_free(const char *page)
{
	return (page >= __init_begin && page < __init_end) ||
	       (page >= __initdata_begin && page < __initdata_end) ||
	       (page >= __pt_pool && page < __pt_pool_end && !table_in_use(__pa_symbol(page)));
}

/* Of its block, which may have come online later, and then takes what is free in it. */
static bool is_metadata(phys_addr_t pa)
{
	const phys_addr_t block = ALIGN_DOWN(pa, BLOCK_SIZE);
	const unsigned long meta = (unsigned long)phys_to_page(block);
	unsigned int level;

	for (unsigned long va = meta; va < meta + BLOCK_META_SIZE; va += PAGE_SIZE) {
		pte_t pte = pgtable_walk(&kernel_pgtable, va, &level);

		if (pte_pa(pte) + (va & (pgtable_leaf_size(level) - 1)) == pa)
			return true;
	}
	return IS_ENABLED(CONFIG_KASAN) && phys_to_page(pa)->flags & PG_reserved; /* shadow */
}

/* The allocator has it now, or somebody who got it from there. */
static bool is_free(const char *page)
{
	const phys_addr_t pa = __pa_symbol(page);

	if (memblock_is_reserved(pa))
		return false;
	return !(phys_to_page(pa)->flags & PG_reserved) || is_metadata(pa);
}

static unsigned long bytes_given(void)
{
	unsigned long bytes = 0;

	for (unsigned int row = 0; row < NR_FREED; row++)
		bytes += freed_initmem[row].bytes;
	return bytes;
}

/* As many were counted when they were given as are there, so none was given twice. */
static void once(void)
{
	unsigned long bytes = 0;

	for (const char *page = _start; page < _end; page += PAGE_SIZE) {
		EXPECT_EQ(online_block_at(__pa_symbol(page)), 0);
		if (is_free(page) != should_be_free(page))
			ktest_fail(__FILE__, __LINE__, "page 0x%lx of the image is %s",
				   (unsigned long)page, is_free(page) ? "free" : "not free");
		bytes += is_free(page) ? PAGE_SIZE : 0;
	}
	EXPECT_EQ(bytes, bytes_given());
	EXPECT_EQ(freed_initmem[FREED_CODE].bytes, (unsigned long)(__init_end - __init_begin));
	EXPECT_EQ(freed_initmem[FREED_DATA].bytes,
		  (unsigned long)(__initdata_end - __initdata_begin));
	EXPECT_EQ(freed_initmem[FREED_ROOTS].bytes,
		  (LEVELS_MAX - kernel_pgtable.geometry->levels) * PAGE_SIZE);
	EXPECT_EQ(free_reserved_area(__pa_symbol(__init_begin), __pa_symbol(__init_end), NULL), 0);
}

static void expect_rw(const char *what, unsigned long va, phys_addr_t pa)
{
	unsigned int level;
	pte_t pte = pgtable_walk(&kernel_pgtable, va, &level);

	if (!pte_leaf(pte) || pte_pa(pte) + (va & (pgtable_leaf_size(level) - 1)) != pa ||
	    (pte.val & (_PAGE_READ | _PAGE_WRITE | _PAGE_EXEC | _PAGE_DIRTY)) !=
		    (_PAGE_READ | _PAGE_WRITE | _PAGE_DIRTY))
		ktest_fail(__FILE__, __LINE__, "%s at 0x%lx: leaf 0x%llx", what, va, pte.val);
}

/* By the tables for each page; by the hart for the first ones of what was something else. */
static void rights(void)
{
	for (const char *page = _start; page < _end; page += PAGE_SIZE) {
		if (!is_free(page))
			continue;
		expect_rw("image", (unsigned long)page, __pa_symbol(page));
		expect_rw("linear map", (unsigned long)__va(__pa_symbol(page)), __pa_symbol(page));
	}
	expect_access("code", (unsigned long)__init_begin, &rw_);
	expect_access("code, linear", (unsigned long)__va(__pa_symbol(__init_begin)), &rw_);
	expect_access("constants", (unsigned long)_rodata, &rw_);
	expect_access("constants, linear", (unsigned long)__va(__pa_symbol(_rodata)), &rw_);
}

static bool was_boot_code(const struct page *page)
{
	return page_to_phys(page) >= __pa_symbol(__init_begin) &&
	       page_to_phys(page) < __pa_symbol(__init_end);
}

static bool any_left(void)
{
	for (phys_addr_t pa = __pa_symbol(__init_begin); pa < __pa_symbol(__init_end);
	     pa += PAGE_SIZE)
		if (!page_count(phys_to_page(pa)))
			return true;
	return false;
}

/*
 * Until there are no more, or one of them comes; it is what both addresses show. If none is
 * left, others were given them all.
 */
static void allocated(void)
{
	LIST_HEAD(taken);
	struct page *page = NULL, *next;
	unsigned long image;
	bool left;

	if (is_metadata(__pa_symbol(__init_end) - PAGE_SIZE))
		return; /* so are those before it */
	drain_all_pages();
	left = any_left();
	for (unsigned long nr = 0; nr < nr_online_pages(); nr++) {
		page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
		if (!page || was_boot_code(page))
			break;
		list_add(&page->lru, &taken);
		page = NULL;
	}
	EXPECT(page || !left);
	if (page) {
		image = page_to_phys(page) + kernel_map.va_kernel_pa_offset;
		memset(page_address(page), 0x5a, PAGE_SIZE);
		EXPECT_EQ(peek(image), 0x5a5a5a5a5a5a5a5a);
		EXPECT_EQ(peek(image + PAGE_SIZE - 8), 0x5a5a5a5a5a5a5a5a);
		__free_page(page);
	}
	list_for_each_entry_safe(page, next, &taken, lru)
		__free_page(page);
}

static const struct ktest_case cases[] = {
	{ "once", once },
	{ "rights", rights },
	{ "allocated", allocated },
};
KTEST_SUITE(freed, cases);
