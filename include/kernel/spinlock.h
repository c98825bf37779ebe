/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SPINLOCK_H
#define KERNEL_SPINLOCK_H

#include <kernel/types.h>

/*
 * A ticket lock: harts get it in the order they asked. All zero is unlocked, so that it
 * works in memory that was only cleared, before paging too.
 */
typedef struct {
	u32 next;  /* ticket to be drawn */
	u32 owner; /* ticket being served */
} spinlock_t;

/** spin_lock() - take it; spin_unlock() - give it back. Not from a handler of interrupts. */
static inline void spin_lock(spinlock_t *lock)
{
	u32 ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
		barrier();
}

static inline void spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->owner, lock->owner + 1, __ATOMIC_RELEASE);
}

/** spin_is_locked() - for checks of who calls whom */
static inline bool spin_is_locked(const spinlock_t *lock)
{
	return lock->next != lock->owner;
}

#endif
