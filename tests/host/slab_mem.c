// SPDX-License-Identifier: BSD-2-Clause
/* Pages, harts and log for the object allocator: see slab_mem.h. */
#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <asm/stacktrace.h>

#include "host.h"
#include "slab_mem.h"

#define ARENA_SIZE (NR_FRAMES * PAGE_SIZE)
#define FIRST_PA   0x80000000UL

unsigned long mem_budget, mem_used, mem_reports, mem_bad_frees;
char mem_log[256];

struct kernel_mapping kernel_map;
struct page *vmemmap;
unsigned int nr_cpu_ids = NR_HARTS;
struct hart *host_hart;

static struct hart all_harts[NR_HARTS];
static struct page frames[NR_FRAMES] __aligned(128 * 1024);
static char *arena;

char *mem_arena(void)
{
	return arena;
}

bool pfn_valid(unsigned long pfn)
{
	return pfn - PFN_DOWN(FIRST_PA) < NR_FRAMES;
}

/* First fit; the budget makes it fail. */
struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	unsigned int nr = 1U << order, i;

	if (order > MAX_PAGE_ORDER || mem_budget < nr)
		return NULL;
	for (unsigned int first = 0; first < NR_FRAMES; first += nr) {
		for (i = 0; i < nr && !frames[first + i].refcount; i++)
			;
		if (i < nr)
			continue;
		for (i = 0; i < nr; i++) {
			memset(&frames[first + i], 0xa5, sizeof(struct page));
			frames[first + i].refcount = 1;
			frames[first + i].flags = 0;
			if (!(gfp & __GFP_COMP) || !order)
				continue;
			frames[first + i].flags = i ? PG_tail : PG_head;
			frames[first + i].order = (u16)order;
			if (i)
				frames[first + i].head = &frames[first];
		}
		ASAN_UNPOISON_MEMORY_REGION(arena + first * PAGE_SIZE, nr * PAGE_SIZE);
		memset(arena + first * PAGE_SIZE, gfp & __GFP_ZERO ? 0 : 0xa5, nr * PAGE_SIZE);
		mem_budget -= nr;
		mem_used += nr;
		return &frames[first];
	}
	return NULL;
}

void __free_pages(struct page *page, unsigned int order)
{
	unsigned long first = (unsigned long)(page - frames), nr = 1UL << order;

	for (unsigned long i = first; i < first + nr; i++) {
		mem_bad_frees += frames[i].refcount != 1 || frames[i].flags & PG_slab ||
				 (order && frames[i].flags != (i == first ? PG_head : PG_tail));
		frames[i].refcount = 0;
		frames[i].flags = 0;
	}
	ASAN_POISON_MEMORY_REGION(arena + first * PAGE_SIZE, nr * PAGE_SIZE);
	mem_budget += nr;
	mem_used -= nr;
}

unsigned long long memparse(const char *ptr, char **retptr)
{
	return strtoull(ptr, retptr, 0);
}

void dump_stack(void)
{
}

void on_each_cpu(void (*func)(void *info), void *info, bool wait)
{
	struct hart *was = host_hart;

	(void)wait;
	for (unsigned int cpu = 0; cpu < NR_HARTS; cpu++) {
		host_hart = &all_harts[cpu];
		func(info);
	}
	host_hart = was;
}

void printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(mem_log, sizeof(mem_log), fmt + 2, args);
	va_end(args);
	mem_reports += !strncmp(mem_log, "slab: ", 6);
}

void panic(const char *fmt, ...)
{
	printf("# panic: %s\n", fmt);
	abort();
}

void warn_at(const char *file, int line, const char *cond)
{
	printk(KERN_WARNING "slab: %s:%d: %s\n", file, line, cond);
}

void mem_on_hart(unsigned int cpu)
{
	host_hart = &all_harts[cpu];
}

void mem_reset(void)
{
	if (!arena) {
		char *all = mmap(NULL, 2 * ARENA_SIZE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		arena = all + (-(unsigned long)all & (ARENA_SIZE - 1));
		kernel_map.va_pa_offset = (unsigned long)arena - FIRST_PA;
		kernel_map.linear_start = (unsigned long)arena;
		kernel_map.linear_end = kernel_map.linear_start + ARENA_SIZE;
		vmemmap = frames - PFN_DOWN(FIRST_PA);
		for (unsigned int cpu = 0; cpu < NR_HARTS; cpu++)
			all_harts[cpu].cpu = cpu;
	}
	memset(frames, 0, sizeof(frames));
	ASAN_POISON_MEMORY_REGION(arena, ARENA_SIZE);
	mem_budget = NR_FRAMES;
	mem_used = mem_reports = mem_bad_frees = 0;
	INIT_LIST_HEAD(&slab_caches);
	mem_on_hart(0);
	kmem_cache_init();
}

unsigned long mem_settle(void)
{
	struct kmem_cache *cache, *next;

	for (unsigned int cpu = 0; cpu < NR_HARTS; cpu++)
		slab_cpu_dead(cpu);
	for (int i = 0; i < 2; i++)
		list_for_each_entry_safe(cache, next, &slab_caches, caches)
			kmem_cache_shrink(cache);
	return mem_used;
}

void mem_failslab(const char *text)
{
	CHECK_EQ(setup_fault_attr(&failslab, text), 0);
	for (unsigned int cpu = 0; failslab.interval && cpu < NR_HARTS; cpu++)
		slab_cpu_dead(cpu);
}

void mem_take(struct kmem_cache *cache, unsigned int nr, void **object)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!(object[i] = kmem_cache_alloc(cache, GFP_KERNEL)))
			abort();
}

void mem_give(struct kmem_cache *cache, unsigned int nr, void **object)
{
	while (nr)
		kmem_cache_free(cache, object[--nr]);
}

unsigned long mem_objects(void)
{
	unsigned long objects = 0;
	struct kmem_cache *cache;

	list_for_each_entry(cache, &slab_caches, caches)
		if (!(cache->flags & SLAB_INTERNAL))
			objects += slab_get_stats(cache).in_use;
	return objects;
}
