/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <kernel/fault-inject.h>
#include <kernel/kasan.h>
#include <kernel/percpu.h>
#include <kernel/slab.h>
#include <kernel/spinlock.h>
#include "mm/page/page_alloc.h"

/*
 * Private to this folder.
 *
 * An object is in one of three places: with its user, in the magazine of a hart, or free in
 * its slab. Nothing is ever written into an object that is free: what the allocator knows of
 * it is the word struct slab keeps for it, so a use after free cannot lead the allocator
 * astray, and what a constructor made stays.
 *
 * Lock order: a cache's lock, then nothing. slab_caches_lock, then a cache's lock.
 */

/*
 * The word of an object: bit 0 says that it is free. Above it, the low half of the address
 * of who allocated or freed it last (code lies in the top 2 GiB, so that half is enough); in
 * its slab, the number of the next free object instead.
 */
#define SLAB_FREE         1U
#define SLAB_IN_SLAB(nr)  ((u32)(nr) << 1 | SLAB_FREE)
#define SLAB_FRESH        ~0U /* free, in a magazine, and not from a user */
#define SLAB_NEXT(word)   ((word) >> 1)
#define SLAB_END          0x7fffU /* no object: behind the last free one */
#define SLAB_USER(caller) ((caller) & ~(unsigned long)SLAB_FREE)

/**
 * struct slab - what is known of a piece of pages that is cut into objects
 * In front of it are the words of the objects, the first one's last. It lies behind the
 * objects, so an overrun of the last one meets words, which are checked, before pointers.
 * @list:    in one of the cache's lists
 * @base:    the first object
 * @first:   number of the first object that is free in the slab
 * @nr_free: how many are
 */
struct slab {
	struct kmem_cache *cache;
	struct list_head list;
	char *base;
	u16 first;
	u16 nr_free;
};

/**
 * struct magazine - free objects of one cache at the hand of one hart
 * @top:   the last one in it; slots[0] when there is none
 * @limit: of @top; slots[0] for the magazine that takes nothing
 * @slots: [0].object is NULL for ever, so that taking needs one test
 */
struct slot {
	void *object;
	u32 *word;
};

#define MAGAZINE_SLOTS 30

struct magazine {
	struct slot *top, *limit;
	struct slot slots[1 + MAGAZINE_SLOTS];
};

/**
 * struct slab_track - KASAN's: who allocated and who freed an object last, by stack and hart
 * One for each object, in front of the words.
 */
#ifdef CONFIG_KASAN
struct slab_track {
	u32 alloc_stack, free_stack;
	u16 alloc_cpu, free_cpu;
};
#define SLAB_TRACK_SIZE sizeof(struct slab_track)
#else
#define SLAB_TRACK_SIZE 0UL
#endif

/* What is known of an object, in bytes. */
#define SLAB_EACH     (sizeof(u32) + SLAB_TRACK_SIZE)

#define SLAB_INTERNAL ((slab_flags_t)1 << 31) /* no magazines, and failslab= spares it */

/* A slab of objects over this size has its struct slab elsewhere, and at most so many objects. */
#define SLAB_OWN_MAX_SIZE    512
#define SLAB_MAX_ELSEWHERE   8
#define SLAB_AHEAD_ELSEWHERE (SLAB_MAX_ELSEWHERE * SLAB_EACH)
#define SLAB_MAX_ORDER       3
#define SLAB_MAX_SIZE        (PAGE_SIZE << SLAB_MAX_ORDER)
/* Empty slabs a cache keeps. */
#define SLAB_MAX_EMPTY 2

/**
 * struct kmem_cache - objects of one size
 * @magazine: of each hart; never NULL
 * @mask:     bytes of a slab - 1; slabs are aligned to their size
 * @recip:    2^32 / @size, rounded up
 * @size:     from one object to the next; @object_size of it are the user's
 * @nr_objects: of a slab
 * @own_at:   where in a slab its struct slab lies; 0: elsewhere
 * @capacity: objects in a magazine
 * @partial, @full, @empty: slabs by what is free in them
 * @nr_slabs, @nr_empty: how many there are
 * @nr_quarantined: objects that were freed and are kept from being used again
 * @nr_free:  objects free in slabs
 */
struct kmem_cache {
	struct magazine *magazine[NR_CPUS];
	u32 mask;
	u32 recip;
	u32 size;
	u32 nr_objects;
	u32 object_size;
	u32 own_at;
	u32 order;
	u32 capacity;
	slab_flags_t flags;
	void (*ctor)(void *object);
	const char *name;
	struct list_head caches;
	spinlock_t lock;
	struct list_head partial, full, empty;
	unsigned long nr_slabs, nr_empty, nr_free;
	unsigned long nr_quarantined;
};

extern struct kmem_cache slab_cache_cache, slab_magazine_cache, slab_descriptor_cache;
extern struct list_head slab_caches;
extern struct magazine no_magazine;

#define caller_address() ((unsigned long)__builtin_return_address(0))

/* kmalloc()'s caches by (size - 1) / 8 up to 1 KiB, by (size - 1) / 1 KiB up to the largest. */
#define KMALLOC_SMALL 1024
extern struct kmem_cache *kmalloc_small[KMALLOC_SMALL / 8];
extern struct kmem_cache *kmalloc_large[KMALLOC_MAX_CACHE_SIZE / KMALLOC_SMALL];

/*
 * The block of RAM, by its struct pages, that this hart saw to be online last. pfn_valid() is
 * asked only for another one, as what came online stays so.
 */
DECLARE_PER_CPU(unsigned long, slab_seen_there);

/* Where the struct page of address 0 would be: a base for those of the linear map. */
extern unsigned long slab_page_of_0;

/* mm/slab/slab_slow.c */
void *slab_alloc_slow(struct kmem_cache *cache, gfp_t gfp, unsigned long caller);
void slab_free_slow(struct kmem_cache *cache, void *object, u32 *word);
void slab_free_unseen(const struct kmem_cache *wanted, void *p, unsigned long caller);
void *kmalloc_pages(size_t size, gfp_t gfp);
void magazine_remove(struct kmem_cache *cache, unsigned int cpu);

/* mm/slab/slab_pages.c: slabs. slab_take() and slab_put() want the cache's lock held. */
bool slab_grow(struct kmem_cache *cache, gfp_t gfp);
unsigned int slab_take(struct kmem_cache *cache, struct slot *slots, unsigned int nr);
void slab_put(struct slab *slab, void *object, struct list_head *release);
void slab_release(struct list_head *release);

/* mm/slab/slab_report.c: what should not be. */
void *slab_user(u32 word);
void slab_report_bad(const char *what, const struct kmem_cache *wanted, const void *p,
		     unsigned long caller);
void slab_report_double(const struct kmem_cache *cache, const void *p, unsigned long caller,
			u32 before);
void slab_report_damage(const struct slab *slab, const struct kmem_cache *cache);

/* mm/slab/slab_kasan.c: what users may access. Without CONFIG_KASAN nothing. */
#ifdef CONFIG_KASAN
unsigned int kasan_redzone(unsigned int size, slab_flags_t flags);
void kasan_poison_slab(const struct kmem_cache *cache, const struct page *page);
void kasan_construct(const struct kmem_cache *cache, void *object);
void *kasan_slab_alloc(const struct kmem_cache *cache, void *object, size_t size, gfp_t gfp);
bool kasan_slab_free(struct kmem_cache *cache, void *object);
void *kasan_kmalloc_large(void *p, size_t size);
/* Whether the memory at @p, which can be anything, is free. */
bool kasan_is_free(const void *p);
void kasan_slab_init(void);
#else
static inline unsigned int kasan_redzone(unsigned int size, slab_flags_t flags)
{
	return 0;
}
static inline void kasan_poison_slab(const struct kmem_cache *cache, const struct page *page)
{
}
static inline void kasan_construct(const struct kmem_cache *cache, void *object)
{
	cache->ctor(object);
}
static __always_inline void *kasan_slab_alloc(const struct kmem_cache *cache, void *object,
					      size_t size, gfp_t gfp)
{
	return object;
}
static __always_inline bool kasan_slab_free(struct kmem_cache *cache, void *object)
{
	return false;
}
static inline void *kasan_kmalloc_large(void *p, size_t size)
{
	return p;
}
static inline bool kasan_is_free(const void *p)
{
	return false;
}
static inline void kasan_slab_init(void)
{
}
#endif

/* mm/slab/slab_quarantine.c */
bool quarantine_put(struct kmem_cache *cache, void *object);

/* mm/slab/slab_common.c */
bool slab_should_fail(const struct kmem_cache *cache, gfp_t gfp);
void slab_setup_cache(struct kmem_cache *cache, const char *name, unsigned int size,
		      unsigned int align, slab_flags_t flags, void (*ctor)(void *object));

static inline u32 *slab_word(struct slab *slab, unsigned long index)
{
	return (u32 *)slab + (long)~index;
}

#ifdef CONFIG_KASAN
static inline struct slab_track *slab_track(struct slab *slab, unsigned long index)
{
	return (struct slab_track *)slab_word(slab, slab->cache->nr_objects - 1) + (long)~index;
}
#endif

/* The number of the object at @offset of a slab: exact below SLAB_MAX_SIZE, without division. */
static inline unsigned long slab_index(const struct kmem_cache *cache, unsigned long offset)
{
	return offset * cache->recip >> 32;
}

/* The word of the object at @p, an address in @slab; NULL: none begins there. */
static inline u32 *slab_find_word(struct slab *slab, const void *p)
{
	const struct kmem_cache *cache = slab->cache;
	unsigned long offset = (unsigned long)p & cache->mask;
	unsigned long index = slab_index(cache, offset);

	if (unlikely(index >= cache->nr_objects || offset != index * cache->size))
		return NULL;
	return slab_word(slab, index);
}

/* The block of a struct page at an address, where there may be none. */
static inline unsigned long slab_block(unsigned long page_at)
{
	return page_at / BLOCK_META_SIZE;
}

/* Where the struct page of @p would be: an integer, as @p can be anything. */
static inline unsigned long slab_page_at(const void *p)
{
	return slab_page_of_0 + PFN_DOWN((unsigned long)p) * sizeof(struct page);
}

/* An object leaves the allocator: the one place for all ways out. */
static inline void slab_handed_out(u32 *word, unsigned long caller)
{
	WRITE_ONCE(*word, (u32)SLAB_USER(caller));
}

/*
 * An object comes back: the one place for all ways in. Of a word that says free already,
 * nothing is changed: it may be a link. What was written to the object goes to others through
 * a lock, so nothing is ordered here.
 * Return: what its word was.
 */
static inline u32 slab_taken_back(u32 *word, unsigned long caller)
{
	u32 before = __atomic_fetch_or(word, SLAB_FREE, __ATOMIC_RELAXED);

	if (likely(!(before & SLAB_FREE)))
		WRITE_ONCE(*word, (u32)(caller | SLAB_FREE));
	return before;
}

#endif
