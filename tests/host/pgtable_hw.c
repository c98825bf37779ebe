// SPDX-License-Identifier: BSD-2-Clause
/*
 * A hart's walk, written from Priv 20250508 §12.3.2 and the chapters on Svnapot, Svpbmt
 * and G-stage translation, and nothing of the kernel.
 */
#include "pgtable_hw.h"

#define FAULT(at, i, why) ((struct hw_result){ .fault = why, .step = at, .level = i })

static u64 field(u64 val, unsigned int high, unsigned int low)
{
	return val >> low & (~0ULL >> (63 - high + low));
}

static const char *bad_address(const struct hw_mode *mode, u64 va)
{
	unsigned int bits = 12 + 9 * mode->levels;
	u64 upper = va >> (bits - 1);

	if (mode->guest)
		return va >> (bits + 2) ? "not zero-extended" : NULL;
	return upper && upper != ~0ULL >> (bits - 1) ? "not sign-extended" : NULL;
}

/* XTheadMae 1.0: SO, C, B; all types Cairn uses are shareable. No type is illegal. */
u64 hw_from_thead(u64 pte)
{
	u64 rest = pte & ~(31ULL << 59);

	switch (field(pte, 63, 59)) {
	case 0x0e: /* C, B, SH */
		return rest;
	case 0x06: /* B, SH */
		return rest | 1ULL << 61;
	case 0x12: /* SO, SH */
		return rest | 2ULL << 61;
	default:
		return rest | 3ULL << 61;
	}
}

/* Step 3 for a valid entry: what is reserved of it. */
static const char *bad_entry(const struct hw_mode *mode, u64 pte, unsigned int level)
{
	bool n = field(pte, 63, 63);

	if (!field(pte, 1, 1) && field(pte, 2, 2))
		return "R = 0 and W = 1";
	if (field(pte, 60, 54))
		return "reserved bits";
	if (!field(pte, 3, 1))
		return field(pte, 7, 6) || field(pte, 4, 4) || field(pte, 63, 61)
			       ? "table entry with D, A, U, PBMT or N"
			       : NULL;
	if (mode->thead)
		return NULL;
	if (field(pte, 62, 61) == 3)
		return "reserved memory type";
	if (field(pte, 62, 61) && !mode->svpbmt)
		return "memory type without Svpbmt";
	if (n && (!mode->svnapot || level || field(pte, 13, 10) != 8))
		return "N without Svnapot, or not of 64 KiB";
	return NULL;
}

struct hw_result hw_translate(const struct hw_mode *mode, u64 root, u64 va)
{
	const char *bad = bad_address(mode, va);
	u64 a = root;

	if (bad)
		return FAULT(0, mode->levels, bad);
	if (mode->guest && field(root, 13, 0))
		return FAULT(1, mode->levels, "misaligned root");
	for (unsigned int i = mode->levels - 1;; i--) { /* steps 1, 2 */
		unsigned int low = 12 + 9 * i, wide = i == mode->levels - 1 && mode->guest ? 2 : 0;
		u64 pte;

		if (!hw_read(a, (unsigned int)field(va, low + 8 + wide, low), &pte))
			return FAULT(2, i, "access fault");
		if (!field(pte, 0, 0))
			return FAULT(3, i, "V = 0");
		if (mode->thead && field(pte, 3, 1))
			pte = hw_from_thead(pte);
		bad = bad_entry(mode, pte, i);
		if (bad)
			return FAULT(3, i, bad);
		if (field(pte, 3, 1)) { /* steps 5, 10 */
			if (i && field(pte, 10 + 9 * i - 1, 10))
				return FAULT(5, i, "misaligned superpage");
			if (field(pte, 63, 63))
				low += 4;
			return (struct hw_result){
				.pa = field(pte, 53, low - 2) << low | field(va, low - 1, 0),
				.level = i,
				.order = low - 12,
				.bits = pte & ~(((1ULL << 44) - 1) << 10 | 1ULL << 63),
			};
		}
		if (!i)
			return FAULT(4, i, "no leaf at level 0");
		a = field(pte, 53, 10) << 12;
	}
}

struct hw_result hw_access(const struct hw_mode *mode, const struct hw_access *access, u64 root,
			   u64 va)
{
	struct hw_result leaf = hw_translate(mode, root, va);
	bool r = field(leaf.bits, 1, 1), w = field(leaf.bits, 2, 2), x = field(leaf.bits, 3, 3);
	bool u = field(leaf.bits, 4, 4), supervisor = !access->user && !mode->guest;
	u64 marks = access->store ? 3 << 6 : 1 << 6;

	if (leaf.fault)
		return leaf;
	if (supervisor ? u && (access->fetch || !access->sum) : !u)
		return FAULT(6, leaf.level, "a page of the other privilege");
	if (access->fetch ? !x : access->store ? !w : !r && !(x && access->mxr))
		return FAULT(8, leaf.level, "a right is missing");
	leaf.update = marks & ~leaf.bits;
	if (leaf.update && !access->svadu)
		return FAULT(9, leaf.level, "A or D is not set");
	return leaf;
}
