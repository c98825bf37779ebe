/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SPEC_H
#define KERNEL_SPEC_H

#include <kernel/pgtable.h>

/*
 * What a hart must make of page tables, as the specification has it: the kernel's only reading
 * of the rules that stop an access. Fault reports, the monitor and tests ask it.
 */

enum access_kind {
	ACCESS_LOAD,
	ACCESS_STORE,
	ACCESS_FETCH
};

/* Why an access is refused. One row each in mm/engine/spec.c: what is tested, text, section. */
enum spec_rule {
	SPEC_ALLOWED,
	SPEC_NOT_CANONICAL, /* the bits above the mode's differ */
	SPEC_TOO_WIDE,      /* the same for a guest's physical address: they are not 0 */
	SPEC_NO_TABLE,      /* the reader refused; the hart raises an access fault here */
	SPEC_INVALID,
	SPEC_WRITE_ONLY,
	SPEC_RESERVED,     /* bits that no extension has */
	SPEC_POINTER_BITS, /* bits of leaves, in a pointer to a table */
	SPEC_NO_LEAF,      /* a pointer at level 0 */
	SPEC_PBMT_3,
	SPEC_NO_SVPBMT,
	SPEC_NAPOT_SIZE, /* N in a leaf that is not of 64 KiB */
	SPEC_NO_SVNAPOT,
	SPEC_MISALIGNED,
	SPEC_USER_FETCH, /* by S-mode */
	SPEC_NO_SUM,
	SPEC_NOT_USER, /* an access by U-mode, or any access at the G-stage */
	SPEC_NO_X,
	SPEC_NO_R,
	SPEC_NO_W,
	SPEC_NO_A,
	SPEC_NO_D,
	NR_SPEC_RULES,
};

/**
 * struct spec_hart - what a hart goes by
 * @geometry:  the mode of satp, vsatp or hgatp
 * @root:      physical address of the root table, aligned to its size
 * @user:      the access is made with the rights of U-mode. At the G-stage each is
 * @sum, @mxr: of sstatus
 * @svadu:     the hart sets A and D itself; if not (Svade), it refuses
 * @svnapot, @svpbmt: the hart has them, and they are enabled
 * @type_bits: bits of a leaf that are T-Head's memory type, which no rule is about; or 0
 * @read:      reads entry @index of a table of @level, by its physical address; false where a
 *             hart could not read it
 * @tables:    first argument of @read
 */
struct spec_hart {
	const struct pgtable_geometry *geometry;
	phys_addr_t root;
	bool user, sum, mxr, svadu, svnapot, svpbmt;
	u64 type_bits;
	bool (*read)(const void *tables, phys_addr_t table, unsigned int level, unsigned int index,
		     u64 *pte);
	const void *tables;
};

/**
 * struct spec_walk - a walk, step by step
 * @pa:     what the address is translated to; if refused, the last table's address: with
 *          SPEC_NO_TABLE, of the one that cannot be read
 * @update: A and D, as far as the hart sets them in the last entry
 * @nr:     steps taken
 * @step:   from the root down: level, table, index in it, entry found. If refused, the last one
 *          is the cause
 */
struct spec_walk {
	phys_addr_t pa;
	u64 update;
	unsigned int nr;
	struct {
		unsigned int level, index;
		phys_addr_t table;
		pte_t pte;
	} step[LEVELS_MAX];
};

/**
 * spec_translate() - walk the tables as a hart must, trusting nothing in them
 * @va:   any address
 * @kind: of the access
 * @walk: filled
 *
 * Reads by @hart->read alone, each entry once, and writes no table.
 * Return: SPEC_ALLOWED, or the first rule that refuses.
 */
enum spec_rule spec_translate(const struct spec_hart *hart, unsigned long va, enum access_kind kind,
			      struct spec_walk *walk);

/** spec_rule_text() - a refusal in words */
const char *spec_rule_text(enum spec_rule rule);

#endif
