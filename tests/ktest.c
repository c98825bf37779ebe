// SPDX-License-Identifier: BSD-2-Clause
/*
 * The runner of the suites inside the image. Its output is a protocol (KTAP version 1),
 * so it goes to the console whatever the log level is. Knows nothing of any suite: they
 * are rows of a linker section.
 */
#include <kernel/cmdline.h>
#include <kernel/errno.h>
#include <kernel/gfp.h>
#include <kernel/kasan.h>
#include <kernel/ktest.h>
#include <kernel/monitor.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include <kernel/ubsan.h>
#include <kernel/vsprintf.h>
#include <asm/recovery.h>
#include "glob_list.h"

#define NAME_MAX  64
#define MAX_ORDER 128 /* suites, and cases of one */

/* A case that fails in a loop must not drown the log. */
#define MAX_MESSAGES 8

/* The running case. */
static unsigned int nr_messages;
static const char *skip_reason;
static bool reports_expected;
static long pages_kept;

static unsigned int passed, failed, skipped;

/* --- Shuffled: no case may live on what another has left --- */

static u64 state; /* set for each run */

static unsigned int random_below(unsigned int n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(state >> 33) % n;
}

/* Numbers below @nr, in the order in which they are taken. */
static void shuffle(u8 *order, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int other = cmdline.ktest_shuffle ? random_below(i + 1) : i;

		order[i] = order[other];
		order[other] = (u8)i;
	}
}

static void *held[64];

/* Other objects and pages are in use before each case. */
static void disturb(void)
{
	for (unsigned int i = 0; cmdline.ktest_shuffle && i < ARRAY_SIZE(held); i++) {
		if (random_below(2))
			continue;
		kfree(held[i]);
		held[i] = kmalloc(1 + random_below(random_below(2) ? 256 : 9000), GFP_KERNEL);
	}
}

static void disturb_no_more(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++) {
		kfree(held[i]);
		held[i] = NULL;
	}
}

/* --- Suites and cases --- */

static const struct ktest_suite *next_suite(const struct ktest_suite *suite)
{
	suite = suite ? suite + 1 : __start_ktest_suites;
	return suite < __stop_ktest_suites ? suite : NULL;
}

#define for_each_suite(s) for (const struct ktest_suite *s = NULL; (s = next_suite(s));)

/* "suite" stands for all its cases. */
static bool case_matches(const struct ktest_suite *suite, const struct ktest_case *c,
			 const char *globs)
{
	char name[NAME_MAX];

	if (glob_list_match(globs, suite->name))
		return true;
	scnprintf(name, sizeof(name), "%s.%s", suite->name, c->name);
	return glob_list_match(globs, name);
}

static unsigned int nr_matching(const struct ktest_suite *suite, const char *globs)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < suite->nr; i++)
		n += case_matches(suite, &suite->cases[i], globs);
	return n;
}

/* Every word of the list must name something: a misspelt one would pass unseen. */
static int check_globs(const char *globs)
{
	const char *end;
	char word[NAME_MAX];

	for (;; globs = end + 1) {
		unsigned int n = 0;

		end = strchr(globs, ',');
		scnprintf(word, sizeof(word), "%.*s", end ? (int)(end - globs) : NAME_MAX, globs);
		for_each_suite(suite)
			n += nr_matching(suite, word);
		if (!n) {
			console_printf("ktest: no test matches '%s'\n", word);
			return -ENOENT;
		}
		if (!end)
			return 0;
	}
}

void ktest_skip(const char *reason)
{
	skip_reason = reason;
}

void ktest_keep(unsigned long nr_pages)
{
	pages_kept += (long)nr_pages;
}

void ktest_fail(const char *file, int line, const char *fmt, ...)
{
	char text[256];
	va_list args;

	if (++nr_messages > MAX_MESSAGES)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	console_printf("    # %s:%d: %s\n", file, line, text);
}

static int call_case(void *arg)
{
	const struct ktest_case *c = arg;

	c->run();
	return 0;
}

/* What somebody has: objects of caches, and pages that are neither slabs' nor tables. */
static long objects, pages;

static void count_cache(const struct slab_stats *stats)
{
	/* What the allocator needs itself comes and goes. */
	objects += strncmp(stats->name, "slab_", 5) ? (long)stats->in_use : 0;
	pages -= (long)stats->pages;
}

static void count_used(void)
{
	objects = 0;
	kasan_quarantine_flush();
	pages = (long)(nr_online_pages() - nr_free_pages() - kernel_pgtable.tables -
		       kasan_pages()) -
		pages_kept;
	slab_for_each(count_cache);
}

void ktest_expect_reports(void)
{
	reports_expected = true;
}

static unsigned long nr_reports(void)
{
	return kasan_nr_reports() + ubsan_nr_reports();
}

static void check_reports(const struct ktest_case *c, unsigned long before)
{
	if (reports_expected || nr_reports() == before)
		return;
	nr_messages++;
	console_printf("    # %s: %lu reports of KASAN or UBSan\n", c->name, nr_reports() - before);
}

static void check_leaks(const struct ktest_case *c, long objects_before, long pages_before)
{
	count_used();
	if (objects == objects_before && pages == pages_before)
		return;
	nr_messages++;
	console_printf("    # %s: leaves %ld objects and %ld pages in use\n", c->name,
		       objects - objects_before, pages - pages_before);
}

static void run_case(const struct ktest_case *c, unsigned int number)
{
	const unsigned long reports = nr_reports();
	long objects_before, pages_before;

	nr_messages = 0;
	reports_expected = false;
	skip_reason = NULL;
	disturb();
	count_used();
	objects_before = objects;
	pages_before = pages;
	if (try_call(call_case, (void *)c)) {
		nr_messages++;
		console_printf("    # %s: trapped\n", c->name);
	}
	check_leaks(c, objects_before, pages_before);
	check_reports(c, reports);
	if (nr_messages > MAX_MESSAGES)
		console_printf("    # %u more like these\n", nr_messages - MAX_MESSAGES);
	if (nr_messages) {
		failed++;
		console_printf("    not ok %u %s\n", number, c->name);
	} else if (skip_reason) {
		skipped++;
		console_printf("    ok %u %s # SKIP %s\n", number, c->name, skip_reason);
	} else {
		passed++;
		console_printf("    ok %u %s\n", number, c->name);
	}
}

static void run_suite(const struct ktest_suite *suite, unsigned int number, const char *globs)
{
	unsigned int failed_before = failed, n = 0;
	u8 order[MAX_ORDER];

	if (WARN_ON(suite->nr > MAX_ORDER))
		return;
	shuffle(order, suite->nr);
	console_printf("    KTAP version 1\n    # Subtest: %s\n    1..%u\n", suite->name,
		       nr_matching(suite, globs));
	for (unsigned int i = 0; i < suite->nr; i++)
		if (case_matches(suite, &suite->cases[order[i]], globs))
			run_case(&suite->cases[order[i]], ++n);
	console_printf("%s %u %s\n", failed == failed_before ? "ok" : "not ok", number,
		       suite->name);
}

int ktest_run(const char *glob)
{
	const unsigned int nr = (unsigned int)(__stop_ktest_suites - __start_ktest_suites);
	u8 order[MAX_ORDER];
	unsigned int n = 0;

	if (check_globs(glob))
		return -ENOENT;
	if (WARN_ON(nr > MAX_ORDER))
		return -E2BIG;
	for_each_suite(suite)
		n += nr_matching(suite, glob) != 0;
	passed = failed = skipped = 0;
	console_printf("KTAP version 1\n1..%u\n", n);
	n = 0;
	state = cmdline.ktest_shuffle;
	shuffle(order, nr);
	for (unsigned int i = 0; i < nr; i++)
		if (nr_matching(&__start_ktest_suites[order[i]], glob))
			run_suite(&__start_ktest_suites[order[i]], ++n, glob);
	disturb_no_more();
	console_printf("ktest: passed=%u failed=%u skipped=%u\n", passed, failed, skipped);
	return (int)failed;
}

void ktest_list(void)
{
	for_each_suite(suite)
		for (unsigned int i = 0; i < suite->nr; i++)
			console_printf("%s.%s\n", suite->name, suite->cases[i].name);
}

static int test_command(int argc, char **argv)
{
	int ret;

	if (argc > 2)
		return -EINVAL;
	if (argc == 1) {
		ktest_list();
		return 0;
	}
	ret = ktest_run(argv[1]);
	return ret > 0 ? -EIO : ret;
}

static const char *complete_suite(unsigned int index)
{
	const struct ktest_suite *suite = __start_ktest_suites + index;

	return suite < __stop_ktest_suites ? suite->name : NULL;
}

MONITOR_COMMAND(test, "[GLOB]", "run tests, \"SUITE\" or \"SUITE.CASE\"; without GLOB list them",
		test_command, complete_suite);
