/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_WALK_REPORT_H
#define KERNEL_WALK_REPORT_H

#include <kernel/spec.h>

/** walk_live() - spec_translate() as this hart does now, by satp, sstatus and what it has */
enum spec_rule walk_live(unsigned long va, enum access_kind kind, struct spec_walk *walk);

/**
 * show_walk() - print the walk of an address, level by level, with decoded entries
 * @va:   any address
 * @kind: the access whose permission is checked
 * @print: as printf
 *
 * Context: translation on; survives corrupted tables.
 * Return: what spec_translate() says.
 */
enum spec_rule show_walk(unsigned long va, enum access_kind kind,
			 void (*print)(const char *fmt, ...));

#endif
