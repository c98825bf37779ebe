/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_PGTABLE_BITS_H
#define ASM_PGTABLE_BITS_H

/*
 * The page-table entry, the same in every mode (Priv 20250508 §12.4.1; Svpbmt
 * chapter 14, Svnapot chapter 13 of the same edition).
 */

#define _PAGE_PRESENT   (1UL << 0) /* V */
#define _PAGE_READ      (1UL << 1)
#define _PAGE_WRITE     (1UL << 2)
#define _PAGE_EXEC      (1UL << 3)
#define _PAGE_USER      (1UL << 4)
#define _PAGE_GLOBAL    (1UL << 5)
#define _PAGE_ACCESSED  (1UL << 6)
#define _PAGE_DIRTY     (1UL << 7)
#define _PAGE_RSW       (3UL << 8)
#define _PAGE_PFN_SHIFT 10
#define _PAGE_PFN_MASK  (((1UL << 44) - 1) << _PAGE_PFN_SHIFT)
#define _PAGE_RESERVED  (127UL << 54)
#define _PAGE_PBMT      (3UL << 61)
#define _PAGE_NC        (1UL << 61)
#define _PAGE_IO        (2UL << 61)
#define _PAGE_NAPOT     (1UL << 63)

/*
 * Memory types where harts have XTheadMae (1.0) in place of Svpbmt and Svnapot: SO, C, B, and
 * shareable, which all that Cairn maps is. See arch/riscv/cpu/errata.c.
 */
#define _PAGE_THEAD        (31UL << 59)
#define _PAGE_THEAD_SHARED (1UL << 60)
#define _PAGE_THEAD_RAM    (1UL << 62 | 1UL << 61 | _PAGE_THEAD_SHARED)
#define _PAGE_THEAD_NC     (1UL << 61 | _PAGE_THEAD_SHARED)
#define _PAGE_THEAD_IO     (1UL << 63 | _PAGE_THEAD_SHARED)

/* How many levels of tables paging modes have. */
#define LEVELS_MIN 3
#define LEVELS_MAX 5

/* Any of these makes a valid entry a leaf. */
#define _PAGE_LEAF (_PAGE_READ | _PAGE_WRITE | _PAGE_EXEC)

/* Reserved in an entry that points to a table: must be zero. G may be 1. */
#define _PAGE_TABLE_ZERO \
	(_PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_RESERVED | _PAGE_PBMT | _PAGE_NAPOT)

#endif
