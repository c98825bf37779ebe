// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fixed slots. Their level-0 table is one of the image's static tables, so a slot can
 * be set when no other memory can be reached: by the engine too, in the middle of a call
 * and with its lock held. So a slot is stored here, by the engine's store, and not by
 * pgtable_map().
 */
#include <kernel/panic.h>
#include <asm/fixmap.h>
#include <asm/tlbflush.h>
#include "mm/engine/engine.h"

static pte_t *slots;

void fixmap_init(void)
{
	phys_addr_t table = pgtable_table(&kernel_pgtable, FIXADDR_START, 0);

	slots = (pte_t *)(table + kernel_map.va_kernel_pa_offset);
}

void set_fixmap_pte(unsigned int slot, pte_t pte)
{
	set_pte(&slots[slot], pte);
	/* Also when the slot was empty: a hart may cache that it was. */
	local_flush_tlb_page(fix_to_virt(slot));
}

pte_t get_fixmap_pte(unsigned int slot)
{
	return read_pte(&slots[slot]);
}

void replace_fixmap(unsigned int slot, phys_addr_t before, phys_addr_t pa, pgprot_t prot)
{
	phys_addr_t now = pte_pa(get_fixmap_pte(slot));

	if (now != before)
		panic("fixmap: slot %u is taken: it maps 0x%llx, and shall map 0x%llx", slot, now,
		      pa);
	set_fixmap_pte(slot, mk_pte(pa, __pgprot(typed(&kernel_pgtable, prot.val))));
}

void set_fixmap(unsigned int slot, phys_addr_t pa, pgprot_t prot)
{
	replace_fixmap(slot, 0, pa, prot);
}

void clear_fixmap(unsigned int slot)
{
	set_fixmap_pte(slot, (pte_t){ 0 });
}
