// SPDX-License-Identifier: BSD-2-Clause
/*
 * A hart's walk, written from Priv 20250508 §12.3.2 and the chapters on Svnapot, Svpbmt
 * and G-stage translation, and nothing of the kernel. It is stricter than the
 * specification where the kernel is: an entry that leads to a table has V and nothing
 * else, and a G-stage leaf no G.
 */
#include "host.h"
#include "pgtable_hw.h"
#include "pgtable_mem.h"

#define FAULT(why) ((struct hw_result){ .fault = why })

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

/* XTheadMae 1.0: SO, C, B; all types Cairn uses are shareable. ~0: a type it does not use. */
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
		return ~0ULL;
	}
}

/* Steps 3 to 7 for a valid entry; what is wrong with it. */
static const char *bad_entry(const struct hw_mode *mode, u64 pte, unsigned int level)
{
	bool leaf = field(pte, 3, 1), n = field(pte, 63, 63);

	if (!field(pte, 1, 1) && field(pte, 2, 2))
		return "R = 0 and W = 1";
	if (field(pte, 60, 54) || field(pte, 62, 61) == 3)
		return "reserved bits";
	if (!leaf)
		return field(pte, 9, 4) || field(pte, 63, 61) ? "table entry with more than V"
							      : NULL;
	if (field(pte, 62, 61) && !mode->svpbmt)
		return "memory type without Svpbmt";
	if (n && (!mode->svnapot || level || field(pte, 13, 10) != 8))
		return "N without Svnapot, or not of 64 KiB";
	if (level && field(pte, 10 + 9 * level - 1, 10))
		return "misaligned superpage";
	if (mode->guest && (!field(pte, 4, 4) || field(pte, 5, 5)))
		return "U = 0 or G = 1 at G-stage";
	return NULL;
}

struct hw_result hw_translate(const struct hw_mode *mode, u64 root, u64 va)
{
	const char *bad = bad_address(mode, va);
	u64 a = root;

	if (bad)
		return FAULT(bad);
	if (mode->guest && field(root, 13, 0))
		return FAULT("misaligned root");
	for (unsigned int i = mode->levels - 1;; i--) { /* steps 1, 2 */
		const u64 *table = mem_table(a);
		unsigned int low = 12 + 9 * i, wide = i == mode->levels - 1 && mode->guest ? 2 : 0;
		u64 pte;

		if (!table)
			return FAULT("access fault");
		pte = table[field(va, low + 8 + wide, low)];
		if (!field(pte, 0, 0))
			return FAULT("V = 0");
		if (mode->thead && field(pte, 3, 1)) {
			pte = hw_from_thead(pte);
			if (!~pte)
				return FAULT("memory of no type Cairn uses");
		}
		bad = bad_entry(mode, pte, i);
		if (bad)
			return FAULT(bad);
		if (field(pte, 3, 1)) { /* step 8 */
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
			return FAULT("no leaf at level 0");
		a = field(pte, 53, 10) << 12;
	}
}
