/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_CMPXCHG_H
#define ASM_CMPXCHG_H

/**
 * cmpxchg() - store @new if *@ptr is still @old; fully ordered, as Linux's
 * Return: what was there, which is @old when it was stored.
 */
#define cmpxchg(ptr, old, new)                                                         \
	({                                                                             \
		__typeof__(*(ptr)) _seen = (old);                                      \
		__atomic_compare_exchange_n(ptr, &_seen, new, false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST);                         \
		_seen;                                                                 \
	})

/** xchg() - store @new. Return: what was there. Fully ordered. */
#define xchg(ptr, new) __atomic_exchange_n(ptr, new, __ATOMIC_SEQ_CST)

#endif
