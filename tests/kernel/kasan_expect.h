/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_KERNEL_KASAN_EXPECT_H
#define TESTS_KERNEL_KASAN_EXPECT_H

#include <kernel/kasan.h>
#include <kernel/ktest.h>

/*
 * Accesses, and what KASAN must say of them. A report that was expected is taken out of the
 * count, as each one that is left in it fails the case (tests/ktest.c).
 */

/** kasan_expect() - the last report, the only one since there were @before; NULL: there is none */
void kasan_expect(const char *file, int line, const char *what, unsigned long before,
		  const char *type, unsigned long addr, size_t size, bool write);

/** kasan_expect_some() - one or more, the last one of them so */
void kasan_expect_some(const char *file, int line, const char *what, unsigned long before,
		       const char *type, unsigned long addr, size_t size);

#define EXPECT_SILENT(statement)                                                          \
	do {                                                                              \
		unsigned long _before = kasan_last_report.nr;                             \
		statement;                                                                \
		barrier();                                                                \
		kasan_expect(__FILE__, __LINE__, #statement, _before, NULL, 0, 0, false); \
	} while (0)

/* @addr: the first byte that may not be accessed; of a free: what is freed, and size 0. */
#define EXPECT_REPORT(type, addr, size, write, statement)                                          \
	do {                                                                                       \
		unsigned long _before = kasan_last_report.nr;                                      \
		statement;                                                                         \
		barrier();                                                                         \
		kasan_expect(__FILE__, __LINE__, #statement, _before, type, (unsigned long)(addr), \
			     size, write);                                                         \
	} while (0)

#define EXPECT_REPORTS(type, addr, size, statement)                              \
	do {                                                                     \
		unsigned long _before = kasan_last_report.nr;                    \
		statement;                                                       \
		barrier();                                                       \
		kasan_expect_some(__FILE__, __LINE__, #statement, _before, type, \
				  (unsigned long)(addr), size);                  \
	} while (0)

#define READ(T, p)            ((void)*(const volatile T *)(p))
#define WRITE(T, p)           (*(volatile T *)(p) = 0)
#define GOOD_READ(T, p)       EXPECT_SILENT(READ(T, p))
#define GOOD_WRITE(T, p)      EXPECT_SILENT(WRITE(T, p))
#define BAD_READ(type, T, p)  EXPECT_REPORT(type, p, sizeof(T), false, READ(T, p))
#define BAD_WRITE(type, T, p) EXPECT_REPORT(type, p, sizeof(T), true, WRITE(T, p))

/* The compiler may not know what it points to. */
static __always_inline void *hide(const volatile void *p)
{
	OPTIMIZER_HIDE_VAR(p);
	return (void *)(unsigned long)p;
}

static __always_inline size_t hide_size(size_t size)
{
	OPTIMIZER_HIDE_VAR(size);
	return size;
}

#endif
