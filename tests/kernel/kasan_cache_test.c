// SPDX-License-Identifier: BSD-2-Clause
/* Objects of caches, mempools, what works free; and what is not there to be tested. */
#include <kernel/gfp.h>
#include <kernel/percpu.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include <kernel/workqueue.h>
#include "kasan_expect.h"
#include "log.h"

#define OOB   "slab-out-of-bounds"
#define UAF   "slab-use-after-free"
#define SIZE  200
#define LARGE (KMALLOC_MAX_CACHE_SIZE + 1)

static struct kmem_cache *cache;

static char *begin(void)
{
	cache = kmem_cache_create("test-kasan", SIZE, 0, 0, NULL);
	return hide(kmem_cache_alloc(cache, GFP_KERNEL));
}

static void end(void)
{
	EXPECT_SILENT(kmem_cache_destroy(cache));
}

static void expect_end(char *p, size_t size)
{
	EXPECT_SILENT(memset(p, 0, size));
	BAD_READ(OOB, u8, p + size);
	BAD_WRITE(OOB, u8, p + size + 7);
}

static void kmem_cache_oob(void)
{
	char *p = begin();

	expect_end(p, SIZE);
	kmem_cache_free(cache, p);
	BAD_READ(UAF, u8, p);
	end();
}

static void kmem_cache_double_free(void)
{
	char *p = begin();

	EXPECT_SILENT(kmem_cache_free(cache, p));
	EXPECT_REPORT("double-free", p, 0, false, kmem_cache_free(cache, p));
	end();
}

static void kmem_cache_invalid_free(void)
{
	char *p = begin();

	EXPECT_REPORT("invalid-free", p + 1, 0, false, kmem_cache_free(cache, p + 1));
	expect_end(p, SIZE);
	EXPECT_SILENT(kmem_cache_free(cache, p));
	end();
}

/* Its neighbours keep the page in use. */
static void kmem_cache_double_destroy(void)
{
	struct kmem_cache *before = kmem_cache_create("test-before", SIZE, 0, 0, NULL);
	char *p = begin();
	struct kmem_cache *behind = kmem_cache_create("test-behind", SIZE, 0, 0, NULL);

	kmem_cache_free(cache, p);
	end();
	EXPECT_REPORT("invalid-free", cache, 0, false, kmem_cache_destroy(cache));
	EXPECT_SILENT(kmem_cache_destroy(before));
	EXPECT_SILENT(kmem_cache_destroy(behind));
}

static void kmem_cache_bulk(void)
{
	char *p[10], *first = begin();

	kmem_cache_free(cache, first);
	EXPECT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, ARRAY_SIZE(p), (void **)p),
		  ARRAY_SIZE(p));
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		expect_end(hide(p[i]), SIZE);
	EXPECT_SILENT(kmem_cache_free_bulk(cache, ARRAY_SIZE(p), (void **)p));
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		BAD_READ(UAF, u8, (char *)hide(p[i]));
	end();
}

/* No memory control groups here; what it does is silent anyway. */
static void kmem_cache_accounted(void)
{
	char *first = begin();

	kmem_cache_free(cache, first);
	for (unsigned int i = 0; i < 5; i++) {
		char *p = hide(kmem_cache_alloc(cache, GFP_KERNEL));

		EXPECT_SILENT(memset(p, 0, SIZE));
		EXPECT_SILENT(kmem_cache_free(cache, p));
	}
	end();
}

static void construct(void *object)
{
	memset(object, 'c', SIZE);
}

/* What the constructor did is there, and is not the user's before the allocation. */
static void kmem_cache_constructed(void)
{
	char *p;

	cache = kmem_cache_create("test-kasan", SIZE, 0, 0, construct);
	p = hide(kmem_cache_alloc(cache, GFP_KERNEL));
	EXPECT_EQ(p[SIZE - 1], 'c');
	expect_end(p, SIZE);
	BAD_READ(OOB, u8, p + kmem_cache_size(cache) + 63);
	kmem_cache_free(cache, p);
	end();
}

/* --- Mempools --- */

static void *take_page(gfp_t gfp, void *unused)
{
	return (void *)__get_free_page(gfp);
}

static void give_page(void *page, void *unused)
{
	free_page((unsigned long)page);
}

enum {
	KMALLOC,
	LARGE_KMALLOC,
	SLAB,
	PAGE,
	NR_POOLS
};
static const struct {
	size_t size;
	const char *freed, *double_free; /* what is said of a use after, and of a second, free */
} pools[NR_POOLS] = {
	[KMALLOC] = { 123, UAF, "double-free" },
	[LARGE_KMALLOC] = { LARGE, "use-after-free", "invalid-free" },
	[SLAB] = { SIZE, UAF, "double-free" },
	[PAGE] = { PAGE_SIZE, "use-after-free", NULL },
};

/* Its reserve is full, so that the element comes from the allocator and goes there. */
static mempool_t *pool_begin(unsigned int kind, char **element)
{
	mempool_t *pool;
	char *first;

	if (kind == SLAB) {
		first = begin();
		kmem_cache_free(cache, first);
	}
	pool = kind == SLAB   ? mempool_create_slab_pool(2, cache)
	       : kind == PAGE ? mempool_create(2, take_page, give_page, NULL)
			      : mempool_create_kmalloc_pool(2, pools[kind].size);
	*element = hide(mempool_alloc(pool, GFP_KERNEL));
	EXPECT_SILENT(memset(*element, 0, pools[kind].size));
	return pool;
}

static void pool_end(unsigned int kind, mempool_t *pool)
{
	EXPECT_SILENT(mempool_destroy(pool));
	if (kind == SLAB)
		end();
}

static void mempool_oob_right(unsigned int kind)
{
	char *p;
	mempool_t *pool = pool_begin(kind, &p);

	expect_end(p, pools[kind].size);
	mempool_free(p, pool);
	pool_end(kind, pool);
}

static void mempool_uaf(unsigned int kind)
{
	char *p;
	mempool_t *pool = pool_begin(kind, &p);

	EXPECT_SILENT(mempool_free(p, pool));
	BAD_READ(pools[kind].freed, u8, p);
	pool_end(kind, pool);
}

static void mempool_double_free(unsigned int kind)
{
	char *p;
	mempool_t *pool = pool_begin(kind, &p);
	u64 cursor = log_cursor();

	mempool_free(p, pool);
	if (kind == PAGE) { /* it is the page allocator that says so */
		EXPECT_SILENT(mempool_free(p, pool));
		EXPECT(logged(cursor, "page_alloc: double free"));
	} else
		EXPECT_REPORT(pools[kind].double_free, p, 0, false, mempool_free(p, pool));
	pool_end(kind, pool);
}

static void mempool_invalid_free(unsigned int kind)
{
	char *p;
	mempool_t *pool = pool_begin(kind, &p);

	EXPECT_REPORT("invalid-free", p + 1, 0, false, mempool_free(p + 1, pool));
	EXPECT_SILENT(mempool_free(p, pool));
	pool_end(kind, pool);
}

#define MEMPOOL(name, what, kind)                 \
	static void mempool_##name##_##what(void) \
	{                                         \
		mempool_##what(kind);             \
	}
MEMPOOL(kmalloc, oob_right, KMALLOC)
MEMPOOL(kmalloc_large, oob_right, LARGE_KMALLOC)
MEMPOOL(slab, oob_right, SLAB)
MEMPOOL(kmalloc, uaf, KMALLOC)
MEMPOOL(kmalloc_large, uaf, LARGE_KMALLOC)
MEMPOOL(slab, uaf, SLAB)
MEMPOOL(page, uaf, PAGE)
MEMPOOL(kmalloc, double_free, KMALLOC)
MEMPOOL(kmalloc_large, double_free, LARGE_KMALLOC)
MEMPOOL(slab, double_free, SLAB)
MEMPOOL(page, double_free, PAGE)
MEMPOOL(kmalloc, invalid_free, KMALLOC)
MEMPOOL(kmalloc_large, invalid_free, LARGE_KMALLOC)

/* --- Other harts --- */

struct task {
	struct work_struct work;
	char *data;
};

static void free_data(struct work_struct *work)
{
	kfree(container_of(work, struct task, work)->data);
}

/* On each hart, so also in its quarantine. */
static void workqueue_uaf(void)
{
	struct task task;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		INIT_WORK(&task.work, free_data);
		task.data = hide(kmalloc(40, GFP_KERNEL));
		GOOD_WRITE(u8, task.data);
		if (!schedule_work_on(cpu, &task.work)) {
			kfree(task.data);
			continue;
		}
		flush_work(&task.work);
		BAD_READ(UAF, u8, task.data);
	}
}

/* --- Not here --- */

static void no_rcu(void)
{
	ktest_skip("there is no RCU");
}

static void no_user(void)
{
	ktest_skip("there are no helpers to copy to and from users");
}

static const struct ktest_case cases[] = {
	{ "kmem_cache_oob", kmem_cache_oob },
	{ "kmem_cache_double_free", kmem_cache_double_free },
	{ "kmem_cache_invalid_free", kmem_cache_invalid_free },
	{ "kmem_cache_double_destroy", kmem_cache_double_destroy },
	{ "kmem_cache_bulk", kmem_cache_bulk },
	{ "kmem_cache_accounted", kmem_cache_accounted },
	{ "kmem_cache_constructed", kmem_cache_constructed },
	{ "mempool_kmalloc_oob_right", mempool_kmalloc_oob_right },
	{ "mempool_kmalloc_large_oob_right", mempool_kmalloc_large_oob_right },
	{ "mempool_slab_oob_right", mempool_slab_oob_right },
	{ "mempool_kmalloc_uaf", mempool_kmalloc_uaf },
	{ "mempool_kmalloc_large_uaf", mempool_kmalloc_large_uaf },
	{ "mempool_slab_uaf", mempool_slab_uaf },
	{ "mempool_page_uaf", mempool_page_uaf },
	{ "mempool_kmalloc_double_free", mempool_kmalloc_double_free },
	{ "mempool_kmalloc_large_double_free", mempool_kmalloc_large_double_free },
	{ "mempool_slab_double_free", mempool_slab_double_free },
	{ "mempool_page_double_free", mempool_page_double_free },
	{ "mempool_kmalloc_invalid_free", mempool_kmalloc_invalid_free },
	{ "mempool_kmalloc_large_invalid_free", mempool_kmalloc_large_invalid_free },
	{ "workqueue_uaf", workqueue_uaf },
	{ "rcu_uaf", no_rcu },
	{ "kmem_cache_rcu_uaf", no_rcu },
	{ "kmem_cache_rcu_reuse", no_rcu },
	{ "copy_to_kernel_nofault_oob", no_user },
	{ "copy_user_test_oob", no_user },
};
KTEST_SUITE(kasan_cache, cases);
