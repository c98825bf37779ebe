// SPDX-License-Identifier: BSD-2-Clause
/*
 * The image's variables. Each source file has a constructor that hands over the table of its
 * variables. To find one of them for a report, the constructors run again: no list has to be kept.
 */
#include <kernel/sizes.h>
#include "kasan.h"

/* Only compiled code calls them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static unsigned long wanted;
static const struct kasan_global *found;

static void forbid_after(const struct kasan_global *g)
{
	size_t used = ALIGN(g->size, KASAN_GRANULE_SIZE);

	kasan_unpoison(g->start, g->size);
	kasan_poison(g->start + used, g->size_with_redzone - used, KASAN_GLOBAL_REDZONE);
}

void __asan_register_globals(const struct kasan_global *table, size_t nr)
{
	for (const struct kasan_global *g = table; g < table + nr; g++) {
		if (!wanted)
			forbid_after(g);
		else if (wanted - (unsigned long)g->start < g->size_with_redzone)
			found = g;
	}
}

void __asan_unregister_globals(const struct kasan_global *table, size_t nr)
{
}

extern void (*const __init_array_start[])(void), (*const __init_array_end[])(void);

void kasan_init_globals(void)
{
	for (void (*const *constructor)(void) = __init_array_start; constructor < __init_array_end;
	     constructor++)
		(*constructor)();
}

const struct kasan_global *kasan_find_global(unsigned long addr)
{
	found = NULL;
	wanted = addr;
	kasan_init_globals();
	wanted = 0;
	return found;
}
