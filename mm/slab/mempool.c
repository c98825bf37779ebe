// SPDX-License-Identifier: BSD-2-Clause
/* Some objects that are always there, for those who must not fail. */
#include <kernel/panic.h>
#include <kernel/printk.h>
#include "slab.h"

/**
 * struct mempool - @nr of @min_nr elements are in the reserve
 * @size: of an element's memory, which KASAN forbids while it is there; 0: not known
 */
struct mempool {
	spinlock_t lock;
	int min_nr, nr;
	size_t size;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	void *data;
	void *element[];
};

static void free_whole_pages(void *page, void *order)
{
	__free_pages(page, (unsigned int)(unsigned long)order);
}

static void *memory_of(const mempool_t *pool, void *element)
{
	return pool->free == free_whole_pages ? page_address(element) : element;
}

/* The pool's lock is held, or nobody else has it. */
static void put(mempool_t *pool, void *element)
{
	pool->element[pool->nr++] = element;
	if (pool->size)
		kasan_mempool_poison(memory_of(pool, element));
}

static void *take(mempool_t *pool)
{
	void *element = pool->nr ? pool->element[--pool->nr] : NULL;

	if (element && pool->size)
		kasan_resize(memory_of(pool, element), pool->size);
	return element;
}

static mempool_t *create(int min_nr, size_t size, mempool_alloc_t *alloc, mempool_free_t *free,
			 void *pool_data)
{
	mempool_t *pool;
	void *element;

	if (min_nr < 0)
		return NULL;
	pool = kzalloc(sizeof(*pool) + (size_t)min_nr * sizeof(void *), GFP_KERNEL);
	if (!pool)
		return NULL;
	pool->min_nr = min_nr;
	pool->size = size;
	pool->alloc = alloc;
	pool->free = free;
	pool->data = pool_data;
	while (pool->nr < min_nr) {
		element = alloc(GFP_KERNEL, pool_data);
		if (!element) {
			mempool_destroy(pool);
			return NULL;
		}
		put(pool, element);
	}
	return pool;
}

mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc, mempool_free_t *free, void *pool_data)
{
	return create(min_nr, 0, alloc, free, pool_data);
}

void mempool_destroy(mempool_t *pool)
{
	if (!pool)
		return;
	while (pool->nr)
		pool->free(take(pool), pool->data);
	kfree(pool);
}

void *mempool_alloc_preallocated(mempool_t *pool)
{
	unsigned long flags;
	void *element;

	spin_lock_irqsave(&pool->lock, flags);
	element = take(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
	return element;
}

void *mempool_alloc(mempool_t *pool, gfp_t gfp)
{
	void *element;

	WARN_ON(gfp & __GFP_ZERO); /* what was in use before is not cleared */
	element = pool->alloc(gfp | __GFP_NOWARN, pool->data);
	return element ? element : mempool_alloc_preallocated(pool);
}

/* Whether there is such an element. What is none goes to its allocator, which says so. */
static bool is_element(const mempool_t *pool, const void *element)
{
	return !pool->size || pool->free == free_whole_pages || slab_is_object(element);
}

/* The pool's lock is held. What went to the allocator is told by a cache alone, from its word. */
static bool is_back(const mempool_t *pool, void *element)
{
	for (int i = 0; i < pool->nr; i++)
		if (pool->element[i] == element)
			return true;
	return slab_is_free(element) || (pool->size && kasan_is_free(memory_of(pool, element)));
}

void mempool_free(void *element, mempool_t *pool)
{
	unsigned long flags;
	bool back, keep;

	if (!element)
		return;
	spin_lock_irqsave(&pool->lock, flags);
	back = is_element(pool, element) && is_back(pool, element);
	keep = !back && is_element(pool, element) && pool->nr < pool->min_nr;
	if (keep)
		put(pool, element);
	spin_unlock_irqrestore(&pool->lock, flags);
	if (back) {
		pr_err("mempool: double free of 0x%016lx by %pS\n", (unsigned long)element,
		       __builtin_return_address(0));
		slab_report_stack("double-free", memory_of(pool, element),
				  (unsigned long)__builtin_return_address(0));
	} else if (!keep) {
		pool->free(element, pool->data);
	}
}

static void *alloc_bytes(gfp_t gfp, void *size)
{
	return kmalloc((size_t)size, gfp);
}

static void free_bytes(void *element, void *size)
{
	kfree(element);
}

mempool_t *mempool_create_kmalloc_pool(int min_nr, size_t size)
{
	return create(min_nr, size, alloc_bytes, free_bytes, (void *)size);
}

static void *alloc_object(gfp_t gfp, void *cache)
{
	return kmem_cache_alloc(cache, gfp);
}

static void free_object(void *element, void *cache)
{
	kmem_cache_free(cache, element);
}

mempool_t *mempool_create_slab_pool(int min_nr, struct kmem_cache *cache)
{
	return create(min_nr, kmem_cache_size(cache), alloc_object, free_object, cache);
}

static void *alloc_whole_pages(gfp_t gfp, void *order)
{
	return alloc_pages(gfp | __GFP_COMP, (unsigned int)(unsigned long)order);
}

mempool_t *mempool_create_page_pool(int min_nr, unsigned int order)
{
	return create(min_nr, PAGE_SIZE << order, alloc_whole_pages, free_whole_pages,
		      (void *)(unsigned long)order);
}
