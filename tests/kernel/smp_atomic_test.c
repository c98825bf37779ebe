// SPDX-License-Identifier: BSD-2-Clause
/*
 * Atomics: values and what they return on one hart, sums over all; and the instructions they
 * became, as no host this runs on shows every order that a RISC-V hart may choose.
 */
#include <kernel/atomic.h>
#include <kernel/bitops.h>
#include <kernel/cmdline.h>
#include <kernel/ktest.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include "crowd.h"

/* Each operation in its four orders: what it returns, and what it leaves of 12. */
#define ONE_ORDER(p, call, args, returns, leaves) \
	p##_set(&a, 12);                          \
	EXPECT_EQ(p##_##call args, (returns));    \
	EXPECT_EQ(p##_read(&a), (leaves))
#define FOUR_ORDERS(p, call, args, returns, leaves)          \
	ONE_ORDER(p, call, args, returns, leaves);           \
	ONE_ORDER(p, call##_acquire, args, returns, leaves); \
	ONE_ORDER(p, call##_release, args, returns, leaves); \
	ONE_ORDER(p, call##_relaxed, args, returns, leaves)
#define NO_RETURN(p, call, args, leaves) \
	p##_set(&a, 12);                 \
	p##_##call args;                 \
	EXPECT_EQ(p##_read(&a), (leaves))

/* Split in two: each is expanded for three types. */
#define RETURNING(p, T)                                        \
	static noinline void p##_returning(void)               \
	{                                                      \
		p##_t a;                                       \
		FOUR_ORDERS(p, fetch_add, (5, &a), 12, 17);    \
		FOUR_ORDERS(p, fetch_sub, (20, &a), 12, -8);   \
		FOUR_ORDERS(p, fetch_and, (6, &a), 12, 4);     \
		FOUR_ORDERS(p, fetch_andnot, (4, &a), 12, 8);  \
		FOUR_ORDERS(p, fetch_or, (3, &a), 12, 15);     \
		FOUR_ORDERS(p, fetch_xor, (5, &a), 12, 9);     \
		FOUR_ORDERS(p, fetch_inc, (&a), 12, 13);       \
		FOUR_ORDERS(p, fetch_dec, (&a), 12, 11);       \
		FOUR_ORDERS(p, add_return, (5, &a), 17, 17);   \
		FOUR_ORDERS(p, sub_return, (20, &a), -8, -8);  \
		FOUR_ORDERS(p, inc_return, (&a), 13, 13);      \
		FOUR_ORDERS(p, dec_return, (&a), 11, 11);      \
		FOUR_ORDERS(p, xchg, (&a, -3), 12, -3);        \
		FOUR_ORDERS(p, cmpxchg, (&a, 12, -3), 12, -3); \
		FOUR_ORDERS(p, cmpxchg, (&a, 11, -3), 12, 12); \
	}
#define CONDITIONAL(p, T)                                              \
	static noinline void p##_conditional(void)                     \
	{                                                              \
		p##_t a = ATOMIC_INIT(-1);                             \
		T old = 12, other = 11;                                \
		EXPECT(p##_inc_and_test(&a) && !p##_inc_not_zero(&a)); \
		EXPECT_EQ(p##_read(&a), 0);                            \
		FOUR_ORDERS(p, try_cmpxchg, (&a, &old, -3), 1, -3);    \
		EXPECT_EQ(old, 12);                                    \
		ONE_ORDER(p, try_cmpxchg, (&a, &other, -3), 0, 12);    \
		EXPECT_EQ(other, 12);                                  \
		ONE_ORDER(p, add_unless, (&a, 5, 12), 0, 12);          \
		ONE_ORDER(p, add_unless, (&a, 5, 11), 1, 17);          \
		ONE_ORDER(p, fetch_add_unless, (&a, 5, 11), 12, 17);   \
		ONE_ORDER(p, inc_not_zero, (&a), 1, 13);               \
		ONE_ORDER(p, dec_if_positive, (&a), 11, 11);           \
		ONE_ORDER(p, sub_and_test, (12, &a), 1, 0);            \
		ONE_ORDER(p, sub_and_test, (13, &a), 0, -1);           \
		ONE_ORDER(p, dec_and_test, (&a), 0, 11);               \
		ONE_ORDER(p, add_negative, (-12, &a), 0, 0);           \
		ONE_ORDER(p, add_negative, (-13, &a), 1, -1);          \
		p##_set_release(&a, 0);                                \
		EXPECT_EQ(p##_dec_if_positive(&a), -1);                \
		EXPECT_EQ(p##_read_acquire(&a), 0);                    \
	}
#define VOID_OPS(p, T)                            \
	static noinline void p##_void(void)       \
	{                                         \
		p##_t a;                          \
		NO_RETURN(p, add, (5, &a), 17);   \
		NO_RETURN(p, sub, (20, &a), -8);  \
		NO_RETURN(p, and, (6, &a), 4);    \
		NO_RETURN(p, andnot, (4, &a), 8); \
		NO_RETURN(p, or, (3, &a), 15);    \
		NO_RETURN(p, xor, (5, &a), 9);    \
		NO_RETURN(p, inc, (&a), 13);      \
		NO_RETURN(p, dec, (&a), 11);      \
	}
#define OPERATIONS(p, T) RETURNING(p, T) CONDITIONAL(p, T) VOID_OPS(p, T)

OPERATIONS(atomic, int)
OPERATIONS(atomic64, s64)
OPERATIONS(atomic_long, long)

static void values(void)
{
	atomic_returning();
	atomic_conditional();
	atomic_void();
	atomic64_returning();
	atomic64_conditional();
	atomic64_void();
	atomic_long_returning();
	atomic_long_conditional();
	atomic_long_void();
}

/* Numbers wrap, and 4 bytes leave those behind them alone. */
static void widths(void)
{
	struct {
		atomic_t a;
		u32 behind;
	} small = { ATOMIC_INIT(INT_MAX), 0x5a5a5a5a };
	atomic64_t big = ATOMIC_INIT(0xffffffffLL);
	u32 word = 0x80000000;
	void *pointer = &big;

	EXPECT_EQ(atomic_inc_return(&small.a), INT_MIN);
	EXPECT_EQ(atomic_dec_return(&small.a), INT_MAX);
	EXPECT_EQ(atomic_xchg(&small.a, -1), INT_MAX);
	EXPECT_EQ(small.behind, 0x5a5a5a5a);
	EXPECT_EQ(atomic64_inc_return(&big), 0x100000000LL);
	EXPECT_EQ(cmpxchg(&word, 0x80000000U, 7U), 0x80000000U); /* LR extends the sign */
	EXPECT_EQ(word, 7);
	EXPECT(xchg(&pointer, NULL) == &big);
	EXPECT(cmpxchg(&pointer, NULL, &word) == NULL);
	EXPECT(pointer == &word);
}

static void bits(void)
{
	DECLARE_BITMAP(map, 130) = { 0 };

	static_assert(ARRAY_SIZE(map) == 3, "words");
	for (unsigned long nr = 0; nr < 130; nr += 43) {
		const unsigned long *word = &map[nr / 64], one = 1UL << nr % 64;

		set_bit(nr, map);
		EXPECT(test_bit(nr, map) && *word & one);
		EXPECT(test_and_set_bit(nr, map) && __test_and_set_bit(nr, map));
		EXPECT(test_and_clear_bit(nr, map) && !test_and_clear_bit(nr, map));
		EXPECT(!test_and_change_bit(nr, map) && __test_and_change_bit(nr, map));
		EXPECT(!(*word & one) && !test_bit(nr, map));
		EXPECT(!test_and_set_bit_lock(nr, map) && test_and_set_bit_lock(nr, map));
		clear_bit_unlock(nr, map);
		change_bit(nr, map);
		EXPECT(__test_and_clear_bit(nr, map));
		__set_bit(nr, map);
		__change_bit(nr, map);
		__change_bit(nr, map);
		EXPECT_EQ(*word, one);
		__clear_bit(nr, map);
		EXPECT_EQ(map[0] | map[1] | map[2], 0);
		set_bit(nr, map);
		clear_bit(nr, map);
		EXPECT_EQ(*word, 0);
	}
}

/* --- All harts on the same numbers --- */

struct sums {
	unsigned long repeats;
	atomic_t added, stepped;
	atomic64_t swapped, bounded, passed;
	unsigned long bit, toggled;
	unsigned long in_bit; /* guarded by the bit 0 */
};

static void sum_share(unsigned int index, void *info)
{
	struct sums *s = info;
	s64 mine = (s64)index + 1;

	for (unsigned long i = 0; i < s->repeats; i++) {
		atomic_add((int)index, &s->added);
		atomic_inc_return(&s->stepped);
		mine = atomic64_xchg(&s->swapped, mine);
		atomic64_add_unless(&s->bounded, 1, (s64)s->repeats);
		while (test_and_set_bit_lock(0, &s->bit))
			cpu_relax();
		s->in_bit++;
		clear_bit_unlock(0, &s->bit);
		change_bit(index, &s->toggled);
	}
	atomic64_add(mine, &s->passed);
}

static void sums(void)
{
	struct sums s = { .repeats = 500 * cmdline.ktest_work };
	unsigned long nr = crowd_run(NR_CPUS, sum_share, &s);

	EXPECT_EQ(atomic_read(&s.added), s.repeats * (nr * (nr - 1) / 2));
	EXPECT_EQ(atomic_read(&s.stepped), s.repeats * nr);
	/* What each put in is in the middle or with somebody. */
	EXPECT_EQ(atomic64_read(&s.swapped) + atomic64_read(&s.passed), nr * (nr + 1) / 2);
	EXPECT_EQ(atomic64_read(&s.bounded), s.repeats);
	EXPECT_EQ(s.in_bit, s.repeats * nr);
	EXPECT_EQ(s.toggled, s.repeats & 1 ? ~0UL >> (64 - nr) : 0);
}

static const struct ktest_case cases[] = {
	{ "values", values },
	{ "widths", widths },
	{ "bits", bits },
	{ "sums", sums },
};
KTEST_SUITE(smp_atomic, cases);
