// SPDX-License-Identifier: BSD-2-Clause
/* The shadow: written, read, compared with an access. */
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/page.h>
#include <asm/sections.h>
#include "kasan.h"

#define GRANULE_MASK (KASAN_GRANULE_SIZE - 1)

DEFINE_PER_CPU(unsigned int, kasan_depth);

static unsigned long lowest = KASAN_TOP;

void kasan_set_lowest(unsigned long addr)
{
	lowest = addr;
}

/* The shadow itself has none. */
bool kasan_has_shadow(unsigned long addr)
{
	if (addr >= KASAN_TOP)
		return addr < (unsigned long)_end;
	return addr >= lowest && addr < (unsigned long)kasan_mem_to_shadow((void *)lowest);
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
	if (size & GRANULE_MASK)
		shadow[size / KASAN_GRANULE_SIZE] = size & GRANULE_MASK;
}

void kasan_stack_abandoned(const void *low, const void *sp)
{
	kasan_unpoison(low, ALIGN_DOWN((unsigned long)sp, KASAN_GRANULE_SIZE) - (unsigned long)low);
	kasan_fakestack_abandoned((unsigned long)low, (unsigned long)sp);
}

void kasan_disable_current(void)
{
	kasan_depth++;
}

void kasan_enable_current(void)
{
	kasan_depth--;
}

/* The first byte of @shadow that is not 0, or @end. */
static inline const u8 *skip_zeros(const u8 *shadow, const u8 *end)
{
	for (; shadow < end && (unsigned long)shadow % sizeof(u64); shadow++)
		if (*shadow)
			return shadow;
	while (end - shadow >= (long)sizeof(u64) && !*(const u64 *)shadow)
		shadow += sizeof(u64);
	while (shadow < end && !*shadow)
		shadow++;
	return shadow;
}

static inline bool granule_allows(u8 shadow, unsigned long last)
{
	return !shadow || (shadow < KASAN_GRANULE_SIZE && (last & GRANULE_MASK) < shadow);
}

static __always_inline bool range_allowed(unsigned long addr, size_t size)
{
	const u8 *first = kasan_mem_to_shadow((void *)addr);
	const u8 *last = kasan_mem_to_shadow((void *)(addr + size - 1));

	return granule_allows(*last, addr + size - 1) && skip_zeros(first, last) == last;
}

unsigned long kasan_first_bad(unsigned long addr, size_t size)
{
	const unsigned long end = addr + size;

	while (addr < end && kasan_has_shadow(addr) &&
	       granule_allows(*kasan_mem_to_shadow((void *)addr), addr))
		addr++;
	return addr;
}

bool kasan_check_range(unsigned long addr, size_t size, bool write, unsigned long ip)
{
	if (!size)
		return true;
	if (likely(addr + size > addr && kasan_has_shadow(addr) &&
		   kasan_has_shadow(addr + size - 1) && range_allowed(addr, size)))
		return true;
	kasan_report(addr, size, write, ip);
	return false;
}

bool __kasan_check_read(const volatile void *p, size_t size)
{
	return kasan_check_range((unsigned long)p, size, false, RET_IP);
}

bool __kasan_check_write(const volatile void *p, size_t size)
{
	return kasan_check_range((unsigned long)p, size, true, RET_IP);
}
