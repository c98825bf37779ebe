// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fixed slots. Their level-0 table is one of the image's static tables, so a slot can
 * be set when no other memory can be reached.
 */
#include <asm/fixmap.h>
#include <asm/tlbflush.h>

static pte_t *slots;

void fixmap_init(void)
{
	phys_addr_t table = pgtable_table(&kernel_pgtable, FIXADDR_START, 0);

	slots = (pte_t *)(table + kernel_map.va_kernel_pa_offset);
}

void set_fixmap_pte(unsigned int slot, pte_t pte)
{
	WRITE_ONCE(slots[slot].val, pte.val);
	/* Also when the slot was empty: a hart may cache that it was. */
	local_flush_tlb_page(fix_to_virt(slot));
}

pte_t get_fixmap_pte(unsigned int slot)
{
	return READ_ONCE(slots[slot]);
}

void set_fixmap(unsigned int slot, phys_addr_t pa, pgprot_t prot)
{
	set_fixmap_pte(slot, mk_pte(pa, prot));
}

void clear_fixmap(unsigned int slot)
{
	set_fixmap_pte(slot, (pte_t){ 0 });
}
