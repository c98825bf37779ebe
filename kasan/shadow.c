// SPDX-License-Identifier: BSD-2-Clause
/* The shadow: where it is, what is written there, and which byte of a range it forbids first. */
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/page.h>
#include "kasan.h"

DEFINE_PER_CPU(unsigned int, kasan_depth);

unsigned long kasan_lowest = KASAN_TOP;

void kasan_set_lowest(unsigned long addr)
{
	kasan_lowest = addr;
}

bool kasan_has_shadow(unsigned long addr)
{
	return has_shadow(addr);
}

u8 kasan_shadow_byte(unsigned long addr)
{
	return *kasan_mem_to_shadow((void *)addr);
}

/* One word, of 64 bytes of memory, is what it often is. */
static inline void set_shadow(u8 *shadow, u8 value, size_t size)
{
	if (size == sizeof(u64) && !((unsigned long)shadow % sizeof(u64)))
		*(u64 *)shadow = value * (~0UL / 0xff);
	else
		memset(shadow, value, size);
}

void kasan_poison(const void *addr, size_t size, u8 value)
{
	set_shadow(kasan_mem_to_shadow(addr), value, size / KASAN_GRANULE_SIZE);
}

void kasan_unpoison(const void *addr, size_t size)
{
	u8 *shadow = kasan_mem_to_shadow(addr);

	set_shadow(shadow, 0, size / KASAN_GRANULE_SIZE);
	if (size & KASAN_GRANULE_MASK)
		shadow[size / KASAN_GRANULE_SIZE] = size & KASAN_GRANULE_MASK;
}

void kasan_disable_current(void)
{
	kasan_depth++;
}

void kasan_enable_current(void)
{
	kasan_depth--;
}

unsigned long kasan_first_bad(unsigned long addr, size_t size)
{
	const unsigned long end = addr + size;

	while (addr < end && has_shadow(addr) &&
	       kasan_granule_allows(*kasan_mem_to_shadow((void *)addr), addr))
		addr++;
	return addr;
}
