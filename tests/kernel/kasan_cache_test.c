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

enum {
	KMALLOC,
	LARGE_KMALLOC,
	SLAB,
	PAGE,
	NR_POOLS
};
#define PAGE_ORDER 2
static const struct {
	size_t size;
	const char *freed; /* what is said of a use after the free */
} pools[NR_POOLS] = {
	[KMALLOC] = { 123, UAF },
	[LARGE_KMALLOC] = { LARGE, "use-after-free" },
	[SLAB] = { SIZE, UAF },
	[PAGE] = { PAGE_SIZE << PAGE_ORDER, "use-after-free" },
};

static mempool_t *pool;

static void *pool_begin(unsigned int kind)
{
	if (kind == SLAB) {
		void *object = begin();

		kmem_cache_free(cache, object);
	}
	pool = kind == SLAB   ? mempool_create_slab_pool(3, cache)
	       : kind == PAGE ? mempool_create_page_pool(3, PAGE_ORDER)
			      : mempool_create_kmalloc_pool(3, pools[kind].size);
	return mempool_alloc_preallocated(pool);
}

static void pool_end(unsigned int kind)
{
	EXPECT_SILENT(mempool_destroy(pool));
	if (kind == SLAB)
		end();
}

/* What of an element can be accessed. */
static char *memory(unsigned int kind, void *element)
{
	return hide(kind == PAGE ? page_address(element) : element);
}

/* From the reserve, and from the allocator. */
static void mempool_oob_right(unsigned int kind)
{
	void *p = pool_begin(kind), *q = mempool_alloc(pool, GFP_KERNEL);

	expect_end(hide(p), pools[kind].size);
	expect_end(hide(q), pools[kind].size);
	mempool_free(p, pool);
	mempool_free(q, pool);
	pool_end(kind);
}

/* What goes back to the reserve; that is full then, and the second one to the allocator. */
static void mempool_uaf(unsigned int kind)
{
	void *p = pool_begin(kind), *q = mempool_alloc(pool, GFP_KERNEL);

	EXPECT_SILENT(memset(memory(kind, p), 0, pools[kind].size));
	EXPECT_SILENT(mempool_free(p, pool));
	BAD_READ(pools[kind].freed, u8, memory(kind, p));
	BAD_WRITE(pools[kind].freed, u8, memory(kind, p) + pools[kind].size - 1);
	EXPECT_SILENT(mempool_free(q, pool));
	BAD_READ(pools[kind].freed, u8, memory(kind, q));
	EXPECT(mempool_alloc_preallocated(pool) == p);
	EXPECT_SILENT(memset(memory(kind, p), 0, pools[kind].size));
	mempool_free(p, pool);
	pool_end(kind);
}

/* The same, and once more by who does not know of the pool. */
static void mempool_double_free(unsigned int kind)
{
	void *p = pool_begin(kind), *q = mempool_alloc(pool, GFP_KERNEL), *third;
	char *at = memory(kind, p);

	third = mempool_alloc_preallocated(pool);
	mempool_free(p, pool);
	EXPECT_REPORT("double-free", at, 0, false, mempool_free(p, pool));
	mempool_free(third, pool);
	EXPECT_REPORT("double-free", at, 0, false, mempool_free(p, pool));
	EXPECT_SILENT(mempool_free(q, pool));
	EXPECT_REPORT("double-free", memory(kind, q), 0, false, mempool_free(q, pool));
	if (kind != PAGE)
		EXPECT_REPORT("double-free", at, 0, false, kfree(at));
	BAD_READ(pools[kind].freed, u8, at);
	pool_end(kind);
}

/* With room in the reserve, and without. */
static void mempool_invalid_free(unsigned int kind)
{
	char *p = pool_begin(kind), *q = mempool_alloc(pool, GFP_KERNEL);

	EXPECT_REPORT("invalid-free", p + 1, 0, false, mempool_free(p + 1, pool));
	EXPECT_SILENT(memset(p, 0, pools[kind].size));
	EXPECT_SILENT(mempool_free(p, pool));
	EXPECT_REPORT("invalid-free", q + 1, 0, false, mempool_free(q + 1, pool));
	EXPECT_SILENT(mempool_free(q, pool));
	pool_end(kind);
}

/* Whose it is, and who gave it back. */
static void mempool_described(void)
{
	char *p = pool_begin(KMALLOC);
	u64 cursor = log_cursor();

	mempool_free(p, pool);
	kasan_show((unsigned long)p);
	EXPECT(logged(cursor, "of cache kmalloc-128, in the reserve of a mempool"));
	EXPECT(logged(cursor, "freed by hart"));
	EXPECT(logged(cursor, "mempool_described+"));
	pool_end(KMALLOC);
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
MEMPOOL(page_alloc, uaf, PAGE)
MEMPOOL(kmalloc, double_free, KMALLOC)
MEMPOOL(kmalloc_large, double_free, LARGE_KMALLOC)
MEMPOOL(slab, double_free, SLAB)
MEMPOOL(page_alloc, double_free, PAGE)
MEMPOOL(kmalloc, invalid_free, KMALLOC)
MEMPOOL(kmalloc_large, invalid_free, LARGE_KMALLOC)
MEMPOOL(slab, invalid_free, SLAB)

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
	{ "mempool_page_alloc_uaf", mempool_page_alloc_uaf },
	{ "mempool_kmalloc_double_free", mempool_kmalloc_double_free },
	{ "mempool_kmalloc_large_double_free", mempool_kmalloc_large_double_free },
	{ "mempool_slab_double_free", mempool_slab_double_free },
	{ "mempool_page_alloc_double_free", mempool_page_alloc_double_free },
	{ "mempool_kmalloc_invalid_free", mempool_kmalloc_invalid_free },
	{ "mempool_kmalloc_large_invalid_free", mempool_kmalloc_large_invalid_free },
	{ "mempool_slab_invalid_free", mempool_slab_invalid_free },
	{ "mempool_described", mempool_described },
	{ "workqueue_uaf", workqueue_uaf },
	{ "rcu_uaf", no_rcu },
	{ "kmem_cache_rcu_uaf", no_rcu },
	{ "kmem_cache_rcu_reuse", no_rcu },
	{ "copy_to_kernel_nofault_oob", no_user },
	{ "copy_user_test_oob", no_user },
};
KTEST_SUITE(kasan_cache, cases);
