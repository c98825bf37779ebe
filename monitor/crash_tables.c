// SPDX-License-Identifier: BSD-2-Clause
/*
 * Crashes by a damaged page table. The page used lies in the last root entry of the
 * vmalloc region, which is filled from below: all tables down to it are its own.
 */
#include <kernel/errno.h>
#include <kernel/monitor.h>
#include <kernel/walk_report.h>
#include <asm/layout.h>
#include <asm/tlbflush.h>

#include "crash.h"

static u8 scratch_page[PAGE_SIZE] __aligned(PAGE_SIZE) __noinit;
static pte_t *damaged; /* NULL: none is */
static pte_t whole;    /* what was in it */

static unsigned long scratch_va(void)
{
	const struct pgtable_geometry *geometry = kernel_pgtable.geometry;

	return vm_region(VM_VMALLOC, geometry->input_bits).last + 1 -
	       pgtable_leaf_size(geometry->levels - 1U);
}

static int map_scratch(void)
{
	int err = pgtable_map(&kernel_pgtable, scratch_va(), __pa_symbol(scratch_page), PAGE_SIZE,
			      PAGE_KERNEL, PGTABLE_SMALL_ONLY);

	return err == -EEXIST ? 0 : err; /* from the last time */
}

int crash_damage_entry(const struct crash_kind *kind, unsigned long *va)
{
	unsigned int levels = kernel_pgtable.geometry->levels;
	struct spec_walk walk;
	int err;

	if (kind->level >= levels) {
		monitor_error("%s: the levels of %s are 0 to %u", kind->name,
			      kernel_pgtable.geometry->name, levels - 1);
		return -ENOENT;
	}
	err = map_scratch();
	if (err || walk_live(scratch_va(), ACCESS_LOAD, &walk) || walk.nr != levels) {
		monitor_error("%s: cannot map a page: %pe", kind->name, (void *)(long)err);
		return -ENOMEM;
	}
	/* Steps go from the root down, levels end at 0. */
	damaged = (pte_t *)__va(walk.step[levels - 1 - kind->level].table) +
		  walk.step[levels - 1 - kind->level].index;
	whole = *damaged;
	WRITE_ONCE(damaged->val, (whole.val & ~kind->clear) | kind->set);
	local_flush_tlb_all();
	*va = scratch_va();
	return 0;
}

void crash_repair_entry(void)
{
	if (!damaged)
		return;
	WRITE_ONCE(damaged->val, whole.val);
	local_flush_tlb_all();
	damaged = NULL;
}
