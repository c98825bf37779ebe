// SPDX-License-Identifier: BSD-2-Clause
/* The paging modes, and how an address becomes indexes. */
#include "mm/engine/pgtable_walk.c"
#include "prove.h"

/* The rows are the specification's, and there are no others. */
void geometry_rows(void)
{
	const struct mode *m = any_mode();
	const struct pgtable_geometry *g = geometry_of(m);
	unsigned int stage = any_int(), levels = any_int();

	prove(g->levels == m->levels && g->stage == m->stage && g->mode == m->satp_mode);
	prove(1U << g->root_bits == m->root_entries && g->input_bits == m->address_bits);
	prove(pgtable_root_size(g) == m->root_entries * 8);
	prove(g->sign_extended == (m->stage == 1) && g->max_leaf_level == m->levels - 1);
	prove(g->base_level <= g->max_leaf_level);
	assume(stage < 1 || stage > 2 || levels < 3 || levels > 5);
	prove(!pgtable_geometry(stage, levels));
	end_reached();
}

void geometry_canonical(void)
{
	const struct mode *m = any_mode();
	unsigned long va = any_long();

	prove(pgtable_canonical(geometry_of(m), va) == translated(m, va));
	end_reached();
}

/* Each index is VPN[level], and inside its table. */
void index_is_vpn(void)
{
	const struct mode *m = any_mode();
	unsigned long va = any_long();
	unsigned int level = any_int();

	assume(level < m->levels);
	prove(table_index(geometry_of(m), level, va) == vpn(m, level, va));
	prove(table_index(geometry_of(m), level, va) <
	      (level == m->levels - 1 ? m->root_entries : 512));
	end_reached();
}

/* All indexes and the offset in the page make the address again: two pages differ in one. */
void index_recompose(void)
{
	const struct mode *m = any_mode();
	const struct pgtable_geometry *g = geometry_of(m);
	unsigned long va = any_long(), input = va % 4096;

	assume(translated(m, va));
	for (unsigned int level = 0; level < m->levels; level++)
		input |= (unsigned long)table_index(g, level, va) << (12 + 9 * level);
	prove(input == va << (64 - m->address_bits) >> (64 - m->address_bits));
	end_reached();
}

/* The numbers the fast walk computes with say the same as levels and bits do. */
void index_fast(void)
{
	const struct mode *m = any_mode();
	const struct pgtable_geometry *g = geometry_of(m);
	unsigned long va = any_long(), at = g->walk, mask = g->root_mask;

	for (unsigned int level = m->levels - 1;; level--, at -= WALK_STEP, mask = TABLE_OFFSETS) {
		prove(at >> 6 == level);
		prove((va >> (at & 63) & mask) == vpn(m, level, va) * 8);
		if (!level)
			break;
	}
	end_reached();
}
