/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SPINLOCK_H
#define KERNEL_SPINLOCK_H

#include <kernel/lockdep.h>
#include <kernel/types.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <asm/irqflags.h>

/*
 * A ticket lock: harts get it in the order they asked. All zero is unlocked, so that it
 * works in memory that was only cleared, before paging too. At most NR_CPUS tickets are out
 * at a time, so 16 bits may wrap.
 */
typedef struct spinlock {
	union {
		u32 tickets;
		struct {
			u16 owner; /* ticket being served */
			u16 next;  /* ticket to be drawn */
		};
	};
#ifdef CONFIG_PROVE_LOCKING
	u32 class; /* lockdep's number for locks like this; 0: not taken yet */
#endif
} spinlock_t;

#define DEFINE_SPINLOCK(name) spinlock_t name = { .tickets = 0 }

/* Out of line, and not in early code: notes in struct hart what is waited for. */
void spin_wait(spinlock_t *lock, u16 ticket);

static __always_inline void ticket_lock(spinlock_t *lock)
{
	u32 drawn = amo_add(AMO_ACQUIRE, &lock->tickets, 1U << 16);

	if (likely((u16)drawn == drawn >> 16))
		return;
#if defined(__riscv) && !defined(__EARLY__)
	spin_wait(lock, (u16)(drawn >> 16));
#else
	while (smp_load_acquire(&lock->owner) != drawn >> 16)
		;
#endif
}

static __always_inline bool ticket_trylock(spinlock_t *lock)
{
	u32 seen = READ_ONCE(lock->tickets);

	return (u16)seen == seen >> 16 &&
	       cmpxchg_acquire(&lock->tickets, seen, seen + (1U << 16)) == seen;
}

/* As a release, and what was done to devices comes before what the next owner does to them. */
static __always_inline void ticket_unlock(spinlock_t *lock)
{
	RISCV_FENCE(iorw, w);
	/* Not WRITE_ONCE(): the host tests watch that. */
	__atomic_store_n(&lock->owner, (u16)(lock->owner + 1), __ATOMIC_RELAXED);
}

/** spin_lock() - take it. Where an interrupt handler might want it too: spin_lock_irqsave(). */
#define spin_lock(lock) SPIN_LOCK(lock, #lock)
#define SPIN_LOCK(lock, text)                                  \
	do {                                                   \
		spinlock_t *_spin = (lock);                    \
		lockdep_acquire(_spin, text, __FILE__, false); \
		ticket_lock(_spin);                            \
	} while (0)

/** spin_trylock() - take it if that needs no waiting; gives whether it was taken */
#define spin_trylock(lock)                                             \
	({                                                             \
		spinlock_t *_spin = (lock);                            \
		bool _taken = ticket_trylock(_spin);                   \
		if (_taken)                                            \
			lockdep_acquire(_spin, #lock, __FILE__, true); \
		_taken;                                                \
	})

/** spin_unlock() - give it back */
#define spin_unlock(lock)                   \
	do {                                \
		spinlock_t *_spin = (lock); \
		lockdep_release(_spin);     \
		ticket_unlock(_spin);       \
	} while (0)

/** spin_lock_irqsave() - take it with interrupts disabled; @flags is for the way back */
#define spin_lock_irqsave(lock, flags)  \
	do {                            \
		local_irq_save(flags);  \
		SPIN_LOCK(lock, #lock); \
	} while (0)

/** spin_unlock_irqrestore() - give it back, interrupts as they were */
#define spin_unlock_irqrestore(lock, flags) \
	do {                                \
		spin_unlock(lock);          \
		local_irq_restore(flags);   \
	} while (0)

/** spin_is_locked() - for checks of who calls whom: by any hart */
static inline bool spin_is_locked(const spinlock_t *lock)
{
	u32 seen = READ_ONCE(lock->tickets);

	return (u16)seen != seen >> 16;
}

#endif
