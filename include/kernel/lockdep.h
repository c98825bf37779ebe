/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_LOCKDEP_H
#define KERNEL_LOCKDEP_H

#include <kernel/panic.h>
#include <kernel/types.h>

/*
 * The check of locks (CONFIG_PROVE_LOCKING): which a hart holds, and in which order they were
 * ever taken. It reports what could end in a deadlock one day, when it is first possible and
 * not when it happens; each pair of locks once. Without the option nothing of it is left.
 *
 * Locks that are variables of the image are told apart by their addresses, all others by the
 * words with which they were first taken.
 */
struct spinlock;

/* Not before paging, where there is one hart, nor in the host tests. */
#if defined(CONFIG_PROVE_LOCKING) && defined(__riscv) && !defined(__EARLY__)

/** lockdep_acquire() - @lock, written @text in @file, is about to be taken; @try: or was */
void lockdep_acquire(struct spinlock *lock, const char *text, const char *file, bool try);

/** lockdep_release() - @lock is about to be given back */
void lockdep_release(struct spinlock *lock);

/** lockdep_depth() - how many locks this hart holds */
unsigned int lockdep_depth(void);

/** lockdep_abandon() - name what this hart took since it held @depth locks, and forget it */
void lockdep_abandon(unsigned int depth);

/** lockdep_show_held() - print what this hart holds, all but the @but newest */
void lockdep_show_held(unsigned int but);

/** lockdep_reset() - forget all orders and what was reported, and check again; for tests */
void lockdep_reset(void);

void lockdep_might_sleep(const char *file, int line, u32 *said);

/**
 * might_sleep() - what follows may take long, or wait for another hart
 * Reports, once for each place, if a lock is held, interrupts are disabled or being handled.
 */
#define might_sleep()                                            \
	do {                                                     \
		static u32 _said;                                \
		lockdep_might_sleep(__FILE__, __LINE__, &_said); \
	} while (0)

#else

#define lockdep_acquire(lock, text, file, try) ((void)0)
#define lockdep_release(lock)                  ((void)0)
#define lockdep_depth()                        0
#define lockdep_abandon(depth)                 ((void)(depth))
#define lockdep_show_held(but)                 ((void)0)
#define might_sleep()                          ((void)0)

#endif
#endif
