// SPDX-License-Identifier: BSD-2-Clause
/*
 * The vmalloc region. Its areas are in a list by address, where room is found, first fit, and
 * in buckets, where an area is found by its address.
 */
#include <kernel/kasan.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/slab.h>
#include <kernel/stackdepot.h>
#include <kernel/string.h>
#include <kernel/vmalloc.h>
#include <asm/layout.h>
#include <asm/stacktrace.h>
#include "vm_area.h"

#define BUCKET_BITS 8
#define TABLE_SPAN  SZ_2M /* what one of the lowest tables maps */
#define LARGE_ORDER 9U
#define RUN_ORDER   4U /* a leaf of 64 KiB */

static LIST_HEAD(areas);
static struct list_head *low = &areas; /* no gap before this one has room for a page */
static struct vm_area *buckets[1 << BUCKET_BITS];
static DEFINE_SPINLOCK(lock); /* of all this, and held while a gap's tables are freed */

struct gap {
	unsigned long start, end;
};

/* The region, less a page: below each area is one that stays unmapped. Asked once. */
static const struct gap *region(void)
{
	static struct gap all;

	if (!smp_load_acquire(&all.end)) {
		struct vm_region r = vm_region(VM_VMALLOC, kernel_pgtable.geometry->input_bits);

		WRITE_ONCE(all.start, r.start + PAGE_SIZE);
		smp_store_release(&all.end, r.last + 1);
	}
	return &all;
}

static struct gap gap_behind(const struct list_head *node)
{
	const struct vm_area *area = list_entry(node, struct vm_area, node);
	struct gap gap = *region();

	if (node != &areas)
		gap.start = area->start + area->size + PAGE_SIZE;
	if (node->next != &areas)
		gap.end = list_entry(node->next, struct vm_area, node)->start;
	return gap;
}

/* The area that starts there is in, or would be behind, the link returned. */
static struct vm_area **find(unsigned long va)
{
	/* Fibonacci hashing: 2^64 divided by the golden ratio. */
	struct vm_area **at = &buckets[va / PAGE_SIZE * 0x9e3779b97f4a7c15UL >> (64 - BUCKET_BITS)];

	while (*at && (*at)->start != va)
		at = &(*at)->next;
	return at;
}

static bool has_leaf(phys_addr_t pa, unsigned long size, unsigned long leaf)
{
	return ALIGN(pa, leaf) - pa + leaf <= size;
}

/* Bytes of the largest leaf that lies wholly in the physical range. */
static unsigned long largest_leaf(phys_addr_t pa, unsigned long size)
{
	unsigned int level = kernel_pgtable.geometry->max_leaf_level;

	if (size < SZ_64K)
		return PAGE_SIZE;
	while (level && !has_leaf(pa, size, pgtable_leaf_size(level)))
		level--;
	if (!level && kernel_pgtable.svnapot && has_leaf(pa, size, SZ_64K))
		return SZ_64K;
	return pgtable_leaf_size(level);
}

/* As far from a multiple of @leaf as @pa is. */
static bool place(struct vm_area *area, phys_addr_t pa, unsigned long leaf)
{
	struct list_head *node = low;

	do {
		struct gap gap = gap_behind(node);
		unsigned long start = gap.start + ((pa - gap.start) & (leaf - 1));

		if (start < gap.end && gap.end - start > area->size) {
			area->start = start;
			__list_add(&area->node, node, node->next);
			area->next = NULL;
			*find(start) = area;
			return true;
		}
		node = node->next;
		if (node->prev == low && node != &areas && gap.end - gap.start <= PAGE_SIZE)
			low = node;
	} while (node != &areas);
	return false;
}

struct vm_area *vm_area_create(enum vm_area_kind kind, unsigned long bytes, phys_addr_t pa,
			       unsigned long contiguous)
{
	const unsigned long size = ALIGN(bytes, PAGE_SIZE);
	struct vm_area *area;
	bool placed;

	might_sleep();
	area = kmalloc(sizeof(*area), GFP_KERNEL);
	if (!area)
		return NULL;
	area->kind = kind;
	area->size = size;
	area->bytes = bytes;
	area->stack = kasan_save_stack(GFP_KERNEL);
	INIT_LIST_HEAD(&area->pages);
	spin_lock(&lock);
	placed = place(area, pa, largest_leaf(pa, contiguous));
	spin_unlock(&lock);
	/* Where small leaves have been, empty tables would be in the way of large ones. */
	if (placed &&
	    (size < TABLE_SPAN || pgtable_merge(&kernel_pgtable, area->start, size) >= 0) &&
	    !kasan_vmalloc_set(area->start, size, bytes))
		return area;
	if (placed)
		vm_area_destroy(kind, area->start);
	else
		kfree(area);
	return NULL;
}

/*
 * The tables of what the gap around @area now has wholly, but for the lowest: there is where
 * the next area will be.
 */
static bool free_tables(const struct vm_area *area, struct gap gap)
{
	unsigned long start =
		max(ALIGN(gap.start + 1, TABLE_SPAN), ALIGN_DOWN(area->start, TABLE_SPAN));
	unsigned long end =
		min(ALIGN(area->start + area->size, TABLE_SPAN), ALIGN_DOWN(gap.end, TABLE_SPAN));

	return start >= end || pgtable_merge(&kernel_pgtable, start, end - start) >= 0;
}

static void leave_list(struct vm_area *area)
{
	struct list_head *before = area->node.prev;
	struct gap gap;

	if (low != &areas && list_entry(low, struct vm_area, node)->start >= area->start)
		low = before;
	list_del(&area->node);
	gap = gap_behind(before);
	kasan_vmalloc_release(area->start, area->size, gap.start - PAGE_SIZE, gap.end);
	WARN_ON(!free_tables(area, gap));
}

bool vm_area_destroy(enum vm_area_kind kind, unsigned long va)
{
	struct vm_area **at, *area;
	struct page *page, *next;

	might_sleep();
	spin_lock(&lock);
	at = find(va);
	area = *at && (*at)->kind == kind ? *at : NULL;
	if (area)
		*at = area->next; /* it is ours alone now, its place not yet free */
	spin_unlock(&lock);
	if (!area)
		return false;
	WARN_ON(kasan_vmalloc_set(va, area->size, 0));
	/* Nothing is split, so it cannot fail; if it did, the area is better lost. */
	if (WARN_ON(pgtable_unmap(&kernel_pgtable, va, area->size)))
		return true;
	list_for_each_entry_safe(page, next, &area->pages, lru)
		put_page(page);
	spin_lock(&lock);
	leave_list(area);
	spin_unlock(&lock);
	kfree(area);
	return true;
}

/* --- Pages side by side --- */

static unsigned int piece_order(unsigned long size, unsigned int limit)
{
	if (limit >= LARGE_ORDER && size >= PAGE_SIZE << LARGE_ORDER)
		return LARGE_ORDER;
	if (limit >= RUN_ORDER && size >= PAGE_SIZE << RUN_ORDER && kernel_pgtable.svnapot)
		return RUN_ORDER;
	return 0;
}

/* Once there is no piece of a size, none is asked for again. */
static bool populate(struct vm_area *area)
{
	const gfp_t piece = GFP_KERNEL | __GFP_NOWARN | __GFP_COMP;
	unsigned int limit = LARGE_ORDER;

	for (unsigned long done = 0; done < area->size;) {
		unsigned int order = piece_order(area->size - done, limit);
		struct page *page = alloc_pages(order ? piece : GFP_KERNEL, order);

		if (page) {
			list_add_tail(&page->lru, &area->pages);
			if (pgtable_map(&kernel_pgtable, area->start + done, page_to_phys(page),
					PAGE_SIZE << order, PAGE_KERNEL, 0))
				return false;
			done += PAGE_SIZE << order;
		} else if (order) {
			limit = order - 1;
		} else {
			return false;
		}
	}
	return true;
}

void *vmalloc(unsigned long size)
{
	struct vm_area *area;

	if (!size || size > totalram_pages() * PAGE_SIZE)
		return NULL;
	area = vm_area_create(VM_AREA_VMALLOC, size, 0, min(size, (unsigned long)SZ_2M));
	if (!area)
		return NULL;
	if (!populate(area)) {
		vm_area_destroy(VM_AREA_VMALLOC, area->start);
		return NULL;
	}
	return (void *)area->start;
}

static void report(const char *call, const char *giver, const void *addr, const void *caller)
{
	pr_err("vmalloc: %s of 0x%016lx by %pS: nothing of %s is there\n", call,
	       (unsigned long)addr, caller, giver);
	dump_stack();
}

void vfree(const void *addr)
{
	if (addr && !vm_area_destroy(VM_AREA_VMALLOC, (unsigned long)addr))
		report("vfree()", "vmalloc()", addr, __builtin_return_address(0));
}

/* --- Pages of the caller's --- */

/* Bytes of physically contiguous pages at the start of @pages. */
static unsigned long run_size(struct page **pages, unsigned int nr)
{
	unsigned int n = 1;

	while (n < nr && pages[n] == pages[0] + n)
		n++;
	return n * PAGE_SIZE;
}

void *vmap(struct page **pages, unsigned int nr, unsigned long flags, pgprot_t prot)
{
	struct vm_area *area;
	unsigned int done = 0;

	if (!nr || nr > totalram_pages())
		return NULL;
	area = vm_area_create(VM_AREA_VMAP, nr * PAGE_SIZE, page_to_phys(pages[0]),
			      run_size(pages, nr));
	if (!area)
		return NULL;
	while (done < nr) {
		unsigned long size = run_size(pages + done, nr - done);

		if (pgtable_map(&kernel_pgtable, area->start + done * PAGE_SIZE,
				page_to_phys(pages[done]), size, prot, 0)) {
			vm_area_destroy(VM_AREA_VMAP, area->start);
			return NULL;
		}
		done += (unsigned int)(size / PAGE_SIZE);
	}
	return (void *)area->start;
}

void vunmap(const void *addr)
{
	if (addr && !vm_area_destroy(VM_AREA_VMAP, (unsigned long)addr))
		report("vunmap()", "vmap()", addr, __builtin_return_address(0));
}

#ifdef CONFIG_KASAN

/* A report may come from in here: then all that is known is the region. */
void vmalloc_describe(unsigned long addr)
{
	const struct vm_area *area, *before = NULL;

	if (!spin_trylock(&lock)) {
		pr_err("in vmalloc's region\n");
		return;
	}
	list_for_each_entry(area, &areas, node)
		if (area->start <= addr)
			before = area;
	if (before) {
		kasan_show_place(addr, before->start, before->bytes);
		pr_cont(" of vmalloc's region, taken by:\n");
		stack_depot_print(before->stack);
	} else {
		pr_err("in vmalloc's region, below all that was given\n");
	}
	spin_unlock(&lock);
}

#endif
