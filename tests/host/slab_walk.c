// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random calls on random harts against a model: a list of what is in use, and a byte for
 * each byte of memory that says to which of them it belongs. Between the right calls there
 * are wrong ones, which must be reported and change nothing.
 */
#include <string.h>

#include "host.h"
#include "slab_mem.h"

#define MAX_LIVE  1500U
#define NR_CACHES 4U
#define KMALLOC   NR_CACHES /* instead of a cache's number */

struct live {
	unsigned char *p;
	size_t size;
	unsigned int cache;
	unsigned char fill;
};

static struct live live[MAX_LIVE];
static unsigned int nr_live, nr_fails, nr_wrong;
static unsigned char owned[NR_FRAMES * PAGE_SIZE];
static struct kmem_cache *caches[NR_CACHES];
static const struct {
	unsigned int size, align;
	slab_flags_t flags;
} shapes[NR_CACHES] = {
	{ 1, 0, 0 }, { 40, 0, SLAB_HWCACHE_ALIGN }, { 700, 16, 0 }, { 5000, 4096, 0 }
};

static size_t random_size(void)
{
	switch (host_rand_below(8)) {
	case 0:
		return 1 + host_rand_below(70000);
	case 1:
	case 2:
		return 1 + host_rand_below(KMALLOC_MAX_CACHE_SIZE + 1);
	default:
		return 1 + host_rand_below(300);
	}
}

static void check_new(const struct live *l, size_t align)
{
	size_t at = (size_t)((char *)l->p - mem_arena());

	CHECK_EQ((unsigned long)l->p % align, 0);
	CHECK(at + l->size <= sizeof(owned));
	CHECK(!memchr(&owned[at], 1, l->size));
	memset(&owned[at], 1, l->size);
	memset(l->p, l->fill, l->size);
}

static void check_old(const struct live *l)
{
	size_t at = (size_t)((char *)l->p - mem_arena());

	for (size_t i = 0; i < l->size; i++)
		if (l->p[i] != l->fill) {
			CHECK(!"contents stayed");
			break;
		}
	memset(&owned[at], 0, l->size);
}

static bool all_zero(const unsigned char *p, size_t size)
{
	while (size && !*p)
		p++, size--;
	return !size;
}

static void step_alloc(void)
{
	gfp_t gfp = host_rand_below(4) ? GFP_KERNEL : GFP_ATOMIC | __GFP_ZERO;
	struct live *l = &live[nr_live];
	size_t align = 8;

	if (nr_live == MAX_LIVE)
		return;
	l->cache = (unsigned int)host_rand_below(NR_CACHES + 4);
	l->fill = (unsigned char)(1 + host_rand_below(255));
	if (l->cache < NR_CACHES) {
		l->size = shapes[l->cache].size;
		align = shapes[l->cache].flags ? 64 : max(shapes[l->cache].align, 8U);
		l->p = kmem_cache_alloc(caches[l->cache], gfp);
	} else {
		l->cache = KMALLOC;
		l->size = random_size();
		if (l->size >= 8 && !(l->size & (l->size - 1)))
			align = min(l->size, (size_t)PAGE_SIZE);
		l->p = kmalloc(l->size, gfp);
	}
	if (!l->p) {
		nr_fails++;
		CHECK(failslab.interval || mem_budget < 64);
		return;
	}
	if (gfp & __GFP_ZERO)
		CHECK(all_zero(l->p, l->size));
	if (l->cache == KMALLOC)
		CHECK(ksize(l->p) >= l->size);
	check_new(l, align);
	nr_live++;
}

static void give_back(const struct live *l)
{
	if (l->cache == KMALLOC || !host_rand_below(4))
		kfree(l->p);
	else
		kmem_cache_free(caches[l->cache], l->p);
}

/* It must be said, and nothing else may come of it. */
static void wrong(const struct live *l, void *p, struct kmem_cache *cache)
{
	unsigned long reports = mem_reports, objects = mem_objects(), pages = mem_used;

	if (cache)
		kmem_cache_free(cache, p);
	else
		kfree(p);
	CHECK_EQ(mem_reports, reports + 1);
	CHECK_EQ(mem_objects(), objects);
	CHECK_EQ(mem_used, pages);
	CHECK(strstr(mem_log, l->cache == KMALLOC && !strstr(mem_log, "in cache kmalloc")
				      ? "in cache"
				      : "slab: "));
	nr_wrong++;
}

static void step_free(void)
{
	unsigned int i = (unsigned int)host_rand_below(nr_live);
	struct live l = live[i];

	check_old(&l);
	live[i] = live[--nr_live];
	give_back(&l);
	if (host_rand_below(8))
		return;
	/* Again, on any hart: nobody has got it meanwhile. */
	mem_on_hart((unsigned int)host_rand_below(NR_HARTS));
	wrong(&l, l.p, NULL);
}

static void step_wrong(void)
{
	struct live *l = &live[host_rand_below(nr_live)];
	static char mine[64];

	switch (host_rand_below(5)) {
	case 0:
		wrong(l, l->p + (ksize(l->p) > 8 ? 8 : 4), NULL);
		break;
	case 1:
		wrong(l, l->p + 1 + host_rand_below(7), NULL);
		break;
	case 2:
		wrong(l, mine, NULL);
		break;
	case 3:
		wrong(l, (void *)(host_rand() | 0x8000000000000001), NULL);
		break;
	default:
		wrong(l, l->p, caches[l->cache == 0 ? 1 : 0]);
	}
}

static void step_odd(void)
{
	unsigned int cpu = (unsigned int)host_rand_below(NR_HARTS);

	switch (host_rand_below(3)) {
	case 0:
		kmem_cache_shrink(caches[host_rand_below(NR_CACHES)]);
		break;
	case 1:
		if (host_hart->cpu != cpu)
			slab_cpu_dead(cpu);
		break;
	default:
		mem_failslab(host_rand_below(4) ? "0,0,0,0" : "5,90,0,-1");
	}
}

static void check_counts(void)
{
	unsigned long small = 0;

	for (unsigned int i = 0; i < nr_live; i++)
		small += live[i].size <= KMALLOC_MAX_CACHE_SIZE &&
			 ksize(live[i].p) <= KMALLOC_MAX_CACHE_SIZE;
	CHECK_EQ(mem_objects(), small);
	CHECK_EQ(mem_bad_frees, 0);
}

static void run_machine(unsigned long steps)
{
	mem_reset();
	nr_live = 0;
	if (host_rand() & 1)
		mem_budget = 200 + host_rand_below(500);
	for (unsigned int i = 0; i < NR_CACHES; i++) {
		caches[i] = kmem_cache_create("walk", shapes[i].size, shapes[i].align,
					      shapes[i].flags, NULL);
		CHECK(caches[i]);
	}
	for (unsigned long i = 0; i < steps && !host_failures; i++) {
		unsigned int op = (unsigned int)host_rand_below(100);
		/* In turn more is taken than given back, and less. */
		unsigned int allocs = i / 2000 % 2 ? 30 : 65;

		mem_on_hart((unsigned int)host_rand_below(NR_HARTS));
		if (op < allocs || !nr_live)
			step_alloc();
		else if (op < 92)
			step_free();
		else if (op < 96)
			step_wrong();
		else
			step_odd();
		if (i % 512 == 0)
			check_counts();
	}
	mem_failslab("0,0,0,0");
	check_counts();
	while (nr_live) {
		check_old(&live[--nr_live]);
		give_back(&live[nr_live]);
	}
	for (unsigned int i = 0; i < NR_CACHES; i++)
		kmem_cache_destroy(caches[i]);
	CHECK_EQ(mem_objects(), 0);
	CHECK_EQ(mem_settle(), 0);
}

void slab_random_walk(void)
{
	unsigned long work = host_work(200000), steps;

	nr_fails = nr_wrong = 0;
	for (unsigned long done = 0; done < work && !host_failures; done += steps) {
		steps = 1000 + host_rand_below(30000);
		run_machine(steps);
	}
	printf("# %u allocations failed, %u wrong calls were made\n", nr_fails, nr_wrong);
	if (work >= 100000 && !host_failures)
		CHECK(nr_fails > 100 && nr_wrong > 1000);
}
