// SPDX-License-Identifier: BSD-2-Clause
/* Waiting in wfi: for another hart, an interrupt, or the time. */
#include <kernel/completion.h>
#include <kernel/cpu.h>
#include <kernel/delay.h>
#include <kernel/hrtimer.h>
#include <kernel/lockdep.h>
#include <kernel/smp.h>
#include <kernel/watchdog.h>
#include <kernel/workqueue.h>
#include <asm/cmpxchg.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <asm/time.h>

void complete(struct completion *x)
{
	struct hart *waiter = xchg(&x->state, COMPLETION_DONE);

	if (waiter && waiter != COMPLETION_DONE)
		smp_kick(waiter);
}

/*
 * wfi ends when an enabled interrupt is pending, even while sstatus.SIE masks it (Priv
 * 20250508 §3.3.3): what comes between the question and the wfi ends it too.
 */
void cpu_idle(const struct completion *x)
{
	touch_softlockup_watchdog();
	if (run_works())
		return;
	local_irq_disable();
	if (!(x && completion_done(x)) && !this_hart_wanted())
		wait_for_interrupt();
	local_irq_enable();
}

/* Its interrupt is all that is wanted of it. */
static enum hrtimer_restart end_of_sleep(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
}

bool completion_wait_until(struct completion *x, ktime_t end)
{
	struct hrtimer timer;

	might_sleep();
	hrtimer_setup(&timer, end_of_sleep, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	if (cmpxchg(&x->state, NULL, this_hart()) == COMPLETION_DONE)
		return true;
	if (end != KTIME_MAX)
		hrtimer_start(&timer, end, HRTIMER_MODE_ABS);
	while (!completion_done(x) && ktime_get() < end)
		cpu_idle(x);
	hrtimer_cancel(&timer);
	/* Not in time, unless it is done by now. */
	return cmpxchg(&x->state, this_hart(), NULL) == COMPLETION_DONE;
}

void wait_for_completion(struct completion *x)
{
	completion_wait_until(x, KTIME_MAX);
}

static void sleep(ktime_t time)
{
	struct completion never = { 0 };

	completion_wait_until(&never, ktime_add_safe(ktime_get(), time));
}

void msleep(unsigned int msecs)
{
	sleep(ms_to_ktime(msecs));
}

void usleep_range(unsigned long min, unsigned long max)
{
	sleep(us_to_ktime(min));
}
