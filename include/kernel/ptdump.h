/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_PTDUMP_H
#define KERNEL_PTDUMP_H

#include <kernel/pgtable.h>

/**
 * struct ptdump_audit - what a dump found
 * @leaves: entries that map something
 * @ranges: runs of them, alike and adjacent
 * @wx:     leaves both writable and executable
 * @user:   leaves open to U-mode
 * @bad_tables: entries that point to a table outside memory
 */
struct ptdump_audit {
	unsigned long leaves;
	unsigned long ranges;
	unsigned long wx;
	unsigned long user;
	unsigned long bad_tables;
};

/**
 * ptdump() - list what an address space maps, adjacent like leaves as one range
 * @start, @last: bounds, inclusive, in one half of the address space
 * @print: as printf; NULL: only audit
 * @audit: added to, not cleared
 *
 * Context: translation on; survives corrupted tables.
 * Return: 0, -ERANGE.
 */
int ptdump(const struct pgtable *pt, unsigned long start, unsigned long last,
	   void (*print)(const char *fmt, ...), struct ptdump_audit *audit);

#endif
