// SPDX-License-Identifier: BSD-2-Clause
/* Entries: what is put in comes out, and what an entry is. */
#include "mm/engine/engine.h"
#include "prove.h"

/* Frame and attributes of any entry are kept apart. */
void entry_fields(void)
{
	union fields e = { any_long() }, bits = e;
	pte_t pte = { e.val };

	bits.ppn = 0;
	prove(pte_pa(pte) == (u64)e.ppn * 4096);
	prove(mk_pte((u64)e.ppn * 4096, __pgprot(bits.val)).val == e.val);
	end_reached();
}

/* An entry is exactly one of: invalid, a leaf, a pointer to a table. */
void entry_kinds(void)
{
	union fields e = { any_long() };
	pte_t pte = { e.val };

	prove(pte_present(pte) == e.v);
	prove(pte_leaf(pte) == (e.v && (e.r || e.w || e.x)));
	prove(pte_table(pte) == (e.v && !e.r && !e.w && !e.x));
	prove(!pte_present(pte) + pte_leaf(pte) + pte_table(pte) == 1);
	end_reached();
}

/* What the walk takes for a pointer is one, and each pointer the engine writes is taken. */
void entry_pointers(void)
{
	union fields e = { any_long() };
	pte_t pte = { e.val };
	phys_addr_t table = any_long();

	assume(table % 4096 == 0 && table >> 56 == 0);
	prove(points_to_table(mk_pte(table, __pgprot(_PAGE_PRESENT))));
	prove(!points_to_table(pte) || pte_table(pte));
	/* The short cut of walk_tables(). */
	assume(points_to_table(pte) && !e.reserved && !e.pbmt && !e.n);
	prove((e.val << 2) - (_PAGE_PRESENT << 2) == pte_pa(pte));
	end_reached();
}

/* Svnapot: PPN[0] is 1000 in binary, and stands for the four low bits of VPN[0]. */
void entry_napot(void)
{
	union fields e = { any_long() }, was = e, seen;
	unsigned long va = any_long();

	assume(!is_napot(e) || (e.ppn & 15) == 8);
	seen.val = as_walked((pte_t){ e.val }, va).val;
	if (is_napot(e))
		e.ppn = (e.ppn & ~15ULL) | (va / 4096 & 15);
	prove(seen.val == e.val);
	prove(is_napot(was) || seen.val == was.val);
	end_reached();
}
