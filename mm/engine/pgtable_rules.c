// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is legal: which entry may become what by which request, and what a range and a leaf
 * must be; and of each refusal the error and the text.
 */
#include <kernel/errno.h>
#include "engine.h"

#define NO(why) (REFUSED | PGTABLE_##why)

/* Of each request a row for NONE, LEAF, TABLE and STRAY, of each of those PART and WHOLE. */
const u8 pgtable_rules[NR_OPS][NR_KINDS][NR_EXTENTS] = {
	[MAP] = { { ADD, CHANGE },
		  { NO(LEAF_BY_TABLE), NO(OVERWRITES) },
		  { DOWN, NO(TABLE_BY_LEAF) },
		  { NO(TABLE_AS_LEAF), NO(TABLE_AS_LEAF) } },
	/* What leads to something shared counts as invalid where it is covered. */
	[MAP_OVER] = { { ADD, CHANGE },
		       { NO(LEAF_BY_TABLE), NO(OVERWRITES) },
		       { DOWN, DOWN },
		       { NO(TABLE_AS_LEAF), NO(TABLE_AS_LEAF) } },
	[POPULATE] = { { ADD, ADD },
		       { NO(LEAF_BY_TABLE), NO(LEAF_BY_TABLE) },
		       { DOWN, DOWN },
		       { NO(TABLE_AS_LEAF), NO(TABLE_AS_LEAF) } },
	[UNMAP] = { { SKIP, SKIP },
		    { BREAK, CHANGE },
		    { DOWN, DETACH },
		    { NO(TABLE_AS_LEAF), NO(TABLE_AS_LEAF) } },
	[PROTECT] = { { NO(HOLE), NO(HOLE) },
		      { BREAK, CHANGE },
		      { DOWN, DOWN },
		      { NO(TABLE_AS_LEAF), NO(TABLE_AS_LEAF) } },
	[SPLIT] = { { SKIP, SKIP },
		    { BREAK, SKIP },
		    { DOWN, DOWN },
		    { NO(TABLE_AS_LEAF), NO(TABLE_AS_LEAF) } },
};

static const struct {
	s8 err;
	char text[62];
} refusals[NR_PGTABLE_REFUSALS] = {
	[PGTABLE_UNALIGNED] = { -EINVAL, "address or size is not a multiple of 4 KiB" },
	[PGTABLE_EMPTY] = { -EINVAL, "the range is empty" },
	[PGTABLE_WRAPS] = { -EINVAL, "the range wraps round the top of the address space" },
	[PGTABLE_NOT_CANONICAL] = { -ERANGE, "the address is not canonical" },
	[PGTABLE_TOO_WIDE] = { -ERANGE, "the address is too wide for the mode" },
	[PGTABLE_CROSSES_HOLE] = { -ERANGE, "the range crosses the hole between the halves" },
	[PGTABLE_PA_TOO_WIDE] = { -ERANGE, "the physical address needs more than 56 bits" },
	[PGTABLE_UNKNOWN_FLAGS] = { -EINVAL, "unknown flags" },
	[PGTABLE_UNKNOWN_BITS] = { -EINVAL, "bits that are not rights, A, D, RSW or memory type" },
	[PGTABLE_NOT_A_LEAF] = { -EINVAL, "V is clear, or all of R, W and X are" },
	[PGTABLE_WRITE_ONLY] = { -EINVAL, "W without R is reserved" },
	[PGTABLE_WRITE_EXEC] = { -EINVAL, "W with X" },
	[PGTABLE_MEMORY_TYPE] = { -EINVAL, "PBMT=3 is reserved" },
	[PGTABLE_NO_SVPBMT] = { -EOPNOTSUPP, "a memory type, but not all harts have Svpbmt" },
	[PGTABLE_STAGE_BITS] = { -EINVAL, "U or G is not as this kind of tree needs it" },
	[PGTABLE_IN_PLACE] = { -EINVAL, "frame, memory type and V cannot change in place" },
	[PGTABLE_KERNEL_HALF] = { -EPERM, "the kernel half belongs to another tree" },
	[PGTABLE_OVERWRITES] = { -EEXIST, "something is mapped here" },
	[PGTABLE_TABLE_BY_LEAF] = { -EEXIST, "a table is where the leaf would go" },
	[PGTABLE_LEAF_BY_TABLE] = { -EEXIST, "a larger leaf is mapped here" },
	[PGTABLE_TABLE_AS_LEAF] = { -EINVAL, "a pointer to a table is where only leaves can be" },
	[PGTABLE_HOLE] = { -ENOENT, "nothing is mapped here" },
	[PGTABLE_BAD_ROOT] = { -EINVAL, "the allocator's root is not aligned to its size" },
	[PGTABLE_OTHER_GEOMETRY] = { -EINVAL, "the kernel half is one of another geometry" },
	[PGTABLE_IN_USE] = { -EBUSY, "other trees have this one's kernel half" },
	[PGTABLE_NO_MEMORY] = { -ENOMEM, "no memory for tables" },
};

const char *pgtable_refusal_text(enum pgtable_refusal why)
{
	return refusals[why].text;
}

int pgtable_refusal_error(enum pgtable_refusal why)
{
	return refusals[why].err;
}

int pgtable_refuse(const struct pgtable *pt, enum pgtable_refusal why, unsigned long va)
{
	if (pt->ops.refused)
		pt->ops.refused(pt, why, va);
	return refusals[why].err;
}

enum pgtable_refusal pgtable_range_refusal(const struct pgtable *pt, unsigned long va,
					   unsigned long size)
{
	const struct pgtable_geometry *g = pt->geometry;
	unsigned long last = va + size - 1;

	if ((va | size) & ~PAGE_MASK)
		return PGTABLE_UNALIGNED;
	if (!size)
		return PGTABLE_EMPTY;
	if (last < va)
		return PGTABLE_WRAPS;
	if (!input_valid(g, va) || !input_valid(g, last))
		return g->sign_extended ? PGTABLE_NOT_CANONICAL : PGTABLE_TOO_WIDE;
	if (va + g->bias > last + g->bias)
		return PGTABLE_CROSSES_HOLE;
	if (pt->kernel && (long)va < 0)
		return PGTABLE_KERNEL_HALF;
	return 0;
}

/* The rules of Priv 20250508 §12.4.1 for a leaf, the stage's, and W^X. */
enum pgtable_refusal pgtable_leaf_refusal(const struct pgtable *pt, u64 bits)
{
	const u64 allowed = _PAGE_PRESENT | _PAGE_LEAF | _PAGE_USER | _PAGE_GLOBAL | ACCESS_BITS |
			    _PAGE_RSW | _PAGE_PBMT;
	const struct pgtable_geometry *g = pt->geometry;

	if (bits & ~allowed)
		return PGTABLE_UNKNOWN_BITS;
	if (!(bits & _PAGE_PRESENT) || !(bits & _PAGE_LEAF))
		return PGTABLE_NOT_A_LEAF;
	if ((bits & (_PAGE_READ | _PAGE_WRITE)) == _PAGE_WRITE)
		return PGTABLE_WRITE_ONLY;
	if ((bits & (_PAGE_WRITE | _PAGE_EXEC)) == (_PAGE_WRITE | _PAGE_EXEC) &&
	    !(g->leaf_rights >> 15 & 1))
		return PGTABLE_WRITE_EXEC;
	if ((bits & (g->leaf_set | g->leaf_clear)) != g->leaf_set ||
	    (pt->kernel && bits & _PAGE_GLOBAL)) /* it is in one address space of many */
		return PGTABLE_STAGE_BITS;
	if (!(bits & _PAGE_PBMT))
		return 0;
	if ((bits & _PAGE_PBMT) == _PAGE_PBMT)
		return PGTABLE_MEMORY_TYPE;
	return pt->svpbmt ? 0 : PGTABLE_NO_SVPBMT;
}
