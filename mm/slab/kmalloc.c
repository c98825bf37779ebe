// SPDX-License-Identifier: BSD-2-Clause
/* What stands on kmem_cache_alloc(), kmalloc() and kfree(). */
#include <kernel/panic.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include "slab.h"

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return kmem_cache_alloc(cache, gfp | __GFP_ZERO);
}

void kmem_cache_free_bulk(struct kmem_cache *cache, size_t nr, void **objects)
{
	while (nr)
		kmem_cache_free(cache, objects[--nr]);
}

int kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t gfp, size_t nr, void **objects)
{
	for (size_t i = 0; i < nr; i++) {
		objects[i] = kmem_cache_alloc(cache, gfp);
		if (!objects[i]) {
			kmem_cache_free_bulk(cache, i, objects);
			return 0;
		}
	}
	return (int)nr;
}

void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kmalloc(bytes, gfp);
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc_array(n, size, gfp | __GFP_ZERO);
}

void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	void *new, *old = (void *)(unsigned long)p;
	size_t had = ksize(p);

	if (!size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	if (!had && !ZERO_OR_NULL_PTR(p))
		return NULL; /* no object: ksize() has said so */
	if (size <= had)
		return kasan_resize(old, size);
	new = kmalloc(size, gfp);
	if (new && had) {
		memcpy(new, old, had);
		kfree(old);
	}
	return new;
}

void *krealloc_array(void *p, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : krealloc(p, bytes, gfp);
}

void kfree_sensitive(const void *p)
{
	void *object = (void *)(unsigned long)p;
	size_t size = ksize(p);

	if (!size)
		return;
	memset(object, 0, size);
	barrier(); /* nobody reads it, the compiler might say */
	kfree(object);
}
