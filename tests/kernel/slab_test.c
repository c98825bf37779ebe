// SPDX-License-Identifier: BSD-2-Clause
/*
 * kmalloc() and caches: what is handed out, what is refused, several harts and
 * interrupts at it. After each case as much is in use as before. With one hart it is all of them.
 */
#include <kernel/cmdline.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/fault-inject.h>
#include <kernel/gfp.h>
#include <kernel/ktest.h>
#include <kernel/slab.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <kernel/workqueue.h>
#include <asm/cmpxchg.h>
#include <asm/irqflags.h>
#include "log.h"
#include "pages.h"

static unsigned long in_use;

static void add_in_use(const struct slab_stats *stats)
{
	/* What the allocator needs itself comes and goes. */
	if (strncmp(stats->name, "slab_", 5))
		in_use += stats->in_use;
}

static unsigned long objects_in_use(void)
{
	in_use = 0;
	slab_for_each(add_in_use);
	return in_use;
}

static bool all_bytes(const unsigned char *p, unsigned char byte, size_t size)
{
	while (size && *p == byte)
		p++, size--;
	return !size;
}

/* KASAN allows what was asked for, and no more. */
static size_t may_use(const void *p, size_t asked)
{
	return IS_ENABLED(CONFIG_KASAN) ? asked : ksize(p);
}

/* One of each size at a time, and so many of each at once that they could overlap. */
static void test_sizes(void)
{
	static unsigned char *many[80] __noinit;
	unsigned long before = objects_in_use();

	for (size_t size = 1; size < 20000; size += size < 300 ? 1 : size / 7) {
		for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
			many[i] = kmalloc(size, GFP_KERNEL);
			if (!many[i] || (unsigned long)many[i] % 8 || ksize(many[i]) < size)
				return ktest_fail(__FILE__, __LINE__, "kmalloc(%zu)", size);
			memset(many[i], (int)i, may_use(many[i], size));
		}
		for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
			EXPECT(all_bytes(many[i], (u8)i, may_use(many[i], size)));
			kfree(many[i]);
		}
	}
	for (size_t size = 8; size <= 8192; size *= 2) {
		many[0] = kmalloc(size, GFP_KERNEL);
		EXPECT_EQ((unsigned long)many[0] % min(size, (size_t)PAGE_SIZE), 0);
		EXPECT_EQ(ksize(many[0]), size);
		kfree(many[0]);
	}
	EXPECT_EQ(objects_in_use(), before);
}

static void test_limits(void)
{
	unsigned long before = objects_in_use();
	u64 cursor = log_cursor();
	u64 *zero;

	EXPECT(kmalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR);
	EXPECT_EQ(ksize(ZERO_SIZE_PTR), 0);
	kfree(ZERO_SIZE_PTR);
	kfree(NULL);
	EXPECT(!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	EXPECT(!kmalloc(~0UL, GFP_KERNEL));
	zero = kmalloc(800, GFP_KERNEL);
	memset(zero, 0xff, 800);
	kfree(zero);
	zero = kmalloc(800, GFP_KERNEL | __GFP_ZERO);
	EXPECT(zero && all_bytes((u8 *)zero, 0, 800));
	kfree(zero);
	EXPECT(!logged(cursor, "slab:"));
	EXPECT_EQ(objects_in_use(), before);
}

static unsigned int nr_made;

static void make(void *object)
{
	*(unsigned int *)object = 0x600d;
	nr_made++;
}

/* As many as there are, up to @max. */
static unsigned int take(struct kmem_cache *cache, void **object, unsigned int max)
{
	unsigned int nr = 0;

	while (nr < max && (object[nr] = kmem_cache_alloc(cache, GFP_NOWAIT)))
		nr++;
	return nr;
}

static void give(struct kmem_cache *cache, void **object, unsigned int nr)
{
	while (nr)
		kmem_cache_free(cache, object[--nr]);
}

static void test_caches(void)
{
	unsigned long before = objects_in_use();
	struct kmem_cache *cache = kmem_cache_create("test", 100, 0, SLAB_HWCACHE_ALIGN, make);
	unsigned int *object[150];

	nr_made = 0;
	for (int round = 0; round < 3; round++) {
		EXPECT_EQ(take(cache, (void **)object, 150), 150);
		if (!round)
			EXPECT_EQ(nr_made, slab_get_stats(cache).total);
		for (int i = 0; i < 150; i++) {
			EXPECT_EQ(*object[i], 0x600d);
			EXPECT_EQ((unsigned long)object[i] % 64, 0);
		}
		give(cache, (void **)object, 150);
	}
	EXPECT_EQ(kmem_cache_shrink(cache), 0);
	EXPECT_EQ(slab_get_stats(cache).pages, 0);
	kmem_cache_destroy(cache);
	EXPECT(!kmem_cache_create("test", 0, 0, 0, NULL));
	EXPECT(!kmem_cache_create("test", 8, 3, 0, NULL));
	EXPECT_EQ(objects_in_use(), before);
}

static void test_destroy_in_use(void)
{
	unsigned long before = objects_in_use();
	struct kmem_cache *cache = kmem_cache_create("test-kept", 64, 0, 0, NULL);
	void *object = kmem_cache_alloc(cache, GFP_KERNEL);
	u64 cursor = log_cursor();

	kmem_cache_destroy(cache);
	EXPECT(logged(cursor, "slab: cache test-kept is not destroyed: 1 objects in use"));
	EXPECT(logged(cursor, "allocated by test_destroy_in_use"));
	kmem_cache_free(cache, object);
	cursor = log_cursor();
	kmem_cache_destroy(cache);
	EXPECT(!logged(cursor, "slab:"));
	EXPECT_EQ(objects_in_use(), before);
}

static void test_bad_frees(void)
{
	unsigned long before = objects_in_use();
	struct kmem_cache *cache = kmem_cache_create("test-bad", 48, 0, 0, NULL);
	char *object = kmem_cache_alloc(cache, GFP_KERNEL), *other = kmalloc(48, GFP_KERNEL);
	static const struct {
		unsigned int what; /* 0: the object, 1: kmalloc's, 2: in the image, 3: nowhere */
		unsigned int offset;
		const char *says;
	} bad[] = {
		{ 0, 8, "in cache test-bad by test_bad_frees" },
		{ 0, 8, "not the start of an object" },
		{ 0, 1, "not the start of an object" },
		{ 1, 0, "not of this cache, but of kmalloc-64" },
		{ 2, 0, "not an address of RAM" },
		{ 3, 0, "not an address of RAM" },
	};
	static char in_image[48];
	u64 cursor;

	ktest_expect_reports();
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		char *p[] = { object, other, in_image, (char *)0x123456789 };

		cursor = log_cursor();
		kmem_cache_free(cache, p[bad[i].what] + bad[i].offset);
		EXPECT(logged(cursor, "slab: invalid free of 0x"));
		EXPECT(logged(cursor, bad[i].says));
		EXPECT_EQ(slab_get_stats(cache).in_use, 1);
	}
	kfree(other);
	kmem_cache_free(cache, object);
	for (int i = 0; i < 2; i++) {
		cursor = log_cursor();
		kmem_cache_free(cache, object); /* in the magazine, then in its slab */
		EXPECT(logged(cursor, "slab: double free of 0x"));
		EXPECT(logged(cursor, "in cache test-bad by test_bad_frees"));
		slab_cpu_dead(smp_processor_id());
	}
	EXPECT_EQ(slab_get_stats(cache).in_use, 0);
	kmem_cache_destroy(cache);
	cursor = log_cursor();
	kfree(object);
	EXPECT(logged(cursor, "not memory of a cache"));
	EXPECT_EQ(objects_in_use(), before);
}

/* --- Several harts --- */

#define NR_SHARED 300

static struct shared {
	size_t size;
	unsigned char fill;
	unsigned char bytes[];
} *shared[NR_SHARED];

static unsigned long nr_bad;

static unsigned long next_random(unsigned long *state)
{
	*state = *state * 6364136223846793005UL + 1442695040888963407UL;
	return *state >> 33;
}

static void check_and_free(struct shared *s)
{
	if (s && !all_bytes(s->bytes, s->fill, s->size))
		__atomic_fetch_add(&nr_bad, 1, __ATOMIC_RELAXED);
	kfree(s);
}

/*
 * What a hart puts there another one takes out, looks at and frees. For a while it puts, then
 * it only takes, so that magazines are filled and emptied.
 */
static void exchange(unsigned long repeats, gfp_t gfp)
{
	unsigned long state = smp_processor_id() + repeats, turns = state;
	bool was = true;

	for (unsigned long i = 0; i < repeats; i++) {
		size_t size = next_random(&state) % (i % 64 ? 100 : 9000);
		bool put = next_random(&turns) % 64 ? was : !was;
		struct shared *s = put ? kmalloc(sizeof(*s) + size, gfp) : NULL;

		was = put;
		if (s) {
			s->size = size;
			s->fill = (unsigned char)next_random(&state);
			memset(s->bytes, s->fill, size);
		}
		check_and_free(xchg(&shared[next_random(&state) % NR_SHARED], s));
	}
}

static void exchange_work(struct work_struct *work)
{
	exchange(30000 * cmdline.ktest_work, GFP_KERNEL);
}

static void exchange_irq(void *info)
{
	EXPECT(irqs_disabled());
	exchange(4, GFP_ATOMIC);
}

static void stress(bool interrupts)
{
	static struct work_struct works[NR_CPUS] __noinit;
	unsigned long before = objects_in_use();
	u64 cursor = log_cursor();

	nr_bad = 0;
	for_each_online_cpu(cpu) {
		INIT_WORK(&works[cpu], exchange_work);
		EXPECT(schedule_work_on(cpu, &works[cpu]));
	}
	/* As many as there is time for: what they may interrupt is a few instructions. */
	for_each_online_cpu(cpu)
		if (cpu && interrupts)
			while (!completion_done(&works[cpu].done))
				EXPECT_EQ(smp_call_function_single(cpu, exchange_irq, NULL, true),
					  0);
	for_each_online_cpu(cpu)
		flush_work(&works[cpu]);
	for (unsigned int i = 0; i < NR_SHARED; i++)
		check_and_free(xchg(&shared[i], NULL));
	EXPECT_EQ(nr_bad, 0);
	EXPECT_EQ(objects_in_use(), before);
	EXPECT(!logged(cursor, "slab:"));
}

static void test_harts(void)
{
	stress(false);
}

static void test_interrupts(void)
{
	stress(true);
}

static void alloc_and_free(void *cache)
{
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_ATOMIC));
}

/* What a hart keeps at hand comes back when it stops. */
static void test_hart_stops(void)
{
	struct kmem_cache *cache = kmem_cache_create("test-hart", 32, 0, 0, NULL);
	unsigned int cpu = nr_cpu_ids - 1;

	if (cpu_online(cpu) && cpu) {
		EXPECT_EQ(smp_call_function_single(cpu, alloc_and_free, cache, true), 0);
		EXPECT(slab_get_stats(cache).cached > 0);
		EXPECT_EQ(cpu_down(cpu), 0);
		EXPECT_EQ(slab_get_stats(cache).cached, 0);
		EXPECT_EQ(cpu_up(cpu), 0);
	}
	alloc_and_free(cache);
	EXPECT(slab_get_stats(cache).cached > 0);
	slab_cpu_dead(smp_processor_id());
	EXPECT_EQ(slab_get_stats(cache).cached, 0);
	kmem_cache_destroy(cache);
}

/* --- Failures --- */

static void test_exhaustion(void)
{
	static void *object[200] __noinit;
	unsigned long before = objects_in_use();
	struct kmem_cache *cache = kmem_cache_create("test-out", 1000, 0, 0, NULL);
	unsigned int nr = take(cache, object, 100);

	EXPECT_EQ(nr, 100);
	setup_fault_attr(&fail_page_alloc, "1,100,0,-1");
	EXPECT(!kmalloc(100000, GFP_NOWAIT));
	nr += take(cache, object + nr, 100);
	EXPECT(nr < 200);
	kmem_cache_free(cache, object[7]); /* one back is one to have */
	EXPECT_EQ(take(cache, object + 7, 1), 1);
	EXPECT_EQ(slab_get_stats(cache).in_use, nr);
	setup_fault_attr(&fail_page_alloc, "0,0,0,0");
	nr += take(cache, object + nr, 200 - nr);
	EXPECT_EQ(nr, 200);
	give(cache, object, nr);
	kmem_cache_destroy(cache);
	EXPECT_EQ(objects_in_use(), before);
}

static void test_failslab(void)
{
	unsigned long before = objects_in_use();
	unsigned int failed = 0;
	void *p;

	kfree(kmalloc(64, GFP_KERNEL));
	set_failslab("3,100,0,-1");
	for (int i = 0; i < 30; i++) {
		p = kmalloc(64, GFP_KERNEL);
		failed += !p;
		kfree(p);
	}
	EXPECT_EQ(failed, 10);
	set_failslab("1,100,0,-1");
	EXPECT(!kmalloc(64, GFP_KERNEL));
	p = kmalloc(64, GFP_KERNEL | __GFP_NOFAIL);
	EXPECT(p);
	EXPECT_EQ(setup_fault_attr(&failslab, "1"), -EINVAL);
	set_failslab("0,0,0,0");
	kfree(p);
	p = kmalloc(64, GFP_KERNEL);
	EXPECT(p);
	kfree(p);
	EXPECT_EQ(objects_in_use(), before);
}

static const struct ktest_case cases[] = {
	{ "sizes", test_sizes },           { "limits", test_limits },
	{ "caches", test_caches },         { "destroy_in_use", test_destroy_in_use },
	{ "bad_frees", test_bad_frees },   { "harts", test_harts },
	{ "interrupts", test_interrupts }, { "hart_stops", test_hart_stops },
	{ "exhaustion", test_exhaustion }, { "failslab", test_failslab },
};
KTEST_SUITE(slab, cases);
