// SPDX-License-Identifier: BSD-2-Clause
/*
 * kmalloc(), kmem_cache_alloc() and the ways back, as far as a hart's own magazine does. All
 * else is a jump to mm/slab/slab_slow.c: these functions have no frame (Makefile), and who looks
 * for the callers finds the same ones.
 *
 * Whether an object is free is a word outside of it (struct slab), written by a plain store
 * when it is handed out and by one atomic OR when it comes back. So a double free is certain to be
 * seen, wherever the object is and whichever harts are at it: of two that free it at the same
 * time one finds it free. What a user writes, before or after the free, cannot pass for that
 * mark, as it could if it lay inside. The OR is the only atomic operation; the magazines
 * are guarded by disabled interrupts.
 */
#include <kernel/string.h>
#include <asm/frameless.h>
#include "slab.h"

/* @size: what the user may access. */
static __always_inline void *slab_alloc(struct kmem_cache *cache, size_t size, gfp_t gfp,
					unsigned long caller)
{
	struct magazine *magazine;
	struct slot *slot;
	unsigned long flags;
	void *object;

	local_irq_save(flags);
	magazine = cache->magazine[smp_processor_id()];
	slot = magazine->top;
	object = slot->object;
	if (unlikely(!object)) {
		local_irq_restore(flags);
		return kasan_slab_alloc(cache, slab_alloc_slow(cache, gfp, caller), size, gfp);
	}
	magazine->top = slot - 1;
	slab_handed_out(slot->word, caller);
	local_irq_restore(flags);
	if (unlikely(gfp & __GFP_ZERO))
		return kasan_slab_alloc(cache, memset(object, 0, cache->object_size), size, gfp);
	return kasan_slab_alloc(cache, object, size, gfp);
}

/* NULL for @wanted: any cache. */
static __always_inline void slab_free(const struct kmem_cache *wanted, void *p,
				      unsigned long caller)
{
	unsigned long flags, at = slab_page_at(p);
	struct page *page = (struct page *)at;
	struct kmem_cache *cache;
	struct magazine *magazine;
	struct slot *slot;
	u32 *word, before;

	if (unlikely(slab_block(at) != this_cpu_read(slab_seen_there) || !(page->flags & PG_slab)))
		return slab_free_unseen(wanted, p, caller);
	cache = page->slab->cache;
	word = slab_find_word(page->slab, p);
	if (unlikely(!word || (wanted && wanted != cache)))
		return slab_report_bad("free", wanted, p, caller);
	before = slab_taken_back(word, caller);
	if (unlikely(before & SLAB_FREE))
		return slab_report_double(cache, p, caller, before);
	if (kasan_slab_free(cache, p))
		return;
	local_irq_save(flags);
	magazine = cache->magazine[smp_processor_id()];
	slot = magazine->top;
	if (unlikely(slot == magazine->limit)) {
		local_irq_restore(flags);
		return slab_free_slow(cache, p, word);
	}
	slot[1] = (struct slot){ p, word };
	magazine->top = slot + 1;
	local_irq_restore(flags);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return slab_alloc(cache, cache->object_size, gfp, frameless_caller());
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	slab_free(cache, object, frameless_caller());
}

void *kmalloc(size_t size, gfp_t gfp)
{
	struct kmem_cache *cache;

	if (likely(size - 1 < KMALLOC_SMALL))
		cache = kmalloc_small[(size - 1) / 8];
	else if (size - 1 < KMALLOC_MAX_CACHE_SIZE)
		cache = kmalloc_large[(size - 1) / KMALLOC_SMALL];
	else
		return kmalloc_pages(size, gfp);
	return slab_alloc(cache, size, gfp, frameless_caller());
}

void kfree(const void *p)
{
	slab_free(NULL, (void *)(unsigned long)p, frameless_caller());
}
