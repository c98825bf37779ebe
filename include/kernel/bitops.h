/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_BITOPS_H
#define KERNEL_BITOPS_H

#include <asm/barrier.h>
#include <asm/cmpxchg.h>

/*
 * Bits of arrays of unsigned long: bit n is bit n % 64 of word n / 64. As in Linux, set_bit(),
 * clear_bit() and change_bit() are atomic and give no order; test_and_*() are full barriers and
 * give what the bit was; those with __ are not atomic.
 */
#define BITS_PER_LONG              64
#define BIT_WORD(nr)               ((nr) / BITS_PER_LONG)
#define BIT_MASK(nr)               (1UL << ((nr) % BITS_PER_LONG))
#define BITS_TO_LONGS(n)           (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static __always_inline bool test_bit(unsigned long nr, const unsigned long *map)
{
	return READ_ONCE(map[BIT_WORD(nr)]) & BIT_MASK(nr);
}

#define BITOP(name, amo, op, mask)                                                                \
	static __always_inline void name##_bit(unsigned long nr, unsigned long *map)              \
	{                                                                                         \
		amo(AMO_RELAXED, &map[BIT_WORD(nr)], mask);                                       \
	}                                                                                         \
	static __always_inline bool test_and_##name##_bit(unsigned long nr, unsigned long *map)   \
	{                                                                                         \
		return amo(AMO_FULL, &map[BIT_WORD(nr)], mask) & BIT_MASK(nr);                    \
	}                                                                                         \
	static __always_inline void __##name##_bit(unsigned long nr, unsigned long *map)          \
	{                                                                                         \
		map[BIT_WORD(nr)] op mask;                                                        \
	}                                                                                         \
	static __always_inline bool __test_and_##name##_bit(unsigned long nr, unsigned long *map) \
	{                                                                                         \
		bool was = map[BIT_WORD(nr)] & BIT_MASK(nr);                                      \
		map[BIT_WORD(nr)] op mask;                                                        \
		return was;                                                                       \
	}

BITOP(set, amo_or, |=, BIT_MASK(nr))
BITOP(clear, amo_and, &=, ~BIT_MASK(nr))
BITOP(change, amo_xor, ^=, BIT_MASK(nr))

/** test_and_set_bit_lock() - as test_and_set_bit(), but it only acquires */
static __always_inline bool test_and_set_bit_lock(unsigned long nr, unsigned long *map)
{
	return amo_or(AMO_ACQUIRE, &map[BIT_WORD(nr)], BIT_MASK(nr)) & BIT_MASK(nr);
}

/** clear_bit_unlock() - as clear_bit(), and it releases */
static __always_inline void clear_bit_unlock(unsigned long nr, unsigned long *map)
{
	amo_and(AMO_RELEASE, &map[BIT_WORD(nr)], ~BIT_MASK(nr));
}

#endif
