// SPDX-License-Identifier: BSD-2-Clause
/* Reports as they are expected. */
#include <kernel/string.h>
#include "kasan_expect.h"

static void compare(const char *file, int line, const char *what, const char *type,
		    unsigned long addr, size_t size)
{
	const struct kasan_report_info *r = &kasan_last_report;

	if (strcmp(r->type, type) || r->addr != addr || r->size != size)
		ktest_fail(file, line, "%s: report of %s at 0x%lx, %lu bytes, not %s at 0x%lx, %lu",
			   what, r->type, r->addr, r->size, type, addr, size);
}

void kasan_expect(const char *file, int line, const char *what, unsigned long before,
		  const char *type, unsigned long addr, size_t size, bool write)
{
	const unsigned long nr = kasan_last_report.nr - before;

	kasan_last_report.nr = before;
	if (nr && !type)
		ktest_fail(file, line, "%s: report of %s at 0x%lx, %lu bytes", what,
			   kasan_last_report.type, kasan_last_report.addr, kasan_last_report.size);
	else if (nr != (type ? 1 : 0))
		ktest_fail(file, line, "%s: %lu reports", what, nr);
	else if (type)
		compare(file, line, what, type, addr, size);
	if (nr && type && kasan_last_report.write != write)
		ktest_fail(file, line, "%s: report of a %s", what, write ? "read" : "write");
}

void kasan_expect_some(const char *file, int line, const char *what, unsigned long before,
		       const char *type, unsigned long addr, size_t size)
{
	const unsigned long nr = kasan_last_report.nr - before;

	kasan_last_report.nr = before;
	if (nr)
		compare(file, line, what, type, addr, size);
	else
		ktest_fail(file, line, "%s: no report", what);
}
