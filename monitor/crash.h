/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MONITOR_CRASH_H
#define MONITOR_CRASH_H

#include <kernel/types.h>

/**
 * struct crash_kind - one way to fail
 * @run: does it. Coming back with 0 means that nothing failed, with 1 that it goes on
 * @cleanup: undoes what @run changed, also after a trap; may be NULL
 * @level, @clear, @set: for crash_damage_entry()
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

/**
 * crash_damage_entry() - damage an entry on the way to a page of its own
 * Changes the bits of the entry of @kind->level; crash_repair_entry() puts it back.
 * @va: out: the page's address, which cannot be accessed then
 * Return: 0, or -errno after saying what is wrong.
 */
int crash_damage_entry(const struct crash_kind *kind, unsigned long *va);
void crash_repair_entry(void);

#endif
