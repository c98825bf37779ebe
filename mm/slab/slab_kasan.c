// SPDX-License-Identifier: BSD-2-Clause
/*
 * KASAN of objects: only what was asked for may be accessed, to the byte. What is known of
 * an object lies outside of it (struct slab_track), so all of it can be forbidden.
 */
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/stackdepot.h>
#include <asm/layout.h>
#include <asm/stacktrace.h>
#include "slab.h"

#define MAX_FRAMES 32

unsigned int kasan_redzone(unsigned int size, slab_flags_t flags)
{
	static const struct {
		u16 size, redzone;
	} rows[] = { { 64 - 16, 16 },
		     { 128 - 32, 32 },
		     { 512 - 64, 64 },
		     { 4096 - 128, 128 },
		     { 16384 - 256, 256 } };

	if (flags & SLAB_INTERNAL)
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		if (size <= rows[i].size)
			return rows[i].redzone;
	/* As far as a slab has room. */
	return min(512U, (unsigned int)SLAB_MAX_SIZE - size);
}

/* Those of the allocator itself are accessed by nobody else. */
static bool checked(const struct kmem_cache *cache)
{
	return !(cache->flags & SLAB_INTERNAL);
}

void kasan_poison_slab(const struct kmem_cache *cache, const struct page *page)
{
	if (checked(cache))
		kasan_poison(page_address(page), PAGE_SIZE << cache->order, KASAN_SLAB_REDZONE);
}

void kasan_construct(const struct kmem_cache *cache, void *object)
{
	kasan_unpoison(object, cache->object_size);
	cache->ctor(object);
	if (checked(cache))
		kasan_poison(object, ALIGN(cache->object_size, KASAN_GRANULE_SIZE),
			     KASAN_SLAB_REDZONE);
}

static struct slab_track *track_of(const void *object)
{
	struct slab *slab = virt_to_page(object)->slab;
	unsigned long offset = (unsigned long)object & slab->cache->mask;

	return slab_track(slab, slab_index(slab->cache, offset));
}

depot_stack_handle_t kasan_save_stack(gfp_t gfp)
{
	unsigned long entries[MAX_FRAMES];
	unsigned int nr = stack_trace_save(entries, MAX_FRAMES);

	/* Without the hook that asks. */
	return stack_depot_save(entries + 1, nr - (nr > 0), gfp);
}

void *kasan_slab_alloc(const struct kmem_cache *cache, void *object, size_t size, gfp_t gfp)
{
	const size_t used = ALIGN(size, KASAN_GRANULE_SIZE);
	struct slab_track *track;

	if (!object || !checked(cache))
		return object;
	track = track_of(object);
	track->alloc_stack = kasan_save_stack(gfp);
	track->alloc_cpu = (u16)smp_processor_id();
	kasan_unpoison(object, size);
	if (used < cache->object_size) /* it was free before */
		kasan_poison((char *)object + used,
			     ALIGN(cache->object_size, KASAN_GRANULE_SIZE) - used,
			     KASAN_SLAB_REDZONE);
	return object;
}

static void forbid(const struct kmem_cache *cache, void *object)
{
	struct slab_track *track = track_of(object);

	track->free_stack = kasan_save_stack(GFP_NOWAIT);
	track->free_cpu = (u16)smp_processor_id();
	kasan_poison(object, ALIGN(cache->object_size, KASAN_GRANULE_SIZE), KASAN_SLAB_FREE);
}

/* Return: whether it is kept for now. */
bool kasan_slab_free(struct kmem_cache *cache, void *object)
{
	if (!checked(cache))
		return false;
	forbid(cache, object);
	return quarantine_put(cache, object);
}

bool kasan_is_free(const void *p)
{
	u8 shadow = kasan_has_shadow((unsigned long)p) ? kasan_shadow_byte((unsigned long)p) : 0;

	return shadow == KASAN_SLAB_FREE || shadow == KASAN_PAGE_FREE;
}

/* The rest of its pages is forbidden. */
void *kasan_kmalloc_large(void *p, size_t size)
{
	size_t used = ALIGN(size, KASAN_GRANULE_SIZE);

	kasan_unpoison(p, size);
	kasan_poison((char *)p + used, page_size(virt_to_page(p)) - used, KASAN_PAGE_REDZONE);
	return p;
}

unsigned long kasan_pages(void)
{
	unsigned long nr, bytes;

	stack_depot_stats(&nr, &bytes);
	return bytes / PAGE_SIZE;
}

/* --- Reports --- */

static bool in_areas(unsigned long addr)
{
	return vm_region_of(addr, kernel_pgtable.geometry->input_bits) == VM_VMALLOC;
}

/* RAM that no allocator ever had is no use after a free; freed parts of the image are. */
static const char *bug_type(unsigned long addr, u8 shadow)
{
	if (shadow == KASAN_SLAB_FREE || shadow == KASAN_SLAB_REDZONE)
		return NULL;
	if (in_areas(addr) && shadow >= KASAN_VMALLOC)
		return "vmalloc-out-of-bounds";
	if (shadow == KASAN_PAGE_FREE && addr < KASAN_TOP && !virt_addr_valid((void *)addr))
		return "wild-memory-access";
	return NULL;
}

static void show_track(const char *what, u16 cpu, depot_stack_handle_t stack)
{
	pr_err("%s by hart%lu:\n", what, harts[cpu]->hartid);
	stack_depot_print(stack);
}

static void describe_object(unsigned long addr, struct slab *slab)
{
	const struct kmem_cache *cache = slab->cache;
	unsigned long index = slab_index(cache, addr & cache->mask);
	const struct slab_track *track;
	const char *start;
	bool free;

	if (index >= cache->nr_objects) {
		pr_err("behind the objects of a slab of cache %s\n", cache->name);
		return;
	}
	start = slab->base + index * cache->size;
	free = READ_ONCE(*slab_word(slab, index)) & SLAB_FREE;
	kasan_show_place(addr, (unsigned long)start, cache->object_size);
	pr_cont(" of cache %s, %s\n", cache->name, free ? "free" : "allocated");
	if (!checked(cache))
		return;
	track = slab_track(slab, index);
	if (track->alloc_stack)
		show_track("allocated", track->alloc_cpu, track->alloc_stack);
	if (track->free_stack && free)
		show_track("freed", track->free_cpu, track->free_stack);
}

static void describe_page(unsigned long addr, struct page *page)
{
	page = compound_head(page);
	pr_err("%lu bytes inside of a page, %s", addr - (unsigned long)page_address(page),
	       page->flags & PG_reserved ? "reserved"
	       : page->refcount          ? "allocated"
					 : "free");
	if (page->flags & PG_head)
		pr_cont(" in a piece of %lu bytes", page_size(page));
	pr_cont("\n");
}

static void (*describe_area_hook)(unsigned long addr);

void kasan_set_area_hook(void (*describe_area)(unsigned long addr))
{
	describe_area_hook = describe_area;
}

static void describe(unsigned long addr)
{
	if (in_areas(addr))
		describe_area_hook(addr);
	else if (!virt_addr_valid((void *)addr))
		pr_err("in RAM that was never given to the allocator, or in none\n");
	else if (virt_to_page((void *)addr)->flags & PG_slab)
		describe_object(addr, virt_to_page((void *)addr)->slab);
	else
		describe_page(addr, virt_to_page((void *)addr));
}

void kasan_slab_init(void)
{
	static const struct kasan_hooks hooks = { bug_type, describe };

	kasan_set_hooks(&hooks);
	set_reclaim_hook(kasan_quarantine_flush);
}
