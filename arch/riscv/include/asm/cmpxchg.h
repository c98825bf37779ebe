/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_CMPXCHG_H
#define ASM_CMPXCHG_H

#include <kernel/kasan-checks.h>
#include <kernel/types.h>

/*
 * Reading and writing memory in one step: amo_*() are the AMO instructions, cmpxchg() is a
 * loop of LR and SC. On 4 or 8 bytes. The plain names are fully ordered when they store, as
 * Linux's are; a cmpxchg() that does not store gives no order.
 *
 * Not the compilers' __atomic built-ins: gcc 12 makes an acquiring compare-and-exchange
 * `lr, sc.aq`, which acquires nothing, and clang 19 a sequentially consistent one that is no
 * full barrier. Documentation/explanation/memory-model.md has the argument of each.
 *
 * KASAN's checks are put in by hand, as compilers do not look into assembly.
 */
#ifdef __riscv

#define AMO(op, order, ptr, val)                                               \
	({                                                                     \
		__typeof__(ptr) _at = (ptr);                                   \
		__typeof__(*_at) _was, _val = (val);                           \
		static_assert(sizeof(_was) == 4 || sizeof(_was) == 8, #op);    \
		(void)kasan_check_write(_at, sizeof(_was));                    \
		if (sizeof(_was) == 4)                                         \
			__asm__ __volatile__("amo" op ".w" order " %0, %2, %1" \
					     : "=r"(_was), "+A"(*_at)          \
					     : "r"(_val)                       \
					     : "memory");                      \
		else                                                           \
			__asm__ __volatile__("amo" op ".d" order " %0, %2, %1" \
					     : "=r"(_was), "+A"(*_at)          \
					     : "r"(_val)                       \
					     : "memory");                      \
		_was;                                                          \
	})

/* LR sign-extends 4 bytes, so what is expected is compared as a signed number. */
#define CMPXCHG_LOOP(width, sc, after, ptr, expected, new)               \
	__asm__ __volatile__("0:	lr" width " %0, %2\n"            \
			     "	bne %0, %3, 1f\n"                         \
			     "	sc" width sc " %1, %4, %2\n"             \
			     "	bnez %1, 0b\n" after "1:"                \
			     : "=&r"(_was), "=&r"(_failed), "+A"(*(ptr)) \
			     : "r"(expected), "r"(new)                   \
			     : "memory")

#define CMPXCHG(sc, after, ptr, old, new)                                                \
	({                                                                               \
		__typeof__(ptr) _at = (ptr);                                             \
		__typeof__(*_at) _was, _old = (old), _new = (new);                       \
		unsigned long _failed;                                                   \
		static_assert(sizeof(_was) == 4 || sizeof(_was) == 8, "cmpxchg");        \
		(void)kasan_check_write(_at, sizeof(_was));                              \
		if (sizeof(_was) == 4)                                                   \
			CMPXCHG_LOOP(".w", sc, after, _at, (long)(s32)(long)_old, _new); \
		else                                                                     \
			CMPXCHG_LOOP(".d", sc, after, _at, _old, _new);                  \
		_was;                                                                    \
	})

#define cmpxchg_relaxed(ptr, old, new) CMPXCHG("", "", ptr, old, new)
#define cmpxchg_acquire(ptr, old, new) CMPXCHG("", "	fence r, rw\n", ptr, old, new)
#define cmpxchg_release(ptr, old, new) CMPXCHG(".rl", "", ptr, old, new)
#define cmpxchg(ptr, old, new)         CMPXCHG(".rl", "	fence rw, rw\n", ptr, old, new)

#define AMO_RELAXED                    ""
#define AMO_ACQUIRE                    ".aq"
#define AMO_RELEASE                    ".rl"
#define AMO_FULL                       ".aqrl"

#define amo_add(order, ptr, val)       AMO("add", order, ptr, val)
#define amo_and(order, ptr, val)       AMO("and", order, ptr, val)
#define amo_or(order, ptr, val)        AMO("or", order, ptr, val)
#define amo_xor(order, ptr, val)       AMO("xor", order, ptr, val)
#define amo_swap(order, ptr, val)      AMO("swap", order, ptr, val)

#else /* the host tests' */

#define AMO_RELAXED               __ATOMIC_SEQ_CST
#define AMO_ACQUIRE               __ATOMIC_SEQ_CST
#define AMO_RELEASE               __ATOMIC_SEQ_CST
#define AMO_FULL                  __ATOMIC_SEQ_CST

#define amo_add(order, ptr, val)  __atomic_fetch_add(ptr, val, order)
#define amo_and(order, ptr, val)  __atomic_fetch_and(ptr, val, order)
#define amo_or(order, ptr, val)   __atomic_fetch_or(ptr, val, order)
#define amo_xor(order, ptr, val)  __atomic_fetch_xor(ptr, val, order)
#define amo_swap(order, ptr, val) __atomic_exchange_n(ptr, val, order)

#define cmpxchg(ptr, old, new)                                                         \
	({                                                                             \
		__typeof__(*(ptr)) _seen = (old);                                      \
		__atomic_compare_exchange_n(ptr, &_seen, new, false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST);                         \
		_seen;                                                                 \
	})
#define cmpxchg_relaxed cmpxchg
#define cmpxchg_acquire cmpxchg
#define cmpxchg_release cmpxchg

#endif

/** xchg() - store @v; gives what was there */
#define xchg_relaxed(ptr, v) amo_swap(AMO_RELAXED, ptr, v)
#define xchg_acquire(ptr, v) amo_swap(AMO_ACQUIRE, ptr, v)
#define xchg_release(ptr, v) amo_swap(AMO_RELEASE, ptr, v)
#define xchg(ptr, v)         amo_swap(AMO_FULL, ptr, v)

/**
 * try_cmpxchg() - store @new if *@ptr is *@oldp; else *@oldp becomes what it is
 * Return: whether it was stored. Order as cmpxchg().
 */
#define TRY_CMPXCHG(how, ptr, oldp, new)                              \
	({                                                            \
		__typeof__(oldp) _oldp = (oldp);                      \
		__typeof__(*(ptr)) _expected = *_oldp;                \
		__typeof__(*(ptr)) _found = how(ptr, _expected, new); \
		*_oldp = _found;                                      \
		_found == _expected;                                  \
	})
#define try_cmpxchg_relaxed(ptr, oldp, new) TRY_CMPXCHG(cmpxchg_relaxed, ptr, oldp, new)
#define try_cmpxchg_acquire(ptr, oldp, new) TRY_CMPXCHG(cmpxchg_acquire, ptr, oldp, new)
#define try_cmpxchg_release(ptr, oldp, new) TRY_CMPXCHG(cmpxchg_release, ptr, oldp, new)
#define try_cmpxchg(ptr, oldp, new)         TRY_CMPXCHG(cmpxchg, ptr, oldp, new)

#endif
