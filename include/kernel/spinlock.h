/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SPINLOCK_H
#define KERNEL_SPINLOCK_H

#include <kernel/types.h>
#include <asm/irqflags.h>

/*
 * A ticket lock: harts get it in the order they asked. All zero is unlocked, so that it
 * works in memory that was only cleared, before paging too.
 */
typedef union {
	u32 tickets;
	struct {
		u16 owner; /* ticket being served */
		u16 next;  /* ticket to be drawn */
	};
} spinlock_t;

/** spin_lock() - take it. Where an interrupt handler might want it too: spin_lock_irqsave(). */
static inline void spin_lock(spinlock_t *lock)
{
	u32 drawn = __atomic_fetch_add(&lock->tickets, 1U << 16, __ATOMIC_ACQUIRE);

	while (unlikely((u16)drawn != drawn >> 16))
		drawn = (drawn & 0xffff0000) | __atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE);
}

/** spin_unlock() - give it back */
static inline void spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->owner, (u16)(lock->owner + 1), __ATOMIC_RELEASE);
}

/** spin_lock_irqsave() - take it with interrupts disabled; @flags is for the way back */
#define spin_lock_irqsave(lock, flags) \
	do {                           \
		local_irq_save(flags); \
		spin_lock(lock);       \
	} while (0)

/** spin_unlock_irqrestore() - give it back, interrupts as they were */
static inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	spin_unlock(lock);
	local_irq_restore(flags);
}

/** spin_is_locked() - for checks of who calls whom */
static inline bool spin_is_locked(const spinlock_t *lock)
{
	return lock->next != lock->owner;
}

#endif
