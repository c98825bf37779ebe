// SPDX-License-Identifier: BSD-2-Clause
/*
 * The specification's reading of page tables: see <kernel/spec.h>. Written without the
 * engine's walk, which trusts the tables. tests/host/pgtable_hw.c says the same in other words,
 * and tests/prove/spec.c proves that the two agree.
 */
#include <kernel/spec.h>
#include "engine.h"

/* What must hold besides, for a rule to be one; the first three are 1 << enum access_kind. */
#define LOAD       (1U << ACCESS_LOAD)
#define STORE      (1U << ACCESS_STORE)
#define FETCH      (1U << ACCESS_FETCH)
#define LEAF       (1U << 3)
#define POINTER    (1U << 4)
#define LEVEL_0    (1U << 5)
#define S_MODE     (1U << 6)
#define U_MODE     (1U << 7)
#define SUM_0      (1U << 8)
#define MXR_0      (1U << 9)
#define SVADE      (1U << 10)
#define NO_SVNAPOT (1U << 11)
#define NO_SVPBMT  (1U << 12)
#define NOT_64K    (1U << 13)
#define MISALIGNED (1U << 14)

#define ANY        (~0ULL) /* value: one of the bits is set, or more */

/*
 * An entry is refused by the first row whose bits have that value and whose conditions all hold.
 * The steps are those of Priv 20250508 §12.3.2.
 */
static const struct {
	u64 bits, value;
	u16 when;
	char text[60];
} rules[NR_SPEC_RULES] = {
	/* Priv 20250508 §12.4.1, §12.5.1, §12.6.1; §21.5.1 for guests' */
	[SPEC_NOT_CANONICAL] = { 0, ANY, 0,
				 "not canonical: the bits above the mode's must all be equal" },
	[SPEC_TOO_WIDE] = { 0, ANY, 0, "too wide: the bits above the mode's must be 0" },
	/* Step 2 */
	[SPEC_NO_TABLE] = { 0, ANY, 0, "the table is outside mapped RAM" },
	/* Step 3: Priv 20250508 §12.3.1, §12.4.1 */
	[SPEC_INVALID] = { _PAGE_PRESENT, 0, 0, "V=0: not mapped" },
	[SPEC_WRITE_ONLY] = { _PAGE_READ | _PAGE_WRITE, _PAGE_WRITE, 0, "W=1 with R=0: reserved" },
	[SPEC_RESERVED] = { _PAGE_RESERVED, ANY, 0, "bits 60..54: reserved" },
	[SPEC_POINTER_BITS] = { _PAGE_TABLE_ZERO, ANY, POINTER,
				"D, A, U, N or PBMT set in a pointer to a table: reserved" },
	/* Step 4 */
	[SPEC_NO_LEAF] = { 0, 0, POINTER | LEVEL_0, "pointer to a table at level 0" },
	/* Step 3: Priv 20250508 chapters 14 and 13 */
	[SPEC_PBMT_3] = { _PAGE_PBMT, _PAGE_PBMT, LEAF, "PBMT=3: reserved" },
	[SPEC_NO_SVPBMT] = { _PAGE_PBMT, ANY, LEAF | NO_SVPBMT,
			     "PBMT set, and Svpbmt is not in use: reserved" },
	[SPEC_NAPOT_SIZE] = { _PAGE_NAPOT, ANY, LEAF | NOT_64K,
			      "N=1 where no NAPOT size is defined: reserved" },
	[SPEC_NO_SVNAPOT] = { _PAGE_NAPOT, ANY, LEAF | NO_SVNAPOT,
			      "N=1, and Svnapot is not in use: reserved" },
	/* Step 5 */
	[SPEC_MISALIGNED] = { 0, 0, LEAF | MISALIGNED, "misaligned superpage" },
	/* Step 6: Priv 20250508 §12.3.1, §12.1.1.2; at the G-stage §21.5.1 */
	[SPEC_USER_FETCH] = { _PAGE_USER, ANY, LEAF | S_MODE | FETCH,
			      "U=1: S-mode may not execute user pages" },
	[SPEC_NO_SUM] = { _PAGE_USER, ANY, LEAF | S_MODE | SUM_0, "U=1 and sstatus.SUM=0" },
	[SPEC_NOT_USER] = { _PAGE_USER, 0, LEAF | U_MODE, "U=0: not a user page" },
	/* Step 8: Priv 20250508 §12.3.1. With MXR each leaf can be read: it has R or X. */
	[SPEC_NO_X] = { _PAGE_EXEC, 0, LEAF | FETCH, "X=0: not executable" },
	[SPEC_NO_R] = { _PAGE_READ, 0, LEAF | LOAD | MXR_0, "R=0: not readable" },
	[SPEC_NO_W] = { _PAGE_WRITE, 0, LEAF | STORE, "W=0: not writable" },
	/* Step 9: Priv 20250508 §12.3.1, chapter 16 */
	[SPEC_NO_A] = { _PAGE_ACCESSED, 0, LEAF | SVADE, "A=0: this hart does not set it (Svade)" },
	[SPEC_NO_D] = { _PAGE_DIRTY, 0, LEAF | STORE | SVADE,
			"D=0: this hart does not set it (Svade)" },
};

const char *spec_rule_text(enum spec_rule rule)
{
	return rules[rule].text;
}

static unsigned int conditions(const struct spec_hart *hart, enum access_kind kind, pte_t pte,
			       unsigned int level)
{
	const u64 below = pgtable_leaf_size(level) - PAGE_SIZE;
	/* At the G-stage leaves must have U, as all accesses count as U-mode's. */
	const bool user = hart->user || hart->geometry->leaf_set & _PAGE_USER;

	return 1U << kind | (pte_leaf(pte) ? LEAF : POINTER) | (user ? U_MODE : S_MODE) |
	       (level ? 0 : LEVEL_0) | (hart->sum ? 0 : SUM_0) | (hart->mxr ? 0 : MXR_0) |
	       (hart->svadu ? 0 : SVADE) | (hart->svnapot ? 0 : NO_SVNAPOT) |
	       (hart->svpbmt ? 0 : NO_SVPBMT) | (pte_pa(pte) & below ? MISALIGNED : 0) |
	       (!level && (pte.val & (_PAGE_NAPOT | RUN_PFN)) == RUN_MARK ? 0 : NOT_64K);
}

static enum spec_rule first_broken(pte_t pte, unsigned int given)
{
	for (enum spec_rule rule = SPEC_ALLOWED + 1; rule < NR_SPEC_RULES; rule++) {
		u64 found = pte.val & rules[rule].bits;

		if (!(rules[rule].when & ~given) &&
		    (rules[rule].value == ANY ? found != 0 : found == rules[rule].value))
			return rule;
	}
	return SPEC_ALLOWED;
}

/* Most entries of a walk; no row refuses one above level 0, and each fault asks for a walk. */
static bool plain_pointer(pte_t pte)
{
	return (pte.val & ~_PAGE_PFN_MASK & ~(u64)_PAGE_GLOBAL & ~_PAGE_RSW) == _PAGE_PRESENT;
}

enum spec_rule spec_translate(const struct spec_hart *hart, unsigned long va, enum access_kind kind,
			      struct spec_walk *walk)
{
	const struct pgtable_geometry *g = hart->geometry;
	const u64 marks = kind == ACCESS_STORE ? ACCESS_BITS : _PAGE_ACCESSED;

	walk->pa = walk->update = walk->nr = 0;
	if (!input_valid(g, va))
		return g->sign_extended ? SPEC_NOT_CANONICAL : SPEC_TOO_WIDE;
	walk->pa = hart->root;
	for (unsigned int level = g->levels - 1U;; level--) {
		unsigned int index = (unsigned int)table_index(g, level, va);
		enum spec_rule rule;
		pte_t pte;

		if (!hart->read(hart->tables, walk->pa, level, index, &pte.val))
			return SPEC_NO_TABLE;
		walk->step[walk->nr].level = level;
		walk->step[walk->nr].index = index;
		walk->step[walk->nr].table = walk->pa;
		walk->step[walk->nr++].pte = pte;
		if (pte_leaf(pte))
			pte.val &= ~hart->type_bits;
		rule = level && plain_pointer(pte)
			       ? SPEC_ALLOWED
			       : first_broken(pte, conditions(hart, kind, pte, level));
		if (rule)
			return rule;
		walk->pa = pte_pa(as_walked(pte, va));
		if (pte_leaf(pte)) {
			walk->pa |= va & (pgtable_leaf_size(level) - 1);
			walk->update = marks & ~pte.val;
			return SPEC_ALLOWED;
		}
	}
}
