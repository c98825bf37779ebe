/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BOOT_CRASH_H
#define BOOT_CRASH_H

#include <kernel/types.h>

/**
 * struct crash_kind - one way to fail
 * @run: does it. Coming back with 0 means that nothing failed, with 1 that it goes on
 * @cleanup: undoes what @run changed, also after a trap; may be NULL
 * @level, @clear, @set: for crash_with_entry()
 * @access: for those of KASAN
 */
struct crash_kind {
	const char *name;
	const char *help;
	int (*run)(const struct crash_kind *kind);
	void (*cleanup)(void);
	unsigned int level;
	u64 clear;
	u64 set;
	void (*access)(void);
};

/** crash_kasan_kind() - those that only KASAN notices, by number; NULL behind the last */
#ifdef CONFIG_KASAN
const struct crash_kind *crash_kasan_kind(unsigned int index);
#else
static inline const struct crash_kind *crash_kasan_kind(unsigned int index)
{
	return NULL;
}
#endif

/** crash_load() - read 8 bytes, in a function of its own for the backtrace's sake */
u64 crash_load(unsigned long addr);

/**
 * crash_with_entry() - damage an entry on the way to a page of its own, then read there
 * Changes the bits of the entry of @kind->level; crash_repair_entry() puts it back.
 */
int crash_with_entry(const struct crash_kind *kind);
void crash_repair_entry(void);

#endif
