// SPDX-License-Identifier: BSD-2-Clause
/*
 * The shadow of vmalloc's region. A page of it that is of one area only and says the same
 * throughout is one of the two that all share; the others, at the borders of areas, are real.
 */
#include <kernel/errno.h>
#include <kernel/gfp.h>
#include <kernel/kasan.h>
#include <kernel/panic.h>
#include <asm/layout.h>
#include "../../../mm/vm_area.h"
#include "kasan_shared.h"

#define SPAN (PAGE_SIZE * KASAN_GRANULE_SIZE) /* what a page of shadow is of */

/* An area, of which the first bytes may be accessed. */
struct extent {
	unsigned long start, size, bytes;
};

/* The part of it that a page of shadow is of. */
static struct extent part_of(const struct extent *e, unsigned long shadow)
{
	unsigned long from = (unsigned long)kasan_shadow_to_mem((void *)shadow), to = from + SPAN;

	from = max(from, e->start);
	to = min(to, e->start + e->size);
	return (struct extent){ from, to - from,
				e->start + e->bytes > from ? min(to, e->start + e->bytes) - from
							   : 0 };
}

/* Whether the page says the same of all that it is of. */
static bool uniform(const struct extent *part)
{
	return part->size == SPAN && (!part->bytes || part->bytes == SPAN);
}

static void set_part(const struct extent *part)
{
	kasan_poison((void *)part->start, part->size, KASAN_VMALLOC);
	kasan_unpoison((void *)part->start, part->bytes);
}

static int own(unsigned long shadow)
{
	struct page *page = alloc_page(GFP_KERNEL);
	int err = page ? kasan_own(shadow, page_to_phys(page), 1) : -ENOMEM;

	if (err && page)
		__free_page(page);
	return err == -EEXIST ? 0 : err; /* who has a neighbour there was faster */
}

/* The pages of shadow from @at on that say the same as @part, and are shared. */
static unsigned long run_end(const struct extent *e, const struct extent *part, unsigned long at,
			     unsigned long last)
{
	for (at += PAGE_SIZE; at <= last && kasan_shadow_shared(at); at += PAGE_SIZE) {
		struct extent next = part_of(e, at);

		if (next.size != part->size || next.bytes != part->bytes)
			break;
	}
	return at;
}

int kasan_vmalloc_set(unsigned long start, unsigned long size, unsigned long bytes)
{
	const struct extent e = { start, size, bytes };
	unsigned long at = (unsigned long)kasan_mem_to_shadow((void *)start) & PAGE_MASK, next;
	unsigned long last = (unsigned long)kasan_mem_to_shadow((void *)(start + size - 1));
	int err = 0;

	for (; !err && at <= last; at = next) {
		struct extent part = part_of(&e, at);

		next = at + PAGE_SIZE;
		if (kasan_shadow_shared(at) && uniform(&part)) {
			next = run_end(&e, &part, at, last);
			err = kasan_share(at, next,
					  part.bytes ? KASAN_SHARED_VALID : KASAN_SHARED_FREE);
			continue;
		}
		if (kasan_shadow_shared(at)) {
			if (!part.bytes)
				continue; /* as it was made */
			err = own(at);
		}
		if (!err)
			set_part(&part);
	}
	return err;
}

/* Nobody has memory there: to be unmapped for a moment does no harm. */
static void give_back(unsigned long shadow)
{
	unsigned int level;
	phys_addr_t page = pte_pa(pgtable_walk(&kernel_pgtable, shadow, &level));

	if (WARN_ON(pgtable_unmap(&kernel_pgtable, shadow, PAGE_SIZE)))
		return;
	WARN_ON(kasan_share(shadow, shadow + PAGE_SIZE, KASAN_SHARED_FREE));
	__free_page(phys_to_page(page));
}

void kasan_vmalloc_release(unsigned long start, unsigned long size, unsigned long gap_start,
			   unsigned long gap_end)
{
	unsigned long at = (unsigned long)kasan_mem_to_shadow((void *)start) & PAGE_MASK;
	unsigned long last = (unsigned long)kasan_mem_to_shadow((void *)(start + size - 1)), from;

	for (; at <= last; at += PAGE_SIZE) {
		from = (unsigned long)kasan_shadow_to_mem((void *)at);
		if (!kasan_shadow_shared(at) && from >= gap_start && from + SPAN <= gap_end)
			give_back(at);
	}
}
