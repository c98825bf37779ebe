// SPDX-License-Identifier: BSD-2-Clause
/*
 * The array of struct pages, and which part of it is there: a block of RAM is online when the
 * tables map its part of the array.
 */
#include <kernel/pgtable.h>
#include "page_alloc.h"

struct page *vmemmap;

bool block_online(phys_addr_t block)
{
	unsigned int level;

	/* The last page of its metadata is mapped last. */
	return pte_leaf(pgtable_walk(&kernel_pgtable,
				     (unsigned long)phys_to_page(block) + BLOCK_META_SIZE - 1,
				     &level));
}

bool pfn_online(unsigned long pfn)
{
	unsigned long va = (unsigned long)__va(PFN_PHYS(pfn));

	return vmemmap && pfn <= PFN_DOWN(~0ULL) &&
	       va >= ALIGN_DOWN(kernel_map.linear_start, BLOCK_SIZE) &&
	       va < ALIGN(kernel_map.linear_end, BLOCK_SIZE) &&
	       block_online(ALIGN_DOWN(PFN_PHYS(pfn), BLOCK_SIZE));
}

bool pfn_valid(unsigned long pfn)
{
	return pfn_online(pfn) && !(pfn_to_page(pfn)->flags & PG_hole);
}
