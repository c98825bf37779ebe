/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_WALK_REPORT_H
#define KERNEL_WALK_REPORT_H

#include <kernel/pgtable.h>

enum access_kind {
	ACCESS_LOAD,
	ACCESS_STORE,
	ACCESS_FETCH
};

/**
 * show_walk() - print the walk of an address, level by level, with decoded entries
 * @va:   any address
 * @kind: the access whose permission is checked
 * @print: as printf
 *
 * Context: translation on; survives corrupted tables.
 * Return: the rule of the specification that stops the access, NULL: none does.
 */
const char *show_walk(unsigned long va, enum access_kind kind, void (*print)(const char *fmt, ...));

#endif
