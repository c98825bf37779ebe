// SPDX-License-Identifier: BSD-2-Clause
/* Crashes that only KASAN sees: each is one access that should not be. */
#include <kernel/gfp.h>
#include <kernel/kasan.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include <kernel/vmalloc.h>
#include <asm/cmpxchg.h>
#include <asm/page.h>
#include "crash.h"

#define SIZE 100UL /* of objects; the last granule is used in part */

static char variable[SIZE];

/* The compiler must not see what is wrong. */
static char *hide(void *p)
{
	OPTIMIZER_HIDE_VAR(p);
	return p;
}

static noinline void bad_store(char *p)
{
	*(volatile char *)hide(p) = 1;
}

static void heap_oob(void)
{
	char *p = kmalloc(SIZE, GFP_KERNEL);

	bad_store(p + SIZE);
	kfree(p);
}

static void heap_oob_left(void)
{
	char *p = kmalloc(SIZE, GFP_KERNEL);

	bad_store(p - 1);
	kfree(p);
}

static void heap_uaf(void)
{
	char *p = kmalloc(SIZE, GFP_KERNEL);

	kfree(p);
	bad_store(p);
}

static void double_free(void)
{
	char *p = kmalloc(SIZE, GFP_KERNEL);

	kfree(p);
	kfree(hide(p));
}

static void invalid_free(void)
{
	char *p = kmalloc(SIZE, GFP_KERNEL);

	kfree(hide(p + 1));
	kfree(p);
}

static void page_uaf(void)
{
	unsigned long page = __get_free_page(GFP_KERNEL);

	free_page(page);
	bad_store((char *)page);
}

static void stack_oob(void)
{
	char buffer[SIZE];

	bad_store(hide(buffer) + SIZE);
}

static void alloca_oob(void)
{
	char *buffer = __builtin_alloca((size_t)hide((void *)SIZE));

	bad_store(hide(buffer) + SIZE);
}

static void use_after_scope(void)
{
	char *p;

	{
		char inner[SIZE];

		p = hide(inner);
	}
	bad_store(p);
}

static void global_oob(void)
{
	bad_store(hide(variable) + SIZE);
}

static void vmalloc_oob(void)
{
	char *p = vmalloc(SIZE);

	bad_store(p + SIZE);
	vfree(p);
}

static void vmalloc_uaf(void)
{
	char *p = vmalloc(SIZE);

	vfree(p);
	bad_store(p);
}

static void memset_oob(void)
{
	char *p = kmalloc(SIZE, GFP_KERNEL);

	memset(hide(p), 0, (size_t)hide((void *)(SIZE + 1)));
	kfree(p);
}

static void atomic_oob(void)
{
	char *p = kmalloc(SIZE, GFP_KERNEL);

	amo_add(AMO_RELAXED, (u32 *)hide(p + SIZE), 1);
	kfree(p);
}

static int run_access(const struct crash_kind *kind)
{
	unsigned long before = kasan_last_report.nr;

	kind->access();
	if (kasan_last_report.nr == before)
		return 0;
	if (before && !kasan_multi_shot)
		console_printf("crash: %s: %s; only the first report is printed, but with "
			       "kasan_multi_shot\n",
			       kind->name, kasan_last_report.type);
	return 1;
}

#define KIND(kind, what, fn) { .name = kind, .help = what, .run = run_access, .access = fn }

static const struct crash_kind kinds[] = {
	KIND("heap-oob", "store behind an object", heap_oob),
	KIND("heap-oob-left", "store in front of an object", heap_oob_left),
	KIND("heap-uaf", "store to an object that was freed", heap_uaf),
	KIND("double-free", "free an object twice", double_free),
	KIND("invalid-free", "free an object by an address inside of it", invalid_free),
	KIND("page-uaf", "store to a page that was freed", page_uaf),
	KIND("stack-oob", "store behind an array on the stack", stack_oob),
	KIND("alloca-oob", "store behind what alloca() has given", alloca_oob),
	KIND("use-after-scope", "store to a variable of a block that is over", use_after_scope),
	KIND("global-oob", "store behind a variable", global_oob),
	KIND("vmalloc-oob", "store behind what vmalloc() has given", vmalloc_oob),
	KIND("vmalloc-uaf", "store to what vfree() has taken", vmalloc_uaf),
	KIND("memset-oob", "memset() of a byte too many", memset_oob),
	KIND("atomic-oob", "atomic behind an object", atomic_oob),
};

const struct crash_kind *crash_kasan_kind(unsigned int index)
{
	return index < ARRAY_SIZE(kinds) ? &kinds[index] : NULL;
}
