// SPDX-License-Identifier: BSD-2-Clause
/* Slabs: pages cut into objects; which of a cache's has what is free. */
#include <kernel/string.h>
#include "slab.h"

static void move_to_list(struct slab *slab)
{
	struct kmem_cache *cache = slab->cache;

	list_del(&slab->list);
	if (slab->nr_free == cache->nr_objects)
		list_add(&slab->list, &cache->empty);
	else
		list_add(&slab->list, slab->nr_free ? &cache->partial : &cache->full);
}

/* Each page of a slab leads to it, so that a free need not look for the first one. */
static void mark_pages(const struct kmem_cache *cache, struct page *page, struct slab *slab)
{
	for (unsigned int i = 0; i < 1U << cache->order; i++) {
		page[i].slab = slab;
		page[i].flags = (u16)(slab ? page[i].flags | PG_slab : page[i].flags & ~PG_slab);
	}
}

static void free_slab(struct slab *slab)
{
	struct kmem_cache *cache = slab->cache;
	struct page *page = virt_to_page(slab->base);

	mark_pages(cache, page, NULL);
	if (!cache->own_at)
		kmem_cache_free(&slab_descriptor_cache, (char *)slab - SLAB_AHEAD_ELSEWHERE);
	__free_pages(page, cache->order);
}

/* The word of each object leads to the next one. */
static void cut(struct slab *slab)
{
	struct kmem_cache *cache = slab->cache;

	for (u32 i = 0; i < cache->nr_objects; i++) {
		*slab_word(slab, i) = SLAB_IN_SLAB(i + 1 < cache->nr_objects ? i + 1 : SLAB_END);
		if (cache->ctor)
			kasan_construct(cache, slab->base + (size_t)i * cache->size);
	}
	slab->first = 0;
	slab->nr_free = (u16)cache->nr_objects;
}

static struct slab *new_descriptor(const struct kmem_cache *cache, struct page *page, gfp_t gfp)
{
	char *ahead;

	if (cache->own_at)
		return (struct slab *)((char *)page_address(page) + cache->own_at);
	ahead = kmem_cache_alloc(&slab_descriptor_cache, gfp & ~__GFP_ZERO);
	return ahead ? (struct slab *)(ahead + SLAB_AHEAD_ELSEWHERE) : NULL;
}

/* One more slab. No lock is held: pages may take their time, and so may a constructor. */
bool slab_grow(struct kmem_cache *cache, gfp_t gfp)
{
	gfp_t pages_gfp = (gfp & ~__GFP_ZERO) | (cache->order ? __GFP_COMP : 0);
	struct page *page = alloc_pages(pages_gfp, cache->order);
	struct slab *slab;
	unsigned long flags;

	if (!page)
		return false;
	slab = new_descriptor(cache, page, gfp);
	if (!slab) {
		__free_pages(page, cache->order);
		return false;
	}
	slab->cache = cache;
	slab->base = page_address(page);
	kasan_poison_slab(cache, page);
	cut(slab);
	mark_pages(cache, page, slab);

	spin_lock_irqsave(&cache->lock, flags);
	list_add(&slab->list, &cache->empty);
	cache->nr_slabs++;
	cache->nr_empty++;
	cache->nr_free += cache->nr_objects;
	spin_unlock_irqrestore(&cache->lock, flags);
	return true;
}

/* What is free in it is given up: nothing says any more what that is. */
static void give_up(struct slab *slab, struct kmem_cache *cache)
{
	slab_report_damage(slab, cache);
	cache->nr_empty -= slab->nr_free == cache->nr_objects;
	cache->nr_free -= slab->nr_free;
	slab->first = SLAB_END;
	slab->nr_free = 0;
	move_to_list(slab);
}

/* Up to @nr objects of a slab, as far as its words lead; whether they lead far enough. */
static bool take_from(struct slab *slab, struct slot **slots, unsigned int nr)
{
	struct kmem_cache *cache = slab->cache;
	u32 index = slab->first, taken = 0, next, *word;
	bool was_empty = slab->nr_free == cache->nr_objects;

	for (nr = min(nr, (unsigned int)slab->nr_free); taken < nr; taken++, index = next) {
		word = slab_word(slab, index);
		if (index >= cache->nr_objects || !(*word & SLAB_FREE))
			break;
		next = SLAB_NEXT(*word);
		if (next >= cache->nr_objects && next != SLAB_END)
			break;
		WRITE_ONCE(*word, SLAB_FRESH);
		*(*slots)++ = (struct slot){ slab->base + (size_t)index * cache->size, word };
	}
	if (taken) {
		cache->nr_empty -= was_empty;
		cache->nr_free -= taken;
		slab->nr_free = (u16)(slab->nr_free - taken);
		slab->first = (u16)index;
		if (!slab->nr_free || was_empty)
			move_to_list(slab);
	}
	return taken == nr;
}

unsigned int slab_take(struct kmem_cache *cache, struct slot *slots, unsigned int nr)
{
	struct slot *at = slots, *end = slots + nr;

	while (at != end && !(list_empty(&cache->partial) && list_empty(&cache->empty))) {
		struct slab *slab = list_first_entry(list_empty(&cache->partial) ? &cache->empty
										 : &cache->partial,
						     struct slab, list);

		if (!take_from(slab, &at, (unsigned int)(end - at)))
			give_up(slab, cache);
	}
	return (unsigned int)(at - slots);
}

void slab_put(struct slab *slab, void *object, struct list_head *release)
{
	struct kmem_cache *cache = slab->cache;
	unsigned long index = slab_index(cache, (unsigned long)((char *)object - slab->base));

	WRITE_ONCE(*slab_word(slab, index), SLAB_IN_SLAB(slab->first));
	slab->first = (u16)index;
	slab->nr_free++;
	cache->nr_free++;
	if (slab->nr_free == cache->nr_objects) {
		if (++cache->nr_empty > SLAB_MAX_EMPTY) {
			cache->nr_empty--;
			cache->nr_slabs--;
			cache->nr_free -= cache->nr_objects;
			list_del(&slab->list);
			list_add(&slab->list, release);
			return;
		}
	}
	if (slab->nr_free == 1 || slab->nr_free == cache->nr_objects)
		move_to_list(slab);
}

void slab_release(struct list_head *release)
{
	struct slab *slab, *next;

	list_for_each_entry_safe(slab, next, release, list)
		free_slab(slab);
}
