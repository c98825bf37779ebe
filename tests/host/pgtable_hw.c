// SPDX-License-Identifier: BSD-2-Clause
/*
 * A hart's walk, written from Priv 20250508 §12.3.2 and nothing of the kernel. It
 * is stricter than the specification where the kernel is: an entry that leads to a
 * table has V and nothing else, a leaf has A, a writable one D.
 */
#include "host.h"
#include "pgtable_hw.h"
#include "pgtable_mem.h"

#define FAULT(why) ((struct hw_result){ .fault = why })

static u64 field(u64 val, unsigned int high, unsigned int low)
{
	return val >> low & (~0ULL >> (63 - high + low));
}

struct hw_result hw_translate(u64 root, unsigned int levels, u64 va)
{
	unsigned int va_bits = 12 + 9 * levels;
	u64 a = root, upper = va >> (va_bits - 1);

	if (upper && upper != ~0ULL >> (va_bits - 1))
		return FAULT("not sign-extended");
	for (int i = (int)levels - 1; i >= 0; i--) { /* steps 1, 2 */
		const u64 *table = mem_table(a);
		unsigned int low = 12 + 9 * (unsigned int)i;
		u64 pte;

		if (!table)
			return FAULT("access fault");
		pte = table[field(va, low + 8, low)];
		if (!field(pte, 0, 0))
			return FAULT("V = 0");
		if (!field(pte, 1, 1) && field(pte, 2, 2)) /* step 3 */
			return FAULT("R = 0 and W = 1");
		if (field(pte, 60, 54) || field(pte, 63, 63) || field(pte, 62, 61) == 3)
			return FAULT("reserved bits");
		if (!field(pte, 3, 1)) { /* step 4 */
			if (field(pte, 9, 4) || field(pte, 62, 61))
				return FAULT("table entry with more than V");
			a = field(pte, 53, 10) << 12;
			continue;
		}
		if (i > 0 && field(pte, 10 + 9 * (unsigned int)i - 1, 10)) /* step 5 */
			return FAULT("misaligned superpage");
		if (!field(pte, 6, 6) || (field(pte, 2, 2) && !field(pte, 7, 7)))
			return FAULT("A or D to be set"); /* step 9, Svade */
		return (struct hw_result){
			.pa = field(pte, 53, low - 2) << low | field(va, low - 1, 0),
			.level = (unsigned int)i,
			.bits = pte & ~(((1ULL << 44) - 1) << 10),
		};
	}
	return FAULT("no leaf at level 0");
}
