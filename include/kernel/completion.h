/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_COMPLETION_H
#define KERNEL_COMPLETION_H

#include <kernel/ktime.h>

/*
 * Something one hart waits for and another hart, or an interrupt, announces. As in Linux, but
 * with one waiter at a time, and done once. All zero: not completed, nobody waits.
 *
 * @state: NULL, the hart that waits, or COMPLETION_DONE: one word, as a completion on the
 *         waiter's stack is gone the moment it is done
 */
struct completion {
	struct hart *state;
};

#define COMPLETION_DONE ((struct hart *)1)

/** init_completion() - not completed; also to use one again */
static inline void init_completion(struct completion *x)
{
	WRITE_ONCE(x->state, NULL);
}
#define reinit_completion init_completion

/** complete() - let the waiter go on; it sees what was written before. Context: any. */
void complete(struct completion *x);

/** completion_done() - whether wait_for_completion() would return at once */
static inline bool completion_done(const struct completion *x)
{
	return __atomic_load_n(&x->state, __ATOMIC_ACQUIRE) == COMPLETION_DONE;
}

/**
 * wait_for_completion() - until complete()
 * The hart sleeps in wfi, and serves meanwhile what others ask of it.
 * Context: interrupts on, no spinlock held, not in an interrupt.
 */
void wait_for_completion(struct completion *x);

/** completion_wait_until() - the same, up to a time of ktime_get(). Return: whether it is done */
bool completion_wait_until(struct completion *x, ktime_t end);

/** cpu_idle() - sleep until an interrupt, unless there is work or @x is done; NULL: none */
void cpu_idle(const struct completion *x);

#endif
