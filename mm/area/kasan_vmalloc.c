// SPDX-License-Identifier: BSD-2-Clause
/*
 * The shadow of vmalloc's region. A page of it that is of one area only and says the same
 * throughout is one of the two that all share; the others, at the borders of areas, are real.
 * They go when the last area there does, and so do the tables, but for the lowest of a gap:
 * there is where the next area will be.
 */
#include <kernel/errno.h>
#include <kernel/gfp.h>
#include <kernel/kasan.h>
#include <kernel/panic.h>
#include <kernel/sizes.h>
#include <asm/layout.h>
#include "vm_area.h"
#include "kasan/shared.h"

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

/* Nobody has memory there: to be unmapped for a moment does no harm. Tables go too. */
static void share_again(unsigned long start, unsigned long end)
{
	if (start < end && !WARN_ON(pgtable_unmap(&kernel_pgtable, start, end - start)))
		WARN_ON(kasan_share(start, end, KASAN_SHARED_FREE));
}

static void give_back(unsigned long shadow)
{
	unsigned int level;
	phys_addr_t page = pte_pa(pgtable_walk(&kernel_pgtable, shadow, &level));

	share_again(shadow, shadow + PAGE_SIZE);
	__free_page(phys_to_page(page));
}

static unsigned long shadow_of(unsigned long addr)
{
	return (unsigned long)kasan_mem_to_shadow((void *)addr);
}

void kasan_vmalloc_release(unsigned long start, unsigned long size, unsigned long gap_start,
			   unsigned long gap_end)
{
	unsigned long at = (unsigned long)kasan_mem_to_shadow((void *)start) & PAGE_MASK;
	/* With the guard page, which may have kept a page of shadow that began in it. */
	unsigned long last = shadow_of(start + size + PAGE_SIZE - 1), from;

	for (; at <= last; at += PAGE_SIZE) {
		from = (unsigned long)kasan_shadow_to_mem((void *)at);
		if (!kasan_shadow_shared(at) && from >= gap_start && from + SPAN <= gap_end)
			give_back(at);
	}
	share_again(max(ALIGN(shadow_of(gap_start) + 1, SZ_2M),
			ALIGN_DOWN(shadow_of(start), SZ_2M)),
		    min(ALIGN(last, SZ_2M), ALIGN_DOWN(shadow_of(gap_end), SZ_2M)));
}
