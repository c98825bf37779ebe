// SPDX-License-Identifier: BSD-2-Clause
/*
 * RAM comes online in blocks, when memory is short. A block pays for itself: its struct pages
 * and the tables that map them are taken from its own free pages. Tables and metadata are
 * filled, then linked by the engine, and only then are the block's pages given to the
 * allocator: nobody meets a page whose struct page is not there.
 *
 * What is free in a block is what memblock says, which is closed by mem_init() and gets
 * only shorter then.
 */
#include <kernel/errno.h>
#include <kernel/memblock.h>
#include <kernel/panic.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <asm/hart.h>
#include <asm/layout.h>
#include "page_alloc.h"

/* What a block takes of its own pages, in this order. The shadow is first: it may be one leaf. */
#define SHADOW_PAGES (IS_ENABLED(CONFIG_KASAN) ? BLOCK_PAGES / KASAN_GRANULE_SIZE : 0UL)
#define META_PAGES   (BLOCK_META_SIZE / PAGE_SIZE)
#define TABLES       ((LEVELS_MAX - 1) * (SHADOW_PAGES ? 2 : 1)) /* at the most */
#define OWN_PAGES    (SHADOW_PAGES + META_PAGES + TABLES)

static_assert(BLOCK_SIZE >= PAGE_SIZE << MAX_PAGE_ORDER, "no piece is of two blocks");

/*
 * @lock:  of all here but the counts that are read alone
 * @owner: the hart that has it while it brings a block online
 * @next:  policy: from here up the next block is looked for
 * @nr_own: pages that blocks have taken of their own, but for tables
 * @own:   those of the block that comes online
 * @tables: those of them that are there to map the others, and are not used yet
 */
static struct {
	spinlock_t lock;
	const struct hart *owner;
	phys_addr_t next;
	unsigned long nr_online;
	unsigned long nr_own;
	unsigned long total;
	phys_addr_t boot_memory;
	phys_addr_t own[OWN_PAGES];
	phys_addr_t *tables;
	unsigned int nr_tables;
} online;

static phys_addr_t *const own_meta = &online.own[SHADOW_PAGES];
static phys_addr_t *const own_tables = &online.own[SHADOW_PAGES + META_PAGES];

typedef bool next_range(u64 *cursor, phys_addr_t *start, phys_addr_t *end);

/* The next range of whole pages in a block, as frames. */
static bool next_frames(next_range *next, u64 *cursor, phys_addr_t block, unsigned long *pfn,
			unsigned long *end)
{
	phys_addr_t from, to;

	while (next(cursor, &from, &to) && from < block + BLOCK_SIZE) {
		*pfn = max(PFN_UP(from), 1ULL); /* an allocation of address 0 looks like none */
		*end = PFN_DOWN(min(to, block + BLOCK_SIZE));
		if (*pfn < *end)
			return true;
	}
	return false;
}

#define for_each_frames(next, block, pfn, end) \
	for (u64 _cursor = (block); next_frames(next, &_cursor, block, pfn, end);)

static unsigned long meta_va(phys_addr_t block)
{
	return (unsigned long)phys_to_page(block);
}

/* --- Tables of the kernel's space --- */

static phys_addr_t table_alloc(unsigned long size)
{
	struct page *page;

	if (READ_ONCE(online.owner) == this_hart())
		return online.nr_tables && size == PAGE_SIZE ? online.tables[--online.nr_tables]
							     : 0;
	page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, get_order(size));
	return page ? page_to_phys(page) : 0;
}

/* Those of the boot are the image's, or were memblock's. */
static void table_free(phys_addr_t table, unsigned long size)
{
	if (READ_ONCE(online.owner) == this_hart())
		online.tables[online.nr_tables++] = table;
	else if (memblock_is_reserved(table))
		free_reserved_area(table, table + size, NULL);
	else
		__free_pages(phys_to_page(table), get_order(size));
}

/* --- A block --- */

/* A struct page of the block by way of the linear map, before vmemmap has it. */
static struct page *early_page(unsigned long pfn)
{
	unsigned long at = pfn % BLOCK_PAGES * sizeof(struct page);

	return (struct page *)((char *)__va(own_meta[at / PAGE_SIZE]) + at % PAGE_SIZE);
}

/* The first free pages are its own. Return: whether there are enough. */
static bool carve(phys_addr_t block)
{
	unsigned long pfn, end, nr = 0;

	for_each_frames(memblock_next_free_range, block, &pfn, &end) {
		while (pfn < end && nr < OWN_PAGES)
			online.own[nr++] = PFN_PHYS(pfn++);
	}
	online.tables = own_tables;
	online.nr_tables = TABLES;
	return nr == OWN_PAGES;
}

/* What lies between the ranges. */
static void mark_gaps(next_range *next, phys_addr_t block, u16 flags)
{
	unsigned long done = PFN_DOWN(block), last = done + BLOCK_PAGES, pfn, end;

	for_each_frames(next, block, &pfn, &end) {
		for (; done < pfn; done++)
			early_page(done)->flags = flags;
		done = end;
	}
	for (; done < last; done++)
		early_page(done)->flags = flags;
}

/* Zeros: in the middle of a piece, free or not. Only what is something else is written. */
static void fill_meta(phys_addr_t block)
{
	for (unsigned int i = 0; i < META_PAGES; i++)
		memset(__va(own_meta[i]), 0, PAGE_SIZE);
	mark_gaps(memblock_next_free_range, block, PG_reserved);
	mark_gaps(memblock_next_map_range, block, PG_reserved | PG_hole);
	for (unsigned int i = 0; i < OWN_PAGES; i++) {
		if (i < OWN_PAGES - TABLES)
			early_page(PFN_DOWN(online.own[i]))->flags = PG_reserved;
		else
			early_page(PFN_DOWN(online.own[i]))->refcount = 1;
		kasan_unpoison(__va(online.own[i]), PAGE_SIZE);
	}
}

static void map_meta(phys_addr_t block)
{
	unsigned long va = meta_va(block);
	int err;

	for (unsigned int i = 0, n; i < META_PAGES; i += n) {
		for (n = 1; i + n < META_PAGES && own_meta[i + n] == own_meta[i] + n * PAGE_SIZE;
		     n++)
			;
		err = pgtable_map(&kernel_pgtable, va + i * PAGE_SIZE, own_meta[i], n * PAGE_SIZE,
				  PAGE_KERNEL, 0);
		if (err)
			panic("page_alloc: cannot map metadata of 0x%llx: %pe", block,
			      (void *)(long)err);
	}
}

/* Pages for shadow that it did not need. */
static void give_spare(phys_addr_t *pages, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		phys_to_page(pages[i])->flags = 0;
		kasan_free_pages(phys_to_page(pages[i]), 1);
		add_pages(PFN_DOWN(pages[i]), PFN_DOWN(pages[i]) + 1);
	}
}

/* The pages behind those. What was given back before may still read as taken. */
static void give_pages(phys_addr_t block)
{
	unsigned long pfn, end, first = PFN_DOWN(online.own[OWN_PAGES - 1]) + 1;

	for_each_frames(memblock_next_free_range, block, &pfn, &end) {
		if (end <= first)
			continue;
		pfn = max(pfn, first);
		kasan_free_pages(pfn_to_page(pfn), end - pfn);
		add_pages(pfn, end);
	}
}

static int online_block(phys_addr_t block)
{
	unsigned int shadow;

	if (block_online(block))
		return -EEXIST;
	if (!carve(block)) {
		pr_debug("page_alloc: 0x%llx: too little is free for its metadata\n", block);
		return -ENOMEM;
	}
	WRITE_ONCE(online.owner, this_hart());
	shadow = kasan_online(block, BLOCK_SIZE, online.own);
	fill_meta(block);
	map_meta(block);
	WRITE_ONCE(online.owner, NULL);
	online.nr_own += shadow + META_PAGES;
	add_used_pages(TABLES);
	give_spare(online.own + shadow, SHADOW_PAGES - shadow);
	give_pages(block);
	while (online.nr_tables)
		__free_page(phys_to_page(online.tables[--online.nr_tables]));
	WRITE_ONCE(online.nr_online, online.nr_online + 1);
	pr_debug("page_alloc: 0x%llx online\n", block);
	return 0;
}

/* The policy: the lowest block that is not online and has something free. */
static bool next_block(phys_addr_t *block)
{
	phys_addr_t start, end;
	u64 cursor = online.next;

	if (!memblock_next_free_range(&cursor, &start, &end))
		return false;
	*block = ALIGN_DOWN(start, BLOCK_SIZE);
	online.next = *block + BLOCK_SIZE;
	return online.next != 0;
}

unsigned long nr_blocks_online(void)
{
	return READ_ONCE(online.nr_online);
}

bool online_more(unsigned long seen, bool wait)
{
	phys_addr_t block;
	bool more;

	if (wait)
		spin_lock(&online.lock);
	else if (!spin_trylock(&online.lock))
		return false;
	while (online.nr_online == seen && next_block(&block))
		(void)online_block(block);
	more = online.nr_online != seen;
	spin_unlock(&online.lock);
	return more;
}

int online_block_at(phys_addr_t pa)
{
	int err;

	if (!memblock_is_map_memory(pa))
		return -ERANGE;
	spin_lock(&online.lock);
	err = online_block(ALIGN_DOWN(pa, BLOCK_SIZE));
	spin_unlock(&online.lock);
	return err == -EEXIST ? 0 : err;
}

/* --- Boot memory --- */

static unsigned long free_reserved_page(phys_addr_t pa)
{
	struct page *page = phys_to_page(pa);

	if (!(page->flags & PG_reserved) || page->flags & PG_hole || !memblock_is_reserved(pa))
		return 0;
	page->flags = 0;
	kasan_free_pages(page, 1);
	add_pages(PFN_DOWN(pa), PFN_DOWN(pa) + 1);
	return PAGE_SIZE;
}

unsigned long free_reserved_area(phys_addr_t start, phys_addr_t end, const char *owner)
{
	unsigned long given = 0;

	start = ALIGN(start, PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (start >= end)
		return 0;
	spin_lock(&online.lock);
	for (phys_addr_t pa = start; pa < end; pa += PAGE_SIZE) {
		/* Its shadow says what is allowed; what is not online has none of its own. */
		if (IS_ENABLED(CONFIG_KASAN))
			(void)online_block(ALIGN_DOWN(pa, BLOCK_SIZE));
		if (pfn_online(PFN_DOWN(pa)))
			given += free_reserved_page(pa);
		else if (memblock_is_map_memory(pa) && memblock_is_reserved(pa))
			given += PAGE_SIZE;
	}
	/* What is not online will be found free when it comes. */
	if (given && memblock_phys_free(start, end - start))
		pr_warn("page_alloc: memblock is full: 0x%llx-0x%llx stays listed\n", start, end);
	online.next = min(online.next, ALIGN_DOWN(start, BLOCK_SIZE));
	spin_unlock(&online.lock);
	if (owner)
		pr_info("page_alloc: %lu KiB of %s given back\n", given / 1024, owner);
	return given;
}

unsigned long totalram_pages(void)
{
	return online.total;
}

static unsigned long nr_blocks(void)
{
	phys_addr_t start, end, done = 0;
	unsigned long nr = 0;

	for_each_map_mem_range(cursor, &start, &end) {
		start = max(ALIGN_DOWN(start, BLOCK_SIZE), done);
		done = ALIGN(end, BLOCK_SIZE);
		nr += (done - start) / BLOCK_SIZE;
	}
	return nr;
}

void page_online_counts(struct page_alloc_counts *counts)
{
	counts->blocks = nr_blocks();
	counts->blocks_online = nr_blocks_online();
	counts->touched = READ_ONCE(online.nr_own) * PAGE_SIZE + online.boot_memory;
}

/* What the kernel itself has taken so far: the tables of the linear map, and shadow. */
static phys_addr_t boot_memory(void)
{
	phys_addr_t size = 0;

	for (u32 i = 0; i < memblock.reserved.cnt; i++)
		if (!strcmp(memblock.reserved.regions[i].owner, "page tables") ||
		    !strcmp(memblock.reserved.regions[i].owner, "kasan"))
			size += memblock.reserved.regions[i].size;
	return size;
}

void mem_init(void)
{
	unsigned int bits = kernel_pgtable.geometry->input_bits;
	phys_addr_t base = vm_region(VM_LINEAR, bits).start - kernel_map.va_pa_offset, start, end;

	vmemmap = (struct page *)vm_region(VM_VMEMMAP, bits).start -
		  PFN_DOWN(ALIGN_DOWN(base, BLOCK_SIZE));
	for_each_map_mem_range(cursor, &start, &end)
		online.total += PFN_DOWN(end) - min(PFN_UP(start), PFN_DOWN(end));
	buddy_init(&buddy);
	memblock_close();
	online.boot_memory = boot_memory();
	kernel_pgtable.ops.alloc = table_alloc;
	kernel_pgtable.ops.free = table_free;
	if (!online_more(0, true))
		panic("page_alloc: no 16 MiB of RAM have room for their own metadata");
	pr_info("mem: total=%lu KiB online=%lu KiB\n", totalram_pages() * (PAGE_SIZE / 1024),
		nr_online_pages() * (PAGE_SIZE / 1024));
}
