// SPDX-License-Identifier: BSD-2-Clause
/*
 * kmem_cache_alloc(), kmalloc() and the ways back, as far as a hart's own magazine does.
 *
 * Whether an object is free is a word of its own outside of it (struct slab), written by a
 * plain store when it is handed out and by one swap when it comes back. So a double free is
 * certain to be seen, wherever the object is and whichever harts are at it: of two that free
 * it at the same time one finds it free. What a user wrote, before or after the free, cannot
 * look like a free object, as it could if the mark were inside. The swap is the only atomic
 * operation; the magazines are guarded by disabled interrupts.
 */
#include <kernel/string.h>
#include "slab.h"

/* Nothing to take, no room: what a hart has until it gets a magazine of its own. */
struct magazine no_magazine = { .top = no_magazine.slots, .limit = no_magazine.slots };

/* kmalloc()'s caches by (size - 1) / 8 up to 1 KiB, by (size - 1) / 1 KiB above. */
#define KMALLOC_SMALL 1024
static struct kmem_cache *small_caches[KMALLOC_SMALL / 8];
static struct kmem_cache *large_caches[KMALLOC_MAX_CACHE_SIZE / KMALLOC_SMALL];

/*
 * The page of struct pages in which this hart found one to be there last. pfn_valid() is asked
 * only for another one: what has been online stays online, and a page of them is there as a whole.
 */
static DEFINE_PER_CPU(unsigned long, seen_there);

#define caller_address() ((unsigned long)__builtin_return_address(0))

/* Where the struct page would be: integers, as @p can be anything. */
static __always_inline unsigned long page_at(const void *p)
{
	unsigned long pfn = PFN_DOWN((unsigned long)p - kernel_map.va_pa_offset);

	return (unsigned long)vmemmap + pfn * sizeof(struct page);
}

static noinline bool look_there(const void *p)
{
	if (!virt_addr_valid(p))
		return false;
	this_cpu_write(seen_there, PFN_DOWN(page_at(p)));
	return true;
}

/* The first page of the slab @p lies in; NULL: in none. */
static __always_inline struct page *slab_page(const void *p)
{
	unsigned long at = page_at(p);
	struct page *page = (struct page *)at;

	if (unlikely(PFN_DOWN(at) != this_cpu_read(seen_there)) && !look_there(p))
		return NULL;
	if (unlikely(!(page->flags & PG_slab)))
		return NULL;
	return compound_head(page);
}

struct slab *slab_of(const void *object)
{
	return slab_page(object)->slab;
}

/* An object leaves the allocator: the one place for all ways out. */
static __always_inline void slab_handed_out(u32 *word, unsigned long caller)
{
	WRITE_ONCE(*word, SLAB_USER(caller));
}

/* The word of the object at @p; NULL: none begins there. */
static __always_inline u32 *slab_find_word(const struct page *page, const void *p)
{
	const struct kmem_cache *cache = page->slab_cache;
	unsigned long offset = (unsigned long)p & cache->mask;
	u32 index = slab_index(cache, offset);

	if (unlikely(index >= cache->nr_objects || offset != (unsigned long)index * cache->size))
		return NULL;
	return slab_word(page->slab, index);
}

/*
 * An object comes back: the one place for all ways in. NULL for @wanted is any cache.
 * Return: its word; NULL: it stays where it is, which has been reported.
 */
static __always_inline u32 *slab_taken_back(struct page *page, const struct kmem_cache *wanted,
					    void *object, unsigned long caller)
{
	struct kmem_cache *cache = page->slab_cache;
	u32 *word = slab_find_word(page, object), before;

	if (unlikely(!word || (wanted && wanted != cache))) {
		slab_report_bad("free", wanted, object, caller);
		return NULL;
	}
	/* The object goes to others through a lock, which orders what was written to it. */
	before = __atomic_exchange_n(word, SLAB_USER(caller) | SLAB_FREE, __ATOMIC_RELAXED);
	if (likely(!(before & SLAB_FREE)))
		return word;
	slab_report_double(cache, object, caller, before);
	return NULL;
}

static __always_inline void *slab_alloc(struct kmem_cache *cache, gfp_t gfp, unsigned long caller)
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
		return slab_alloc_slow(cache, gfp, caller);
	}
	magazine->top = slot - 1;
	slab_handed_out(slot->word, caller);
	local_irq_restore(flags);
	if (unlikely(gfp & __GFP_ZERO))
		return memset(object, 0, cache->object_size);
	return object;
}

/* Get this hart a magazine if it has none. Its absence is no failure, only slower. */
static void magazine_install(struct kmem_cache *cache, gfp_t gfp)
{
	struct magazine **own = &cache->magazine[smp_processor_id()], *magazine;
	unsigned long flags;

	if (*own != &no_magazine || !cache->capacity || failslab)
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
	struct slot slot;

	while (magazine->top < magazine->limit - cache->capacity / 2 && cache->nr_free) {
		slot.object = slab_take(cache, &slot.word);
		if (!slot.object)
			return;
		WRITE_ONCE(*slot.word, SLAB_FRESH);
		*++magazine->top = slot;
	}
}

void *slab_alloc_slow(struct kmem_cache *cache, gfp_t gfp, unsigned long caller)
{
	unsigned long flags;
	void *object;
	u32 *word;

	if (slab_should_fail(cache, gfp))
		return NULL;
	magazine_install(cache, gfp);
	do {
		spin_lock_irqsave(&cache->lock, flags);
		object = slab_take(cache, &word);
		if (object) {
			slab_handed_out(word, caller);
			magazine_fill(cache);
		}
		spin_unlock_irqrestore(&cache->lock, flags);
	} while (!object && slab_grow(cache, gfp));
	if (object && (gfp & __GFP_ZERO))
		memset(object, 0, cache->object_size);
	return object;
}

/* Give the oldest @nr objects back to their slabs. The lock is held, interrupts are off. */
void magazine_flush(struct kmem_cache *cache, struct magazine *magazine, unsigned int nr,
		    struct list_head *release)
{
	struct slot *slot = magazine->slots + 1, *rest = slot + nr;

	for (; slot < rest; slot++)
		slab_put(slab_of(slot->object), slot->object, release);
	for (slot = magazine->slots + 1; rest <= magazine->top; slot++, rest++)
		*slot = *rest;
	magazine->top = slot - 1;
}

/* Its magazine is full, or there is none. */
static noinline void slab_free_slow(struct kmem_cache *cache, struct slot freed)
{
	struct magazine *magazine;
	LIST_HEAD(release);
	unsigned long flags;

	magazine_install(cache, GFP_NOWAIT);
	spin_lock_irqsave(&cache->lock, flags);
	magazine = cache->magazine[smp_processor_id()];
	if (magazine->limit == magazine->slots) {
		slab_put(slab_of(freed.object), freed.object, &release);
	} else {
		if (magazine->top == magazine->limit)
			magazine_flush(cache, magazine, (cache->capacity + 1) / 2, &release);
		*++magazine->top = freed;
	}
	spin_unlock_irqrestore(&cache->lock, flags);
	slab_release(&release);
}

static __always_inline void slab_free(struct page *page, const struct kmem_cache *wanted,
				      void *object, unsigned long caller)
{
	u32 *word = slab_taken_back(page, wanted, object, caller);
	struct kmem_cache *cache = page->slab_cache;
	struct magazine *magazine;
	struct slot *slot;
	unsigned long flags;

	if (unlikely(!word))
		return;
	local_irq_save(flags);
	magazine = cache->magazine[smp_processor_id()];
	slot = magazine->top;
	if (unlikely(slot == magazine->limit)) {
		local_irq_restore(flags);
		slab_free_slow(cache, (struct slot){ object, word });
		return;
	}
	slot[1] = (struct slot){ object, word };
	magazine->top = slot + 1;
	local_irq_restore(flags);
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
	magazine_flush(cache, magazine, (unsigned int)(magazine->top - magazine->slots), &release);
	spin_unlock_irqrestore(&cache->lock, flags);
	slab_release(&release);
	if (magazine != &no_magazine)
		kmem_cache_free(&slab_magazine_cache, magazine);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return slab_alloc(cache, gfp, caller_address());
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	struct page *page = slab_page(object);

	if (unlikely(!page))
		slab_report_bad("free", cache, object, caller_address());
	else
		slab_free(page, cache, object, caller_address());
}

/* kmalloc()'s cache for a size; NULL: there is none for 0, nor over KMALLOC_MAX_CACHE_SIZE. */
static __always_inline struct kmem_cache **kmalloc_cache(size_t size)
{
	if (likely(size - 1 < KMALLOC_SMALL))
		return &small_caches[(size - 1) / 8];
	if (size - 1 < KMALLOC_MAX_CACHE_SIZE)
		return &large_caches[(size - 1) / KMALLOC_SMALL];
	return NULL;
}

static noinline void *kmalloc_pages(size_t size, gfp_t gfp)
{
	struct page *page;

	if (!size)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_SIZE)
		return NULL;
	page = alloc_pages(gfp | __GFP_COMP, get_order(size));
	return page ? page_address(page) : NULL;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	struct kmem_cache **cache = kmalloc_cache(size);

	if (unlikely(!cache))
		return kmalloc_pages(size, gfp);
	return slab_alloc(*cache, gfp, caller_address());
}

/* What is larger than any cache's objects, or not to be freed at all. */
static noinline void free_no_object(void *p, unsigned long caller)
{
	struct page *page;

	if (look_there(p)) {
		page = virt_to_page(p);
		if (page->flags & PG_head && p == page_address(page)) {
			__free_pages(page, page->order);
			return;
		}
	}
	slab_report_bad("free", NULL, p, caller);
}

void kfree(const void *p)
{
	void *object = (void *)(unsigned long)p;
	struct page *page;

	if (ZERO_OR_NULL_PTR(p))
		return;
	page = slab_page(p);
	if (unlikely(!page))
		free_no_object(object, caller_address());
	else
		slab_free(page, NULL, object, caller_address());
}

size_t ksize(const void *p)
{
	const struct page *page;
	u32 *word;

	if (ZERO_OR_NULL_PTR(p))
		return 0;
	page = slab_page(p);
	if (page) {
		word = slab_find_word(page, p);
		if (word && !(READ_ONCE(*word) & SLAB_FREE))
			return page->slab_cache->object_size;
	} else if (look_there(p)) {
		page = virt_to_page(p);
		if (page->flags & PG_head && p == page_address(page))
			return page_size(page);
	}
	slab_report_bad("size", NULL, p, caller_address());
	return 0;
}

void kmem_cache_init(void)
{
	static struct kmem_cache caches[13];
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

	slab_setup_cache(&slab_cache_cache, "kmem_cache", sizeof(struct kmem_cache), 0,
			 SLAB_INTERNAL, NULL);
	slab_setup_cache(&slab_magazine_cache, "slab_magazine", sizeof(struct magazine), 0,
			 SLAB_INTERNAL, NULL);
	slab_setup_cache(&slab_descriptor_cache, "slab_descriptor",
			 sizeof(struct slab) + SLAB_WORDS_ELSEWHERE * sizeof(u32), 0, SLAB_INTERNAL,
			 NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++) {
		slab_setup_cache(&caches[i], classes[i].name, classes[i].size, 0, 0, NULL);
		for (; size <= classes[i].size; size += size < KMALLOC_SMALL ? 8 : KMALLOC_SMALL) {
			cache = kmalloc_cache(size);
			*cache = &caches[i];
		}
	}
}
