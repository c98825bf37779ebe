/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_KTEST_H
#define KERNEL_KTEST_H

#include <kernel/types.h>

/*
 * Tests inside the image. A suite is a table of cases in a linker section; results are
 * KTAP version 1 on the console. A case that traps has failed and the next one runs.
 */

struct ktest_case {
	const char *name;
	void (*run)(void);
};

struct ktest_suite {
	const char *name;
	const struct ktest_case *cases;
	unsigned int nr;
};

#define KTEST_SUITE(id, table)                                                       \
	static const struct ktest_suite ktest_suite_##id __used __aligned(ROW_ALIGN) \
		__section(".ktest_suites." #id) = { #id, table, ARRAY_SIZE(table) }

/* The linker section's bounds. */
extern const struct ktest_suite __start_ktest_suites[], __stop_ktest_suites[];

/**
 * ktest_run() - run the cases "suite.case" that match a glob ("suite" means all of it)
 * @glob: or several, separated by ','; each must match something
 * Prints KTAP and `ktest: passed=N failed=N skipped=N`.
 * Return: number of failed cases, or -ENOENT: nothing matches (said on the console).
 */
int ktest_run(const char *glob);

/** ktest_list() - print the names ktest_run() knows */
void ktest_list(void);

/** ktest_skip() - the running case cannot be done here; @reason is on the committed list */
void ktest_skip(const char *reason);

/** ktest_expect_reports() - KASAN or UBSan reports what the case does; else such a case fails */
void ktest_expect_reports(void);

/** ktest_keep() - so many pages stay in use behind the running case: a pool, for the next ones */
void ktest_keep(unsigned long nr_pages);

void ktest_fail(const char *file, int line, const char *fmt, ...) __printf(3, 4);

/* A false expectation fails the case, which goes on. */
#define EXPECT(cond)                                                           \
	do {                                                                   \
		if (!(cond))                                                   \
			ktest_fail(__FILE__, __LINE__, "not true: %s", #cond); \
	} while (0)
#define EXPECT_EQ(a, b)                                                                     \
	do {                                                                                \
		u64 _ea = (u64)(a), _eb = (u64)(b);                                         \
		if (_ea != _eb)                                                             \
			ktest_fail(__FILE__, __LINE__, "%s is 0x%llx, not %s = 0x%llx", #a, \
				   (unsigned long long)_ea, #b, (unsigned long long)_eb);   \
	} while (0)
#define EXPECT_STREQ(a, b)                                                                        \
	do {                                                                                      \
		const char *_sa = (a), *_sb = (b);                                                \
		if (strcmp(_sa, _sb))                                                             \
			ktest_fail(__FILE__, __LINE__, "%s is \"%s\", not \"%s\"", #a, _sa, _sb); \
	} while (0)

#endif
