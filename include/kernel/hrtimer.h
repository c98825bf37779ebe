/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_HRTIMER_H
#define KERNEL_HRTIMER_H

#include <kernel/ktime.h>

/*
 * Timers, with Linux's names. Each belongs to the hart it was started on and its function
 * runs there, in the timer's interrupt. There is no periodic tick: a hart's timer is set for
 * the first of its list. The lists are kept in order by insertion: they are short.
 */

enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART, /* again at the time hrtimer_forward_now() has set */
};

enum hrtimer_mode {
	HRTIMER_MODE_ABS,
	HRTIMER_MODE_REL,
};

#define CLOCK_MONOTONIC 1

struct hrtimer {
	struct hrtimer *next;
	ktime_t expires;
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	unsigned int cpu; /* whose list it is in, or was */
	bool queued;
};

/** hrtimer_setup() - before its first start; @clock: CLOCK_MONOTONIC, @mode: not looked at */
void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *timer),
		   int clock, enum hrtimer_mode mode);

/**
 * hrtimer_start() - let it expire on this hart
 * @time: on the clock of ktime_get(), or from now on; one that has passed expires at once
 *
 * One that is queued is moved. One whose function runs stays on the hart where it does, and
 * expires there. Of several with the same time the first started comes first.
 * Context: any, interrupts on or off.
 */
void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode);

/**
 * hrtimer_cancel() - take it out; when it returns, the function does not run
 * Context: not from the timer's own function.
 * Return: 1: it was queued; 0: it was not.
 */
int hrtimer_cancel(struct hrtimer *timer);

/** hrtimer_try_to_cancel() - the same, but only -1 if its function runs. Context: any. */
int hrtimer_try_to_cancel(struct hrtimer *timer);

/**
 * hrtimer_forward_now() - move the time by whole intervals until it lies ahead
 * @interval: ns, above 0
 * Context: any, the timer's own function above all; not while it is queued: the list is in order.
 * Return: how many it took; 0: it lies ahead already, or is queued (and that gives a warning).
 */
u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval);

/** hrtimer_interrupt() - run what has expired on this hart; called by the timer's interrupt */
void hrtimer_interrupt(void);

/** hrtimers_cpu_starting() - this hart has no timers yet. Context: interrupts off. */
void hrtimers_cpu_starting(void);

/** hrtimers_cpu_dying() - give this hart's timers to the boot hart, which must be online */
void hrtimers_cpu_dying(void);

#endif
