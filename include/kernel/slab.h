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

unsigned int kmem_cache_size(struct kmem_cache *cache);

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp);

/** kmem_cache_free() - one that is free, or not of this cache, is reported and left alone */
void kmem_cache_free(struct kmem_cache *cache, void *object);

/** kmem_cache_alloc_bulk() - @nr objects or none. Return: @nr or 0 */
int kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t gfp, size_t nr, void **objects);
void kmem_cache_free_bulk(struct kmem_cache *cache, size_t nr, void **objects);

/**
 * kmalloc() - @size bytes, aligned to 8, and to @size where that is a power of two
 * Return: NULL: no memory, or more than KMALLOC_MAX_SIZE; ZERO_SIZE_PTR for 0 bytes.
 */
void *kmalloc(size_t size, gfp_t gfp);
void *kzalloc(size_t size, gfp_t gfp);

/** kmalloc_array(), kcalloc() - @n times @size bytes; NULL where the product overflows */
void *kmalloc_array(size_t n, size_t size, gfp_t gfp);
void *kcalloc(size_t n, size_t size, gfp_t gfp);

/**
 * krealloc() - another size, the contents kept as far as they fit
 * Size 0 frees and gives ZERO_SIZE_PTR; NULL is kmalloc(). On failure the old one stays.
 */
void *krealloc(const void *p, size_t size, gfp_t gfp);
void *krealloc_array(void *p, size_t n, size_t size, gfp_t gfp);

/**
 * ksize() - bytes that are taken for @p; 0 for NULL and ZERO_SIZE_PTR
 * What was not asked for is krealloc()'s to give: KASAN reports other uses.
 */
size_t ksize(const void *p);

/** kfree() - give back; NULL and ZERO_SIZE_PTR do nothing, a double or invalid free is reported */
void kfree(const void *p);

/** kfree_sensitive() - overwritten first */
void kfree_sensitive(const void *p);

/** kmem_cache_init() - make kmalloc()'s caches. Context: boot, once, after mem_init() */
void kmem_cache_init(void);

/** slab_cpu_dead() - give back what hart @cpu keeps at hand. Context: it does not run. */
void slab_cpu_dead(unsigned int cpu);

/**
 * setup_failslab() - let allocations from caches fail on purpose, as setup_fault_attr() says
 * What has __GFP_NOFAIL, and what is too large for kmalloc()'s caches, is spared.
 * Context: interrupts on. The variable alone is enough before kmem_cache_init().
 */
extern struct fault_attr failslab;
int setup_failslab(const char *text);

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

/* --- Mempools: some objects are always there --- */

typedef void *(mempool_alloc_t)(gfp_t gfp, void *pool_data);
typedef void(mempool_free_t)(void *element, void *pool_data);
typedef struct mempool mempool_t;

mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc, mempool_free_t *free,
			  void *pool_data);
mempool_t *mempool_create_kmalloc_pool(int min_nr, size_t size);
mempool_t *mempool_create_slab_pool(int min_nr, struct kmem_cache *cache);
mempool_t *mempool_create_page_pool(int min_nr, unsigned int order); /* of struct page */
void mempool_destroy(mempool_t *pool);

/** mempool_alloc() - from the allocator, else the reserve; NULL: both are empty (never waits) */
void *mempool_alloc(mempool_t *pool, gfp_t gfp);
/** mempool_alloc_preallocated() - from the reserve; NULL: it is empty */
void *mempool_alloc_preallocated(mempool_t *pool);
/** mempool_free() - to the reserve, or back; what is there already is reported and left alone */
void mempool_free(void *element, mempool_t *pool);

#endif
