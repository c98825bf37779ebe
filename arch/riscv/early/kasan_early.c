// SPDX-License-Identifier: BSD-2-Clause
/*
 * The shadow that stands before the first instrumented instruction: the image's own, real and
 * clear, and "all may be accessed" for the rest of the top 4 GiB, where the fixmap and the
 * device tree are. It hangs from tables that all paging modes share, so it is the same in all.
 */
#include <kernel/pgtable.h>
#include <kernel/string.h>
#include <asm/kasan.h>
#include <asm/sections.h>
#include "early.h"
#include "kasan_shared.h"

void kasan_early_init(struct pgtable *pt)
{
	unsigned long image = (unsigned long)kasan_mem_to_shadow((void *)KERNEL_LINK_ADDR);
	unsigned long top = (unsigned long)kasan_mem_to_shadow((void *)KASAN_TOP);
	unsigned long size = (unsigned long)(__kasan_shadow_end - __kasan_shadow);
	struct kasan_shared shared;

	for (unsigned int kind = 0; kind < NR_KASAN_SHARED; kind++) {
		shared = kasan_shared_at((unsigned long)__kasan_shared, kind);
		memset((void *)shared.pa[0], kind == KASAN_SHARED_FREE ? KASAN_PAGE_FREE : 0,
		       PAGE_SIZE);
		pgtable_fill_shared(pt, shared.pa, LEVELS_MAX, PAGE_KERNEL_READ);
	}
	memset(__kasan_shadow, 0, size);
	shared = kasan_shared_at((unsigned long)__kasan_shared, KASAN_SHARED_VALID);
	if (pgtable_map(pt, image, (unsigned long)__kasan_shadow, size, PAGE_KERNEL,
			PGTABLE_SMALL_ONLY) ||
	    pgtable_map_shared(pt, top, image - top, shared.pa, PAGE_KERNEL_READ))
		early_die("cannot map KASAN's shadow");
}
