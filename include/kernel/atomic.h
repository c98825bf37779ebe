/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_ATOMIC_H
#define KERNEL_ATOMIC_H

#include <asm/barrier.h>
#include <asm/cmpxchg.h>

/*
 * Numbers that harts change together: atomic_t (int), atomic64_t (s64), atomic_long_t, with
 * Linux's names and order:
 *
 *   atomic_read(), atomic_set(), and what returns nothing (atomic_add(), ...)  no order
 *   what returns a value (atomic_add_return(), atomic_fetch_add(), ...)        full barrier
 *   the same with _acquire, _release, _relaxed                                 that
 *   conditional ones (atomic_cmpxchg(), atomic_add_unless(), ...)              only if they store
 *
 * atomic_read_acquire() and atomic_set_release() are there too. Numbers wrap.
 */
typedef struct {
	int counter;
} atomic_t;
typedef struct {
	s64 counter;
} atomic64_t;
typedef struct {
	long counter;
} atomic_long_t;

#define ATOMIC_INIT(i) { (i) }

/* add is amo_add(order, ptr, v); sub is amo_add of -v. */
#define ATOMIC_VOID(p, T, name, amo, v)                       \
	static __always_inline void p##_##name(T i, p##_t *a) \
	{                                                     \
		amo(AMO_RELAXED, &a->counter, v);             \
	}
#define ATOMIC_FETCH(p, T, name, amo, v, sfx, order)                  \
	static __always_inline T p##_fetch_##name##sfx(T i, p##_t *a) \
	{                                                             \
		return amo(order, &a->counter, v);                    \
	}
#define ATOMIC_STEP(p, T, name, v, sfx, order)                              \
	static __always_inline T p##_fetch_##name##sfx(p##_t *a)            \
	{                                                                   \
		return amo_add(order, &a->counter, v);                      \
	}                                                                   \
	static __always_inline T p##_##name##_return##sfx(p##_t *a)         \
	{                                                                   \
		return (T)((u64)amo_add(order, &a->counter, v) + (u64)(v)); \
	}
#define ATOMIC_SUM(p, T, name, v, sfx, order)                               \
	static __always_inline T p##_##name##_return##sfx(T i, p##_t *a)    \
	{                                                                   \
		return (T)((u64)amo_add(order, &a->counter, v) + (u64)(v)); \
	}

/* Whatever returns a value, in one order. Unsigned, so that -i cannot overflow. */
#define ATOMIC_ORDERED(p, T, sfx, order)                                          \
	ATOMIC_FETCH(p, T, add, amo_add, i, sfx, order)                           \
	ATOMIC_FETCH(p, T, sub, amo_add, (T)(0 - (u64)i), sfx, order)             \
	ATOMIC_FETCH(p, T, and, amo_and, i, sfx, order)                           \
	ATOMIC_FETCH(p, T, andnot, amo_and, ~i, sfx, order)                       \
	ATOMIC_FETCH(p, T, or, amo_or, i, sfx, order)                             \
	ATOMIC_FETCH(p, T, xor, amo_xor, i, sfx, order)                           \
	ATOMIC_SUM(p, T, add, i, sfx, order)                                      \
	ATOMIC_SUM(p, T, sub, (T)(0 - (u64)i), sfx, order)                        \
	ATOMIC_STEP(p, T, inc, 1, sfx, order)                                     \
	ATOMIC_STEP(p, T, dec, -1, sfx, order)                                    \
	static __always_inline T p##_xchg##sfx(p##_t *a, T v)                     \
	{                                                                         \
		return xchg##sfx(&a->counter, v);                                 \
	}                                                                         \
	static __always_inline T p##_cmpxchg##sfx(p##_t *a, T old, T new)         \
	{                                                                         \
		return cmpxchg##sfx(&a->counter, old, new);                       \
	}                                                                         \
	static __always_inline bool p##_try_cmpxchg##sfx(p##_t *a, T *old, T new) \
	{                                                                         \
		return try_cmpxchg##sfx(&a->counter, old, new);                   \
	}

#define ATOMIC_TESTS(p, T)                                                            \
	static __always_inline bool p##_sub_and_test(T i, p##_t *a)                   \
	{                                                                             \
		return p##_sub_return(i, a) == 0;                                     \
	}                                                                             \
	static __always_inline bool p##_dec_and_test(p##_t *a)                        \
	{                                                                             \
		return p##_dec_return(a) == 0;                                        \
	}                                                                             \
	static __always_inline bool p##_inc_and_test(p##_t *a)                        \
	{                                                                             \
		return p##_inc_return(a) == 0;                                        \
	}                                                                             \
	static __always_inline bool p##_add_negative(T i, p##_t *a)                   \
	{                                                                             \
		return p##_add_return(i, a) < 0;                                      \
	}                                                                             \
	/* Adds i unless the number is u; gives what it was. */                       \
	static __always_inline T p##_fetch_add_unless(p##_t *a, T i, T u)             \
	{                                                                             \
		T was = p##_read(a);                                                  \
		while (was != u && !p##_try_cmpxchg(a, &was, (T)((u64)was + (u64)i))) \
			;                                                             \
		return was;                                                           \
	}                                                                             \
	static __always_inline bool p##_add_unless(p##_t *a, T i, T u)                \
	{                                                                             \
		return p##_fetch_add_unless(a, i, u) != u;                            \
	}                                                                             \
	static __always_inline bool p##_inc_not_zero(p##_t *a)                        \
	{                                                                             \
		return p##_add_unless(a, 1, 0);                                       \
	}                                                                             \
	/* The number less one; it is stored unless that is negative. */              \
	static __always_inline T p##_dec_if_positive(p##_t *a)                        \
	{                                                                             \
		T was = p##_read(a);                                                  \
		while (was > 0 && !p##_try_cmpxchg(a, &was, was - 1))                 \
			;                                                             \
		return (T)((u64)was - 1);                                             \
	}

#define ATOMIC_TYPE(p, T)                                          \
	static __always_inline T p##_read(const p##_t *a)          \
	{                                                          \
		return READ_ONCE(a->counter);                      \
	}                                                          \
	static __always_inline T p##_read_acquire(const p##_t *a)  \
	{                                                          \
		T v = READ_ONCE(a->counter);                       \
		RISCV_FENCE(r, rw);                                \
		return v;                                          \
	}                                                          \
	static __always_inline void p##_set(p##_t *a, T v)         \
	{                                                          \
		WRITE_ONCE(a->counter, v);                         \
	}                                                          \
	static __always_inline void p##_set_release(p##_t *a, T v) \
	{                                                          \
		smp_store_release(&a->counter, v);                 \
	}                                                          \
	ATOMIC_VOID(p, T, add, amo_add, i)                         \
	ATOMIC_VOID(p, T, sub, amo_add, (T)(0 - (u64)i))           \
	ATOMIC_VOID(p, T, and, amo_and, i)                         \
	ATOMIC_VOID(p, T, andnot, amo_and, ~i)                     \
	ATOMIC_VOID(p, T, or, amo_or, i)                           \
	ATOMIC_VOID(p, T, xor, amo_xor, i)                         \
	static __always_inline void p##_inc(p##_t *a)              \
	{                                                          \
		p##_add(1, a);                                     \
	}                                                          \
	static __always_inline void p##_dec(p##_t *a)              \
	{                                                          \
		p##_add(-1, a);                                    \
	}                                                          \
	ATOMIC_ORDERED(p, T, , AMO_FULL)                           \
	ATOMIC_ORDERED(p, T, _acquire, AMO_ACQUIRE)                \
	ATOMIC_ORDERED(p, T, _release, AMO_RELEASE)                \
	ATOMIC_ORDERED(p, T, _relaxed, AMO_RELAXED)                \
	ATOMIC_TESTS(p, T)

ATOMIC_TYPE(atomic, int)
ATOMIC_TYPE(atomic64, s64)
ATOMIC_TYPE(atomic_long, long)

#endif
