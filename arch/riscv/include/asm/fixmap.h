/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_FIXMAP_H
#define ASM_FIXMAP_H

#include <kernel/pgtable.h>
#include <asm/layout.h>

#define NR_FIX_PROBE 16

/* Pages at fixed addresses, mapped to whatever is needed for a moment. */
enum fixed_addresses {
	FIX_PROBE,                            /* 64 KiB, aligned: try the hart on entries */
	FIX_TABLE = FIX_PROBE + NR_FIX_PROBE, /* one page table of each level */
	FIX_PHYS = FIX_TABLE + LEVELS_MAX,    /* the monitor's look at a physical page */
	FIX_EARLYCON,                         /* registers of the UART of earlycon= */
	NR_FIXMAPS,
};

/** fix_to_virt() - the slot's address */
static inline unsigned long fix_to_virt(unsigned int slot)
{
	return FIXADDR_START + slot * PAGE_SIZE;
}

/** fixmap_init() - find the slots' table; needs kernel_pgtable's root, geometry and offset */
void fixmap_init(void);

/**
 * set_fixmap() - map one page; clear_fixmap() - unmap it; replace_fixmap() - map another one
 * @before: what it maps now
 * @pa:     a multiple of 4 KiB
 * @prot:   as pgtable_map()
 * Panics if the slot maps something else: somebody uses it who should not.
 * Context: translation on, one user for each slot. Fences for itself. Nobody may merge or
 * unmap the region with the engine: the slots' table is kept by its address.
 */
void set_fixmap(unsigned int slot, phys_addr_t pa, pgprot_t prot);
void replace_fixmap(unsigned int slot, phys_addr_t before, phys_addr_t pa, pgprot_t prot);
void clear_fixmap(unsigned int slot);

/** set_fixmap_pte() - put any entry into a slot, legal or not; get_fixmap_pte() - read it */
void set_fixmap_pte(unsigned int slot, pte_t pte);
pte_t get_fixmap_pte(unsigned int slot);

#endif
