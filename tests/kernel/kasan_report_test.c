// SPDX-License-Identifier: BSD-2-Clause
/* What a report says, when there is none, and reports of several harts at once. */
#include <kernel/printk.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include <kernel/vmalloc.h>
#include <kernel/vsprintf.h>
#include "crowd.h"
#include "kasan_expect.h"
#include "log.h"

#define UAF    "slab-use-after-free"
#define FRAMES 20

static unsigned int nr_logged(u64 cursor, const char *text)
{
	char line[200];
	unsigned int nr = 0;
	int level;

	while (log_read(&cursor, line, sizeof(line), &level) >= 0)
		nr += strstr(line, text) != NULL;
	return nr;
}

static noinline char *allocate_deep(unsigned int depth)
{
	char *p = depth ? allocate_deep(depth - 1) : kmalloc(100, GFP_KERNEL);

	barrier();
	return hide(p);
}

static noinline void free_deep(char *p, unsigned int depth)
{
	if (depth)
		free_deep(p, depth - 1);
	else
		kfree(p);
	barrier();
}

static noinline void read_here(const char *p)
{
	READ(u8, p);
	barrier();
}

/* Prints what @access() is said to do. Return: where the log was before. */
static u64 print(void (*access)(const char *p), const char *p)
{
	const bool multi_shot = kasan_multi_shot;
	const unsigned long before = kasan_last_report.nr;
	u64 cursor = log_cursor();

	kasan_multi_shot = true;
	access(p);
	kasan_multi_shot = multi_shot;
	EXPECT_EQ(kasan_last_report.nr, before + 1);
	kasan_last_report.nr = before;
	return cursor;
}

/* The three stacks, whole, and whose object it is. */
static void stacks(void)
{
	char *p = allocate_deep(FRAMES);
	u64 cursor;

	free_deep(p, FRAMES);
	cursor = print(read_here, p + 7);
	EXPECT(logged(cursor, "BUG: KASAN: " UAF " in read_here+"));
	EXPECT(nr_logged(cursor, "] read_here+") >= 1);
	EXPECT(nr_logged(cursor, "] allocate_deep+") >= FRAMES);
	EXPECT(nr_logged(cursor, "] free_deep+") >= FRAMES);
	EXPECT(logged(cursor, "kmalloc-128"));
	EXPECT(logged(cursor, "7 bytes inside"));
}

static noinline void read_variable(const char *unused)
{
	char some_variable[13];

	READ(u8, (char *)hide(some_variable) + 13);
	barrier();
}

static void stack_variable(void)
{
	u64 cursor = print(read_variable, NULL);

	EXPECT(logged(cursor, "some_variable"));
	EXPECT(logged(cursor, "read_variable+"));
}

static const int line_before = __LINE__;
static char some_global[13];

/* clang does not tell the line. */
static void global_variable(void)
{
	u64 cursor = print(read_here, (char *)hide(some_global) + 15);
	char text[100];

	scnprintf(text, sizeof(text), "of variable 'some_global', defined in %s:%d", __FILE__,
		  line_before + 1);
#ifdef __clang__
	*strrchr(text, ':') = '\0';
#endif
	EXPECT(logged(cursor, text));
	EXPECT(logged(cursor, "2 bytes to the right"));
}

static void vmalloc_owner(void)
{
	char *p = hide(vmalloc(5000));
	u64 cursor = print(read_here, p + 5003);

	EXPECT(logged(cursor, "BUG: KASAN: vmalloc-out-of-bounds in read_here+"));
	EXPECT(logged(cursor, "3 bytes to the right of the 5000 bytes"));
	EXPECT(logged(cursor, "of vmalloc's region, taken by:"));
	EXPECT(nr_logged(cursor, "] vmalloc_owner+") >= 2);
	vfree(p);
}

/* --- Whether there is one --- */

static void disabled(void)
{
	char *p = allocate_deep(0);

	kfree(p);
	kasan_disable_current();
	kasan_disable_current();
	GOOD_READ(u8, p);
	kasan_enable_current();
	GOOD_READ(u8, p);
	kasan_enable_current();
	BAD_READ(UAF, u8, p);
}

/* Once it was printed, a report is no more than noted. */
static void one_shot(void)
{
	const bool multi_shot = kasan_multi_shot;
	char *p = allocate_deep(0);
	u64 cursor;

	kfree(p);
	kasan_multi_shot = false;
	BAD_READ(UAF, u8, p);
	cursor = log_cursor();
	BAD_READ(UAF, u8, p);
	EXPECT(!logged(cursor, "KASAN"));
	kasan_multi_shot = multi_shot;
}

/* What is asked of the memory side while a report is made goes wrong itself. */
static const char *again;

static const char *bad_bug_type(unsigned long addr, u8 shadow)
{
	READ(u8, again);
	return NULL;
}

static void bad_describe(unsigned long addr)
{
	READ(u8, again);
	kfree(again);
}

static void report_in_report(void)
{
	static const struct kasan_hooks bad = { bad_bug_type, bad_describe };
	const struct kasan_hooks *good;
	u64 cursor;

	again = allocate_deep(0);
	kfree(again);
	good = kasan_set_hooks(&bad);
	cursor = print(read_here, again);
	EXPECT_EQ(nr_logged(cursor, "BUG: KASAN"), 1);
	BAD_READ(UAF, u8, again);
	kasan_set_hooks(good);
}

#define ROUNDS 20

static void read_often(unsigned int index, void *p)
{
	for (unsigned int i = 0; i < ROUNDS; i++)
		read_here(p);
}

static void all_harts(void)
{
	const unsigned long before = kasan_last_report.nr;
	char *p = allocate_deep(0);
	unsigned int nr;

	kfree(p);
	nr = crowd_run(64, read_often, p);
	EXPECT_EQ(kasan_last_report.nr - before, nr * ROUNDS);
	kasan_last_report.nr = before;
}

static const struct ktest_case cases[] = {
	{ "stacks", stacks },
	{ "stack_variable", stack_variable },
	{ "global_variable", global_variable },
	{ "vmalloc_owner", vmalloc_owner },
	{ "disabled", disabled },
	{ "one_shot", one_shot },
	{ "report_in_report", report_in_report },
	{ "all_harts", all_harts },
};
KTEST_SUITE(kasan_report, cases);
