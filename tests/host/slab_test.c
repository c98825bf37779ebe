// SPDX-License-Identifier: BSD-2-Clause
/* The object allocator case by case; slab_walk.c does the rest. */
#include <string.h>

#include "host.h"
#include "slab_mem.h"

static bool said(const char *text)
{
	return strstr(mem_log, text);
}

static void sizes_and_alignment(void)
{
	mem_reset();
	for (size_t size = 1; size <= 9000; size++) {
		unsigned char *p = kmalloc(size, GFP_KERNEL);
		size_t have = ksize(p);

		CHECK(have >= size && (size > 192 ? have < 2 * size + 4096 : have < size + 64));
		CHECK_EQ((unsigned long)p % 8, 0);
		if (!(have & (have - 1)))
			CHECK(!((unsigned long)p % min(have, (size_t)PAGE_SIZE)));
		memset(p, 0x5a, have);
		kfree(p);
	}
	CHECK_EQ(ksize(kmalloc(0, GFP_KERNEL)), 0);
	CHECK(kmalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR);
	CHECK(!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	CHECK(!kmalloc(~0UL, GFP_KERNEL));
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
	CHECK_EQ(mem_reports, 0);
	CHECK_EQ(mem_settle(), 0);
}

static void bad_caches(void)
{
	mem_reset();
	CHECK(!kmem_cache_create(NULL, 8, 0, 0, NULL));
	CHECK(!kmem_cache_create("x", 0, 0, 0, NULL));
	CHECK(!kmem_cache_create("x", SLAB_MAX_SIZE + 1, 0, 0, NULL));
	CHECK(!kmem_cache_create("x", ~0U, 8, 0, NULL));
	CHECK(!kmem_cache_create("x", 8, 24, 0, NULL));
	CHECK(!kmem_cache_create("x", 8, 2 * PAGE_SIZE, 0, NULL));
	mem_budget = 0;
	mem_settle();
	CHECK(!kmem_cache_create("x", 8, 0, 0, NULL));
	kmem_cache_destroy(NULL);
}

/* Every size there can be: all objects of some slabs, each used as far as it goes. */
static void all_object_sizes(void)
{
	static unsigned char *object[1200];

	for (unsigned int size = 1; size <= SLAB_MAX_SIZE; size += size < 600 ? 1 : size / 13) {
		struct kmem_cache *cache;
		unsigned int nr;

		mem_reset();
		cache = kmem_cache_create("size", size, 0, 0, NULL);
		nr = min(2 * cache->nr_objects + 1, 1200U);
		CHECK(cache->nr_objects >= 1);
		mem_take(cache, nr, (void **)object);
		for (unsigned int i = 0; i < nr; i++)
			memset(object[i], (int)(2 * i), size);
		for (unsigned int i = 0; i < nr; i++)
			CHECK(object[i][0] == (u8)(2 * i) && object[i][size - 1] == (u8)(2 * i));
		/* Each place that is not an object's start, of the first slab. */
		if (size % 8 == 0)
			for (unsigned long at = 0; at <= cache->mask; at += 8) {
				char *p = (char *)((unsigned long)object[0] & ~(u64)cache->mask);
				unsigned long reports = mem_reports;
				bool start = at % cache->size == 0 &&
					     at / cache->size < cache->nr_objects;

				if (!start) {
					kfree(p + at);
					CHECK_EQ(mem_reports, reports + 1);
				}
			}
		mem_give(cache, nr, (void **)object);
		kmem_cache_destroy(cache);
		CHECK_EQ(mem_settle(), 0);
		CHECK_EQ(mem_bad_frees, 0);
	}
}

static unsigned int nr_made;

static void make(void *object)
{
	memset(object, 0x77, 24);
	nr_made++;
}

/* Nothing is written into what is free, so what was made stays. */
static void constructor(void)
{
	struct kmem_cache *cache;
	void *object[300];

	mem_reset();
	nr_made = 0;
	cache = kmem_cache_create("ctor", 24, 0, 0, make);
	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 300; i++) {
			object[i] = kmem_cache_alloc(cache, GFP_KERNEL);
			for (int b = 0; b < 24; b++)
				CHECK_EQ(((char *)object[i])[b], 0x77);
		}
		for (int i = 0; i < 300; i++) {
			mem_on_hart((unsigned int)i % NR_HARTS);
			kmem_cache_free(cache, object[i]);
		}
	}
	CHECK_EQ(nr_made, slab_get_stats(cache).total);
	kmem_cache_destroy(cache);
	CHECK_EQ(mem_settle(), 0);
}

static void wrong_frees(void)
{
	struct kmem_cache *one, *two;
	char *a, *large;

	mem_reset();
	one = kmem_cache_create("one", 100, 0, 0, NULL);
	two = kmem_cache_create("two", 100, 0, 0, NULL);
	a = kmem_cache_alloc(one, GFP_KERNEL);
	kmem_cache_free(two, a);
	CHECK(said("invalid free of") && said("in cache two") && said("but of one"));
	kmem_cache_free(one, a + 4);
	CHECK(said("in cache one") && said("not the start of an object"));
	kmem_cache_free(one, a);
	CHECK_EQ(mem_reports, 2);
	kmem_cache_free(one, a);
	CHECK(said("double free of") && said("in cache one") && said("freed by"));
	kmem_cache_shrink(one); /* its page is gone, too */
	kfree(a);
	CHECK(said("invalid free of") && said("not memory of a cache"));
	kmem_cache_free(one, NULL);
	CHECK(said("not an address of RAM"));
	CHECK_EQ(mem_reports, 5);
	CHECK_EQ(ksize(a), 0);
	CHECK(said("invalid size of"));
	large = kmalloc(20000, GFP_KERNEL);
	CHECK_EQ(ksize(large), 32768);
	kfree(large + PAGE_SIZE);
	kfree(large + 8);
	CHECK_EQ(mem_reports, 8);
	kmem_cache_free(one, large);
	CHECK_EQ(mem_reports, 9);
	kfree(large);
	CHECK_EQ(mem_reports, 9);
	kfree(large);
	CHECK_EQ(mem_reports, 10);
	kmem_cache_destroy(one);
	kmem_cache_destroy(two);
	CHECK_EQ(mem_settle(), 0);
}

/* Once on the hart that freed it, from its magazine, from another one's and from the slab. */
static void double_free_everywhere(void)
{
	struct kmem_cache *cache;
	char *a;

	mem_reset();
	cache = kmem_cache_create("twice", 64, 0, 0, NULL);
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, a);
	for (unsigned int cpu = 0; cpu < NR_HARTS; cpu++) {
		mem_on_hart(cpu);
		kmem_cache_free(cache, a);
		kfree(a);
	}
	CHECK_EQ(mem_reports, 2 * NR_HARTS);
	mem_on_hart(0);
	CHECK(kmem_cache_alloc(cache, GFP_KERNEL) == a);
	CHECK(kmem_cache_alloc(cache, GFP_KERNEL) != a);
	slab_cpu_dead(0);
	kmem_cache_free(cache, a);
	slab_cpu_dead(0);
	kmem_cache_free(cache, a);
	CHECK_EQ(mem_reports, 2 * NR_HARTS + 1);
	CHECK_EQ(slab_get_stats(cache).in_use, 1);
}

/* The words behind the last object are overwritten: said once, and the slab is left alone. */
static void damaged_by(int byte)
{
	struct kmem_cache *cache;
	struct slab *slab;
	char *a, *b;

	mem_reset();
	cache = kmem_cache_create("damaged", 128, 0, 0, NULL);
	mem_failslab("1000000,100,0,-1"); /* no magazines */
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	slab = virt_to_page(a)->slab;
	memset(slab_word(slab, cache->nr_objects - 1), byte, cache->nr_objects * sizeof(u32) - 4);
	b = kmem_cache_alloc(cache, GFP_KERNEL);
	CHECK_EQ(mem_reports, 1);
	CHECK(said("overwritten list") && said("in cache damaged"));
	CHECK(b && virt_to_page(b) != virt_to_page(a));
	kmem_cache_free(cache, a);
	kmem_cache_free(cache, b);
	CHECK(kmem_cache_alloc(cache, GFP_KERNEL));
	CHECK_EQ(mem_reports, 1);
	mem_failslab("0,0,0,0");
}

static void damaged_list(void)
{
	damaged_by(0x41); /* leads to no object */
	damaged_by(0);    /* leads to one, and is not the word of one that is free */
}

static void destroy_with_live_objects(void)
{
	struct kmem_cache *cache;
	void *a;

	mem_reset();
	cache = kmem_cache_create("kept", 64, 0, 0, NULL);
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	mem_on_hart(1);
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	kmem_cache_destroy(cache);
	CHECK_EQ(mem_reports, 2);
	CHECK(said("allocated by"));
	CHECK_EQ(slab_get_stats(cache).in_use, 1);
	kmem_cache_free(cache, a);
	CHECK_EQ(kmem_cache_shrink(cache), 0);
	kmem_cache_destroy(cache);
	CHECK_EQ(mem_reports, 2);
	CHECK_EQ(mem_settle(), 0);
}

static void exhaustion(void)
{
	void *all[2000];
	unsigned int nr = 0;

	mem_reset();
	mem_budget = 40;
	while (nr < 2000 && (all[nr] = kmalloc(256, GFP_KERNEL)))
		nr++;
	CHECK(nr > 500 && nr < 2000);
	kfree(all[--nr]);
	CHECK((all[nr++] = kmalloc(256, GFP_KERNEL)));
	while (nr)
		kfree(all[--nr]);
	CHECK_EQ(mem_reports, 0);
	CHECK_EQ(mem_settle(), 0);
	CHECK_EQ(mem_budget, 40);
}

static void few_empty_slabs_are_kept(void)
{
	struct kmem_cache *cache;
	void *all[600];

	mem_reset();
	cache = kmem_cache_create("empty", 256, 0, 0, NULL);
	mem_take(cache, 600, all);
	mem_give(cache, 600, all);
	slab_cpu_dead(0);
	CHECK_EQ(slab_get_stats(cache).pages, SLAB_MAX_EMPTY);
	CHECK_EQ(kmem_cache_shrink(cache), 0);
	CHECK_EQ(slab_get_stats(cache).pages, 0);
	kmem_cache_destroy(cache);
}

static void failures_on_purpose(void)
{
	unsigned int failed = 0;

	mem_reset();
	kfree(kmalloc(64, GFP_KERNEL)); /* a magazine is there */
	mem_failslab("3,100,0,-1");
	for (int i = 0; i < 300; i++) {
		void *p = kmalloc(64, GFP_KERNEL);

		failed += !p;
		CHECK(!p == (i % 3 == 2));
		kfree(p);
	}
	CHECK_EQ(failed, 100);
	mem_failslab("1,100,0,-1");
	CHECK(!kmalloc(64, GFP_KERNEL));
	CHECK(kmalloc(64, GFP_KERNEL | __GFP_NOFAIL));
	mem_failslab("0,0,0,0");
	CHECK(kmalloc(64, GFP_KERNEL));
}

static const struct host_case cases[] = {
	{ "sizes and alignment of kmalloc()", sizes_and_alignment },
	{ "caches that cannot be", bad_caches },
	{ "objects of all sizes", all_object_sizes },
	{ "a constructor runs once for each object", constructor },
	{ "wrong frees are reported", wrong_frees },
	{ "a double free is seen wherever the object is", double_free_everywhere },
	{ "an overwritten list is reported and left", damaged_list },
	{ "a cache with live objects stays", destroy_with_live_objects },
	{ "exhaustion and recovery", exhaustion },
	{ "a few empty slabs are kept", few_empty_slabs_are_kept },
	{ "failures on purpose", failures_on_purpose },
	{ "random walk against a model", slab_random_walk },
};

HOST_MAIN(cases)
