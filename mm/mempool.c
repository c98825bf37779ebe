// SPDX-License-Identifier: BSD-2-Clause
/* Some objects that are always there, for those who must not fail. */
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <asm/trap.h>
#include "slab.h"

/**
 * struct mempool - @nr of @min_nr elements are in the reserve
 */
struct mempool {
	spinlock_t lock;
	int min_nr, nr;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	void *data;
	void *element[];
};

mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc, mempool_free_t *free, void *pool_data)
{
	mempool_t *pool;

	if (min_nr < 0)
		return NULL;
	pool = kzalloc(sizeof(*pool) + (size_t)min_nr * sizeof(void *), GFP_KERNEL);
	if (!pool)
		return NULL;
	pool->min_nr = min_nr;
	pool->alloc = alloc;
	pool->free = free;
	pool->data = pool_data;
	for (; pool->nr < min_nr; pool->nr++) {
		pool->element[pool->nr] = alloc(GFP_KERNEL, pool_data);
		if (!pool->element[pool->nr]) {
			mempool_destroy(pool);
			return NULL;
		}
	}
	return pool;
}

void mempool_destroy(mempool_t *pool)
{
	if (!pool)
		return;
	while (pool->nr)
		pool->free(pool->element[--pool->nr], pool->data);
	kfree(pool);
}

void *mempool_alloc(mempool_t *pool, gfp_t gfp)
{
	unsigned long flags;
	void *element;

	WARN_ON(gfp & __GFP_ZERO); /* what was in use before is not cleared */
	element = pool->alloc(gfp | __GFP_NOWARN, pool->data);
	if (element)
		return element;
	spin_lock_irqsave(&pool->lock, flags);
	if (pool->nr)
		element = pool->element[--pool->nr];
	spin_unlock_irqrestore(&pool->lock, flags);
	return element;
}

/* The pool's lock is held. What went to the allocator is told by a cache alone, from its word. */
static bool is_back(const mempool_t *pool, const void *element)
{
	for (int i = 0; i < pool->nr; i++)
		if (pool->element[i] == element)
			return true;
	return slab_is_free(element);
}

void mempool_free(void *element, mempool_t *pool)
{
	unsigned long flags;
	bool back, keep;

	if (!element)
		return;
	spin_lock_irqsave(&pool->lock, flags);
	back = is_back(pool, element);
	keep = !back && pool->nr < pool->min_nr;
	if (keep)
		pool->element[pool->nr++] = element;
	spin_unlock_irqrestore(&pool->lock, flags);
	if (back) {
		pr_err("mempool: double free of 0x%016lx by %pS\n", (unsigned long)element,
		       __builtin_return_address(0));
		slab_report_stack("double-free", element,
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
	return mempool_create(min_nr, alloc_bytes, free_bytes, (void *)size);
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
	return mempool_create(min_nr, alloc_object, free_object, cache);
}
