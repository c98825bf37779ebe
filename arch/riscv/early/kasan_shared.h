/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EARLY_KASAN_SHARED_H
#define EARLY_KASAN_SHARED_H

#include <kernel/pgtable.h>

/*
 * Two pages of shadow that all memory without a shadow of its own shares, "all may be accessed"
 * and "free", each with the tables that lead to nothing else. They lie side by side in the
 * image and are read-only from the first translated instruction on.
 */
enum kasan_shared_kind {
	KASAN_SHARED_VALID,
	KASAN_SHARED_FREE,
	NR_KASAN_SHARED
};

#define KASAN_SHARED_SIZE (NR_KASAN_SHARED * LEVELS_MAX * PAGE_SIZE)

/** struct kasan_shared - of one kind: the page, then the tables by level */
struct kasan_shared {
	phys_addr_t pa[LEVELS_MAX];
};

/** kasan_shared_at() - where they are, if the first of all is at @start */
static inline struct kasan_shared kasan_shared_at(phys_addr_t start, enum kasan_shared_kind kind)
{
	struct kasan_shared shared;

	for (unsigned int level = 0; level < LEVELS_MAX; level++)
		shared.pa[level] = start + (kind * LEVELS_MAX + level) * PAGE_SIZE;
	return shared;
}

#endif
