// SPDX-License-Identifier: BSD-2-Clause
/* What kmalloc() and kfree() do when a hart's own magazine does not do; and what is rare. */
#include <kernel/string.h>
#include "slab.h"

/* Nothing to take, no room: what a hart has until it gets a magazine of its own. */
struct magazine no_magazine = { .top = no_magazine.slots, .limit = no_magazine.slots };

struct kmem_cache *kmalloc_small[KMALLOC_SMALL / 8] __noinit;
struct kmem_cache *kmalloc_large[KMALLOC_MAX_CACHE_SIZE / KMALLOC_SMALL] __noinit;
DEFINE_PER_CPU(unsigned long, slab_seen_there);
unsigned long slab_page_of_0 = BLOCK_META_SIZE; /* none has been seen, until kmem_cache_init() */

/* The struct page of @p; NULL: there is none. */
static struct page *look_there(const void *p)
{
	if (!virt_addr_valid(p))
		return NULL;
	this_cpu_write(slab_seen_there, slab_block(slab_page_at(p)));
	return virt_to_page(p);
}

/* Get this hart a magazine if it has none. Its absence is no failure, only slower. */
static void magazine_install(struct kmem_cache *cache, gfp_t gfp)
{
	struct magazine **own = &cache->magazine[smp_processor_id()], *magazine;
	unsigned long flags;

	if (*own != &no_magazine || !cache->capacity || failslab.interval)
		return;
	gfp &= __GFP_DIRECT_RECLAIM;
	magazine = slab_alloc_slow(&slab_magazine_cache, gfp | __GFP_NOWARN, caller_address());
	if (!magazine)
		return;
	magazine->top = magazine->slots;
	magazine->limit = magazine->slots + cache->capacity;
	magazine->slots[0] = (struct slot){ NULL, NULL };
	local_irq_save(flags);
	if (*own == &no_magazine) { /* else an interrupt was faster */
		*own = magazine;
		magazine = NULL;
	}
	local_irq_restore(flags);
	kfree(magazine);
}

/* Half a magazine of what is free in slabs, so that the next call of either kind is fast. */
static void magazine_fill(struct kmem_cache *cache)
{
	struct magazine *magazine = cache->magazine[smp_processor_id()];
	long room = magazine->limit - cache->capacity / 2 - magazine->top;

	if (room > 0)
		magazine->top += slab_take(cache, magazine->top + 1, (unsigned int)room);
}

void *slab_alloc_slow(struct kmem_cache *cache, gfp_t gfp, unsigned long caller)
{
	struct slot slot = { NULL, NULL };
	unsigned long flags;

	if (slab_should_fail(cache, gfp))
		return NULL;
	magazine_install(cache, gfp);
	do {
		spin_lock_irqsave(&cache->lock, flags);
		if (slab_take(cache, &slot, 1)) {
			slab_handed_out(slot.word, caller);
			magazine_fill(cache);
		}
		spin_unlock_irqrestore(&cache->lock, flags);
	} while (!slot.object && slab_grow(cache, gfp));
	if (slot.object && (gfp & __GFP_ZERO))
		memset(slot.object, 0, cache->object_size);
	return slot.object;
}

/* Give the oldest @nr objects back to their slabs. The lock is held, interrupts are off. */
static void magazine_flush(struct magazine *magazine, unsigned int nr, struct list_head *release)
{
	struct slot *slot = magazine->slots + 1, *rest = slot + nr;

	for (; slot < rest; slot++)
		slab_put(virt_to_page(slot->object)->slab, slot->object, release);
	for (slot = magazine->slots + 1; rest <= magazine->top; slot++, rest++)
		*slot = *rest;
	magazine->top = slot - 1;
}

/* The magazine may be full, or there is none. */
void slab_free_slow(struct kmem_cache *cache, void *object, u32 *word)
{
	struct magazine *magazine;
	LIST_HEAD(release);
	unsigned long flags;

	magazine_install(cache, GFP_NOWAIT);
	local_irq_save(flags);
	magazine = cache->magazine[smp_processor_id()];
	if (magazine->top == magazine->limit) {
		spin_lock(&cache->lock);
		if (magazine == &no_magazine)
			slab_put(virt_to_page(object)->slab, object, &release);
		else
			magazine_flush(magazine, (cache->capacity + 1) / 2, &release);
		spin_unlock(&cache->lock);
	}
	if (magazine->top != magazine->limit)
		*++magazine->top = (struct slot){ object, word };
	local_irq_restore(flags);
	slab_release(&release);
}

/* What is not in a page that this hart has just seen, or is no object. */
void slab_free_unseen(const struct kmem_cache *wanted, void *p, unsigned long caller)
{
	struct page *page;
	u32 *word, before;

	if (ZERO_OR_NULL_PTR(p) && !wanted)
		return;
	page = look_there(p);
	if (page && !wanted && (page->flags & (PG_slab | PG_head)) == PG_head &&
	    p == page_address(page)) {
		__free_pages(page, page->order);
		return;
	}
	word = page && page->flags & PG_slab ? slab_find_word(page->slab, p) : NULL;
	if (!word || (wanted && wanted != page->slab->cache))
		return slab_report_bad("free", wanted, p, caller);
	before = slab_taken_back(word, caller);
	if (before & SLAB_FREE)
		return slab_report_double(page->slab->cache, p, caller, before);
	if (!kasan_slab_free(page->slab->cache, p))
		slab_free_slow(page->slab->cache, p, word);
}

/* Take a hart's magazine away, on it or when it does not run. */
void magazine_remove(struct kmem_cache *cache, unsigned int cpu)
{
	struct magazine *magazine;
	LIST_HEAD(release);
	unsigned long flags;

	spin_lock_irqsave(&cache->lock, flags);
	magazine = cache->magazine[cpu];
	cache->magazine[cpu] = &no_magazine;
	magazine_flush(magazine, (unsigned int)(magazine->top - magazine->slots), &release);
	spin_unlock_irqrestore(&cache->lock, flags);
	slab_release(&release);
	if (magazine != &no_magazine)
		kmem_cache_free(&slab_magazine_cache, magazine);
}

void *kmalloc_pages(size_t size, gfp_t gfp)
{
	struct page *page;

	if (!size)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_SIZE)
		return NULL;
	page = alloc_pages(gfp | __GFP_COMP, get_order(size));
	return page ? kasan_kmalloc_large(page_address(page), size) : NULL;
}

size_t ksize(const void *p)
{
	struct page *page;
	u32 *word;

	if (ZERO_OR_NULL_PTR(p) || !kasan_check_byte(p))
		return 0;
	page = look_there(p);
	if (page && page->flags & PG_slab) {
		word = slab_find_word(page->slab, p);
		if (word && !(READ_ONCE(*word) & SLAB_FREE))
			return page->slab->cache->object_size;
	} else if (page && page->flags & PG_head && p == page_address(page)) {
		return page_size(page);
	}
	slab_report_bad("size", NULL, p, caller_address());
	return 0;
}

void kmem_cache_init(void)
{
	static struct kmem_cache caches[13] __noinit; /* set up below */
	static const struct {
		u16 size;
		char name[14];
	} classes[ARRAY_SIZE(caches)] = {
		{ 8, "kmalloc-8" },       { 16, "kmalloc-16" },     { 32, "kmalloc-32" },
		{ 64, "kmalloc-64" },     { 96, "kmalloc-96" },     { 128, "kmalloc-128" },
		{ 192, "kmalloc-192" },   { 256, "kmalloc-256" },   { 512, "kmalloc-512" },
		{ 1024, "kmalloc-1024" }, { 2048, "kmalloc-2048" }, { 4096, "kmalloc-4096" },
		{ 8192, "kmalloc-8192" },
	};
	struct kmem_cache **cache;
	size_t size = 8;

	kasan_slab_init();
	slab_page_of_0 =
		(unsigned long)vmemmap - PFN_DOWN(kernel_map.va_pa_offset) * sizeof(struct page);
	slab_setup_cache(&slab_cache_cache, "kmem_cache", sizeof(struct kmem_cache), 0,
			 SLAB_INTERNAL, NULL);
	slab_setup_cache(&slab_magazine_cache, "slab_magazine", sizeof(struct magazine), 0,
			 SLAB_INTERNAL, NULL);
	slab_setup_cache(&slab_descriptor_cache, "slab_descriptor",
			 sizeof(struct slab) + SLAB_AHEAD_ELSEWHERE, 0, SLAB_INTERNAL, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++) {
		slab_setup_cache(&caches[i], classes[i].name, classes[i].size,
				 classes[i].size & -classes[i].size, 0, NULL);
		for (; size <= classes[i].size; size += size < KMALLOC_SMALL ? 8 : KMALLOC_SMALL) {
			cache = size <= KMALLOC_SMALL ? &kmalloc_small[(size - 1) / 8]
						      : &kmalloc_large[(size - 1) / KMALLOC_SMALL];
			*cache = &caches[i];
		}
	}
}
