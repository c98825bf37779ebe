/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_UBSAN_H
#define KERNEL_UBSAN_H

#include <kernel/types.h>

/*
 * UBSan: the compiler puts a check in front of what C leaves undefined, and calls a handler
 * where it fails. Of each place in the sources the first failure is printed, then the
 * kernel goes on as if there were no check.
 */

/** struct ubsan_report_info - the last failure, for tests; @nr: so many, printed or not */
struct ubsan_report_info {
	unsigned long nr;
	const char *kind;
	const char *file;
	unsigned int line;
};
extern struct ubsan_report_info ubsan_last_report;

/** ubsan_nr_reports() - how many failures there were */
static inline unsigned long ubsan_nr_reports(void)
{
#ifdef CONFIG_UBSAN
	return ubsan_last_report.nr;
#else
	return 0;
#endif
}

#endif
