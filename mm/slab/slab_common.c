// SPDX-License-Identifier: BSD-2-Clause
/* Caches: made, shrunk, destroyed, counted. */
#include <kernel/errno.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/sizes.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include "slab.h"

/* Those from which a cache, its magazines and its slabs' descriptors come: these are first. */
struct kmem_cache slab_cache_cache __noinit, slab_magazine_cache __noinit;
struct kmem_cache slab_descriptor_cache __noinit;

LIST_HEAD(slab_caches);
static spinlock_t slab_caches_lock;

struct fault_attr failslab;

/* With failslab= no hart gets a magazine, so that every allocation comes by here. */
bool slab_should_fail(const struct kmem_cache *cache, gfp_t gfp)
{
	return failslab.interval && !(cache->flags & SLAB_INTERNAL) && !(gfp & __GFP_NOFAIL) &&
	       should_fail(&failslab, cache->object_size);
}

/* The smallest order that wastes at most 1/8, or else has 4 objects. */
static void choose_order(struct kmem_cache *cache)
{
	unsigned long bytes, each = cache->size, head = 0;

	if (each <= SLAB_OWN_MAX_SIZE) {
		each += SLAB_EACH;
		head = sizeof(struct slab);
	}
	for (cache->order = 0;; cache->order++) {
		bytes = PAGE_SIZE << cache->order;
		cache->nr_objects = (u32)((bytes - head) / each);
		if (cache->order == SLAB_MAX_ORDER || cache->nr_objects >= 4)
			break;
	}
	cache->mask = (u32)bytes - 1;
	cache->own_at = head ? (u32)(bytes - head) : 0;
}

void slab_setup_cache(struct kmem_cache *cache, const char *name, unsigned int size,
		      unsigned int align, slab_flags_t flags, void (*ctor)(void *object))
{
	unsigned long irqflags;

	memset(cache, 0, sizeof(*cache));
	align = max(align, flags & SLAB_HWCACHE_ALIGN ? 64U : (unsigned int)ARCH_KMALLOC_MINALIGN);
	cache->object_size = size;
	cache->size = ALIGN(size + kasan_redzone(size, flags), align);
	cache->recip = (u32)(((1UL << 32) + cache->size - 1) / cache->size);
	cache->flags = flags;
	cache->ctor = ctor;
	cache->name = name;
	choose_order(cache);
	if (!(flags & SLAB_INTERNAL))
		cache->capacity = size <= 256 ? MAGAZINE_SLOTS : size <= 1024 ? 14 : 6;
	INIT_LIST_HEAD(&cache->partial);
	INIT_LIST_HEAD(&cache->full);
	INIT_LIST_HEAD(&cache->empty);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		cache->magazine[cpu] = &no_magazine;
	spin_lock_irqsave(&slab_caches_lock, irqflags);
	list_add_tail(&cache->caches, &slab_caches);
	spin_unlock_irqrestore(&slab_caches_lock, irqflags);
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = NULL;

	if (name && size && size <= SLAB_MAX_SIZE && !(align & (align - 1)) && align <= PAGE_SIZE &&
	    ALIGN(size, align ? align : 1) <= SLAB_MAX_SIZE &&
	    !(flags & ~(SLAB_HWCACHE_ALIGN | SLAB_PANIC)))
		cache = kmem_cache_alloc(&slab_cache_cache, GFP_KERNEL);
	if (cache)
		slab_setup_cache(cache, name, size, align, flags, ctor);
	else if (flags & SLAB_PANIC)
		panic("slab: no cache %s of objects of %u bytes", name ? name : "without name",
		      size);
	return cache;
}

static void drain_this_hart(void *cache)
{
	magazine_remove(cache, smp_processor_id());
}

/* Bring all objects that are free back to their slabs; a hart that stands still has none. */
static void drain(struct kmem_cache *cache)
{
	if (irqs_disabled())
		drain_this_hart(cache);
	else
		on_each_cpu(drain_this_hart, cache, true);
}

void slab_cpu_dead(unsigned int cpu)
{
	struct kmem_cache *cache;
	unsigned long flags;

	spin_lock_irqsave(&slab_caches_lock, flags);
	list_for_each_entry(cache, &slab_caches, caches)
		magazine_remove(cache, cpu);
	spin_unlock_irqrestore(&slab_caches_lock, flags);
}

int kmem_cache_shrink(struct kmem_cache *cache)
{
	LIST_HEAD(release);
	struct slab *slab, *next;
	unsigned long flags, left;

	kasan_quarantine_flush();
	drain(cache);
	spin_lock_irqsave(&cache->lock, flags);
	list_for_each_entry_safe(slab, next, &cache->empty, list) {
		list_del(&slab->list);
		list_add(&slab->list, &release);
		cache->nr_free -= slab->nr_free;
		cache->nr_slabs--;
	}
	cache->nr_empty = 0;
	left = cache->nr_slabs;
	spin_unlock_irqrestore(&cache->lock, flags);
	slab_release(&release);
	return left ? 1 : 0;
}

/* Who holds them, as far as a line has room. */
static void report_live(struct kmem_cache *cache)
{
	struct list_head *lists[] = { &cache->full, &cache->partial };
	unsigned long flags;
	unsigned int said = 0;
	struct slab *slab;
	u32 word;

	spin_lock_irqsave(&cache->lock, flags);
	pr_err("slab: cache %s is not destroyed: %lu objects in use\n", cache->name,
	       cache->nr_slabs * cache->nr_objects - cache->nr_free);
	for (unsigned int i = 0; i < ARRAY_SIZE(lists); i++)
		list_for_each_entry(slab, lists[i], list)
			for (u32 nr = 0; nr < cache->nr_objects && said < 8; nr++) {
				word = READ_ONCE(*slab_word(slab, nr));
				if (word & SLAB_FREE)
					continue;
				said++;
				pr_err("slab:   0x%016lx allocated by %pS\n",
				       (unsigned long)slab->base + (size_t)nr * cache->size,
				       slab_user(word));
			}
	spin_unlock_irqrestore(&cache->lock, flags);
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	unsigned long flags;

	if (!ksize(cache)) /* NULL, or none any more */
		return;
	if (kmem_cache_shrink(cache)) {
		report_live(cache);
		return;
	}
	spin_lock_irqsave(&slab_caches_lock, flags);
	list_del(&cache->caches);
	spin_unlock_irqrestore(&slab_caches_lock, flags);
	kmem_cache_free(&slab_cache_cache, cache);
}

void slab_for_each(void (*show)(const struct slab_stats *stats))
{
	struct kmem_cache *cache;
	unsigned long flags;

	spin_lock_irqsave(&slab_caches_lock, flags);
	list_for_each_entry(cache, &slab_caches, caches) {
		struct slab_stats stats = slab_get_stats(cache);

		show(&stats);
	}
	spin_unlock_irqrestore(&slab_caches_lock, flags);
}

struct slab_stats slab_get_stats(struct kmem_cache *cache)
{
	struct slab_stats stats = { .name = cache->name, .size = cache->object_size };
	const struct magazine *magazine;
	unsigned long flags, free;

	spin_lock_irqsave(&cache->lock, flags);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		magazine = cache->magazine[cpu];
		stats.cached += (unsigned long)(READ_ONCE(magazine->top) - magazine->slots);
	}
	stats.total = cache->nr_slabs * cache->nr_objects;
	stats.pages = cache->nr_slabs << cache->order;
	free = cache->nr_free + stats.cached + READ_ONCE(cache->nr_quarantined);
	stats.in_use = stats.total - min(free, stats.total);
	spin_unlock_irqrestore(&cache->lock, flags);
	return stats;
}
