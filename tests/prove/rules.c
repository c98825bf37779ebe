// SPDX-License-Identifier: BSD-2-Clause
/* What is refused: ranges and leaves. */
#include "mm/engine/pgtable_rules.c"
#include "tests/host/pgtable_hw.c"
#include "prove.h"

bool hw_read(u64 table, unsigned int index, u64 *pte)
{
	return false;
}

/* A range is taken exactly if it has pages, only whole ones, and each is translated. */
void range_refused(void)
{
	const struct mode *m = any_mode();
	unsigned long va = any_long(), size = any_long(), inside = any_long();
	unsigned long hole = 1UL << (m->address_bits - (m->stage == 1));
	unsigned __int128 end = (unsigned __int128)va + size;
	struct pgtable other, pt = { .geometry = geometry_of(m) };
	enum pgtable_refusal why = pgtable_range_refusal(&pt, va, size);

	prove((why == PGTABLE_UNALIGNED) == (va % 4096 || size % 4096));
	prove((why == PGTABLE_EMPTY) == (!size && va % 4096 == 0));
	prove(why || end <= (unsigned __int128)1 << 64);
	if (va % 4096 || size % 4096 || !size || end > (unsigned __int128)1 << 64) {
		prove(pgtable_refusal_error(why) == -EINVAL);
		prove((why == PGTABLE_WRAPS) == !(va % 4096 || size % 4096 || !size));
		return;
	}
	/* Whatever is in the range, if it is taken; and if not, one of three is not right. */
	assume(inside >= va && inside < end);
	prove(why || translated(m, inside));
	prove(!why || !translated(m, va) || !translated(m, end - 1) || (va < hole && end > hole));
	prove(!why || pgtable_refusal_error(why) == -ERANGE);
	prove((why == PGTABLE_TOO_WIDE) == (why && m->stage == 2));
	prove((why == PGTABLE_CROSSES_HOLE) ==
	      (why && m->stage == 1 && translated(m, va) && translated(m, end - 1)));
	pt.kernel = &other;
	prove(pgtable_range_refusal(&pt, va, size) == (why ? why
						       : m->stage == 1 && va >> 63
							       ? PGTABLE_KERNEL_HALF
							       : 0));
	end_reached();
}

/*
 * Besides being legal: W and X together in a guest's only. U and G: G-stage has user pages only,
 * and no global ones; S-stage takes any, but global ones are in the kernel's tree only, if there
 * are others with its half.
 */
static bool leaf_legal(const struct mode *m, union fields e, bool svpbmt, bool one_of_many)
{
	const struct hw_mode mode = { .levels = m->levels, .svpbmt = svpbmt };

	if (m->stage == 2 ? !e.u || e.g : (e.w && e.x) || (one_of_many && e.g))
		return false;
	return e.v && (e.r || e.w || e.x) && !e.ppn && !e.n && !bad_entry(&mode, e.val, 0);
}

void leaf_refused(void)
{
	const struct mode *m = any_mode();
	union fields e = { any_long() };
	struct pgtable other, pt = { .geometry = geometry_of(m), .svpbmt = any_bool() };
	enum pgtable_refusal why;

	pt.kernel = any_bool() ? &other : NULL;
	why = pgtable_leaf_refusal(&pt, e.val);
	prove(!why == leaf_legal(m, e, pt.svpbmt, pt.kernel));
	prove(leaf_common(&pt, e.val) == (!why && !e.pbmt));
	prove((why == PGTABLE_UNKNOWN_BITS) == (e.ppn || e.reserved || e.n));
	prove((pgtable_refusal_error(why) == -EOPNOTSUPP) == (why == PGTABLE_NO_SVPBMT));
	prove(why != PGTABLE_NO_SVPBMT || (!pt.svpbmt && (e.pbmt == 1 || e.pbmt == 2)));
	end_reached();
}

/* No refusal without its error and a text that ends. */
void refusal_table(void)
{
	unsigned int why = any_int();

	assume(why > 0 && why < NR_PGTABLE_REFUSALS);
	prove(pgtable_refusal_error(why) < 0);
	prove(pgtable_refusal_text(why)[0] && !refusals[why].text[sizeof(refusals[why].text) - 1]);
	end_reached();
}
