/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KASAN_KASAN_H
#define KASAN_KASAN_H

#include <kernel/kasan.h>
#include <kernel/percpu.h>
#include <asm/sections.h>

/* Between the files here. */

#define RET_IP ((unsigned long)__builtin_return_address(0))

/** struct kasan_global - what the compiler tells of a variable (its ABI, version 8) */
struct kasan_global {
	const char *start;
	size_t size, size_with_redzone;
	const char *name, *module;
	unsigned long dynamic_init;
	const struct {
		const char *file;
		int line, column;
	} *location;
	unsigned long odr;
};

DECLARE_PER_CPU(unsigned int, kasan_depth);

/* The lowest address that has shadow. */
extern unsigned long kasan_lowest;

/** has_shadow() - kasan_has_shadow() in place; the shadow itself has none */
static inline bool has_shadow(unsigned long addr)
{
	if (addr >= KASAN_TOP)
		return addr < (unsigned long)_end;
	return addr >= kasan_lowest &&
	       addr < (unsigned long)kasan_mem_to_shadow((void *)kasan_lowest);
}

#define KASAN_GRANULE_MASK (KASAN_GRANULE_SIZE - 1)

/** kasan_granule_allows() - whether @shadow lets an access end at @last */
static inline bool kasan_granule_allows(u8 shadow, unsigned long last)
{
	return !shadow || (shadow < KASAN_GRANULE_SIZE && (last & KASAN_GRANULE_MASK) < shadow);
}

/** kasan_first_bad() - the first byte of a range that may not be accessed, or its end */
unsigned long kasan_first_bad(unsigned long addr, size_t size);

/** kasan_report() - say what is wrong with it */
void kasan_report(unsigned long addr, size_t size, bool write, unsigned long ip);

/** kasan_find_global() - the variable at, or whose redzone is at, an address, or NULL */
const struct kasan_global *kasan_find_global(unsigned long addr);

/** kasan_describe_frame() - the variables of the function whose stack frame has @addr */
void kasan_describe_frame(unsigned long addr);

/** kasan_describe_variables() - of the frame that starts at @frame, for an access at @addr */
void kasan_describe_variables(const void *frame, unsigned long addr);

/*
 * kasan/fakestack.c: kasan_fakestack_abandoned() - give back frames of functions that were left
 * while the stack was there; kasan_fakestack_describe() - as kasan_describe_frame(), for an
 * address in one of its frames. Return: whether it is.
 */
#ifdef CONFIG_KASAN_USE_AFTER_RETURN
void kasan_fakestack_abandoned(unsigned long low, unsigned long high);
bool kasan_fakestack_describe(unsigned long addr);
#else
static inline void kasan_fakestack_abandoned(unsigned long low, unsigned long high)
{
}
static inline bool kasan_fakestack_describe(unsigned long addr)
{
	return false;
}
#endif

#endif
