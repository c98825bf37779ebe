// SPDX-License-Identifier: BSD-2-Clause
/* Objects of caches, what works free; and what is not there to be tested. */
#include <kernel/gfp.h>
#include <kernel/percpu.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include <kernel/workqueue.h>
#include "kasan_expect.h"
#include "log.h"

#define OOB  "slab-out-of-bounds"
#define UAF  "slab-use-after-free"
#define SIZE 200

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

static void kmem_cache_many(void)
{
	char *p[10], *first = begin();

	kmem_cache_free(cache, first);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = hide(kmem_cache_alloc(cache, GFP_KERNEL));
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		expect_end(p[i], SIZE);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		EXPECT_SILENT(kmem_cache_free(cache, p[i]));
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		BAD_READ(UAF, u8, p[i]);
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
	BAD_READ(OOB, u8, p + SIZE + 63);
	kmem_cache_free(cache, p);
	end();
}

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
	{ "kmem_cache_many", kmem_cache_many },
	{ "kmem_cache_accounted", kmem_cache_accounted },
	{ "kmem_cache_constructed", kmem_cache_constructed },
	{ "workqueue_uaf", workqueue_uaf },
	{ "rcu_uaf", no_rcu },
	{ "kmem_cache_rcu_uaf", no_rcu },
	{ "kmem_cache_rcu_reuse", no_rcu },
	{ "copy_to_kernel_nofault_oob", no_user },
	{ "copy_user_test_oob", no_user },
};
KTEST_SUITE(kasan_cache, cases);
