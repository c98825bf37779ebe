/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SLAB_H
#define KERNEL_SLAB_H

#include <kernel/fault-inject.h>
#include <kernel/gfp.h>

/*
 * Objects smaller or not much larger than a page, with Linux's names and meaning.
 * Context: as the page allocator's, by @gfp.
 */

typedef unsigned int slab_flags_t;
struct kmem_cache;

#define SLAB_HWCACHE_ALIGN     ((slab_flags_t)1 << 0)
#define SLAB_PANIC             ((slab_flags_t)1 << 1) /* no cache: panic */

#define ARCH_KMALLOC_MINALIGN  8
#define KMALLOC_MAX_CACHE_SIZE (2 * PAGE_SIZE)
#define KMALLOC_MAX_SIZE       (PAGE_SIZE << MAX_PAGE_ORDER)

/* What kmalloc(0) gives: not NULL, and not to be accessed. */
#define ZERO_SIZE_PTR       ((void *)16)
#define ZERO_OR_NULL_PTR(p) ((unsigned long)(p) <= (unsigned long)ZERO_SIZE_PTR)

/**
 * kmem_cache_create() - a cache of objects of one size
 * @name: kept, not copied
 * @align: 0, or a power of two; objects are aligned to 8 at least
 * @ctor: called once for each object when its page is made, or NULL
 * Return: NULL: bad arguments, or no memory (SLAB_PANIC: panic).
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *object));

/** kmem_cache_destroy() - give it back, or report its objects in use and keep it; NULL: nothing */
void kmem_cache_destroy(struct kmem_cache *cache);

/**
 * kmem_cache_shrink() - give its empty pages back
 * Context of both: interrupts on, or else what other harts have at hand stays there.
 * Return: 0: none is left; 1: there are some.
 */
int kmem_cache_shrink(struct kmem_cache *cache);

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);

/** kmem_cache_free() - one that is free, or not of this cache, is reported and left alone */
void kmem_cache_free(struct kmem_cache *cache, void *object);

/**
 * kmalloc() - @size bytes, aligned to 8, and to @size where that is a power of two
 * Return: NULL: no memory, or more than KMALLOC_MAX_SIZE; ZERO_SIZE_PTR for 0 bytes.
 */
void *kmalloc(size_t size, gfp_t gfp);

/**
 * ksize() - bytes that are taken for @p; 0 for NULL and ZERO_SIZE_PTR
 * KASAN reports the use of what was not asked for.
 */
size_t ksize(const void *p);

/** kfree() - give back; NULL and ZERO_SIZE_PTR do nothing, a double or invalid free is reported */
void kfree(const void *p);

/** kmem_cache_init() - make kmalloc()'s caches. Context: boot, once, after mem_init() */
void kmem_cache_init(void);

/** slab_cpu_dead() - give back what hart @cpu keeps at hand. Context: it does not run. */
void slab_cpu_dead(unsigned int cpu);

/**
 * failslab - of allocations from caches, as setup_fault_attr() has set it
 * What has __GFP_NOFAIL, and what is too large for kmalloc()'s caches, is spared. A magazine
 * that a hart has already is not: from kmem_cache_init() on those must be given back first.
 */
extern struct fault_attr failslab;

/**
 * struct slab_stats - of one cache, in objects
 * @cached: free, at the hand of harts
 */
struct slab_stats {
	const char *name;
	unsigned int size;
	unsigned long in_use, total, pages, cached;
};

/** slab_get_stats() - of one cache; exact if it is not in use meanwhile */
struct slab_stats slab_get_stats(struct kmem_cache *cache);

/** slab_for_each() - of each. Context of @show: no cache may be made or destroyed. */
void slab_for_each(void (*show)(const struct slab_stats *stats));

#endif
