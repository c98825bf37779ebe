// SPDX-License-Identifier: BSD-2-Clause
/*
 * What compiled code calls: the interface of gcc's and clang's -fsanitize=kernel-address.
 * The names are theirs. Those that end in _noabort go on after a report; kernels have these.
 */
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/page.h>
#include "kasan.h"

/* Nobody else calls them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

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

static __always_inline bool range_allowed(unsigned long addr, size_t size)
{
	const u8 *first = kasan_mem_to_shadow((void *)addr);
	const u8 *last = kasan_mem_to_shadow((void *)(addr + size - 1));

	return kasan_granule_allows(*last, addr + size - 1) && skip_zeros(first, last) == last;
}

static bool kasan_check_range(unsigned long addr, size_t size, bool write, unsigned long ip)
{
	if (!size)
		return true;
	if (likely(addr + size > addr && has_shadow(addr) && has_shadow(addr + size - 1) &&
		   range_allowed(addr, size)))
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

/* Checks as calls (outline), and reports of checks made in place (inline). */
#define ACCESSES(size)            \
	ACCESS(load, size, false) \
	ACCESS(store, size, true)
#define ACCESS(kind, size, write)                                     \
	void __asan_##kind##size##_noabort(unsigned long addr)        \
	{                                                             \
		kasan_check_range(addr, size, write, RET_IP);         \
	}                                                             \
	void __asan_report_##kind##size##_noabort(unsigned long addr) \
	{                                                             \
		kasan_report(addr, size, write, RET_IP);              \
	}

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

#define ACCESS_N(kind, write)                                                  \
	void __asan_##kind##N_noabort(unsigned long addr, size_t size)         \
	{                                                                      \
		kasan_check_range(addr, size, write, RET_IP);                  \
	}                                                                      \
	void __asan_report_##kind##_n_noabort(unsigned long addr, size_t size) \
	{                                                                      \
		kasan_report(addr, size, write, RET_IP);                       \
	}

ACCESS_N(load, false)
ACCESS_N(store, true)

/*
 * What instrumented objects call for memcpy() and the like, also where the compiler made
 * the call: their names are changed after compiling. What is not allowed is not done.
 */
void *__asan_memcpy(void *dst, const void *src, size_t n)
{
	if (!kasan_check_range((unsigned long)src, n, false, RET_IP) ||
	    !kasan_check_range((unsigned long)dst, n, true, RET_IP))
		return dst;
	return memcpy(dst, src, n);
}

void *__asan_memmove(void *dst, const void *src, size_t n)
{
	if (!kasan_check_range((unsigned long)src, n, false, RET_IP) ||
	    !kasan_check_range((unsigned long)dst, n, true, RET_IP))
		return dst;
	return memmove(dst, src, n);
}

void *__asan_memset(void *dst, int c, size_t n)
{
	if (!kasan_check_range((unsigned long)dst, n, true, RET_IP))
		return dst;
	return memset(dst, c, n);
}

/* --- Stacks --- */

/* The code that goes on allows the frames that were left again: kasan_stack_abandoned(). */
void __asan_handle_no_return(void)
{
}

void kasan_stack_abandoned(const void *low, const void *sp)
{
	kasan_unpoison(low, ALIGN_DOWN((unsigned long)sp, KASAN_GRANULE_SIZE) - (unsigned long)low);
	kasan_fakestack_abandoned((unsigned long)low, (unsigned long)sp);
}

void __asan_poison_stack_memory(const void *addr, size_t size)
{
	kasan_poison(addr, ALIGN(size, KASAN_GRANULE_SIZE), KASAN_VMALLOC);
}

void __asan_unpoison_stack_memory(const void *addr, size_t size)
{
	kasan_unpoison(addr, size);
}

/* The compiler leaves 32 bytes below, and up to the next 32 and 32 more behind. */
#define ALLOCA_REDZONE 32UL

void __asan_alloca_poison(const char *addr, size_t size)
{
	size_t used = ALIGN(size, KASAN_GRANULE_SIZE), slot = ALIGN(size, ALLOCA_REDZONE);

	kasan_unpoison(addr, size);
	kasan_poison(addr - ALLOCA_REDZONE, ALLOCA_REDZONE, KASAN_ALLOCA_LEFT);
	kasan_poison(addr + used, slot - used + ALLOCA_REDZONE, KASAN_ALLOCA_RIGHT);
}

void __asan_allocas_unpoison(const char *top, const char *bottom)
{
	if (top && top < bottom)
		kasan_unpoison(top, (size_t)(bottom - top));
}

/* clang's, for large frames; @shadow is an address of shadow. */
#define SET_SHADOW(byte)                                       \
	void __asan_set_shadow_##byte(u8 *shadow, size_t size) \
	{                                                      \
		memset(shadow, 0x##byte, size);                \
	}

SET_SHADOW(00)
SET_SHADOW(f1)
SET_SHADOW(f2)
SET_SHADOW(f3)
SET_SHADOW(f5)
SET_SHADOW(f8)
