// SPDX-License-Identifier: BSD-2-Clause
/* Timers: a list for each hart, the first to expire in front. One lock for all of them. */
#include <kernel/hrtimer.h>
#include <kernel/percpu.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <asm/time.h>

struct timer_list {
	struct hrtimer *first;
	struct hrtimer *running;
};

static DEFINE_PER_CPU(struct timer_list, timers);
static spinlock_t timer_lock;

/* Behind those of the same time. */
static void enqueue(struct timer_list *list, struct hrtimer *timer)
{
	struct hrtimer **at = &list->first;

	while (*at && (*at)->expires <= timer->expires)
		at = &(*at)->next;
	timer->next = *at;
	timer->queued = true;
	*at = timer;
}

static bool dequeue(struct hrtimer *timer)
{
	struct hrtimer **at = &per_cpu(timers, timer->cpu).first;

	if (!timer->queued)
		return false;
	while (*at != timer)
		at = &(*at)->next;
	*at = timer->next;
	timer->queued = false;
	return true;
}

static void set_timer_of(const struct timer_list *list)
{
	set_next_event(list->first ? list->first->expires : KTIME_MAX);
}

void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *timer),
		   int clock, enum hrtimer_mode mode)
{
	*timer = (struct hrtimer){ .function = function };
}

void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode)
{
	struct timer_list *list = this_cpu_ptr(&timers);
	unsigned long flags;

	spin_lock_irqsave(&timer_lock, flags);
	dequeue(timer);
	timer->expires = mode == HRTIMER_MODE_ABS ? time : ktime_add_safe(ktime_get(), time);
	timer->cpu = smp_processor_id();
	enqueue(list, timer);
	if (list->first == timer)
		set_timer_of(list);
	spin_unlock_irqrestore(&timer_lock, flags);
}

bool hrtimer_active(const struct hrtimer *timer)
{
	return READ_ONCE(timer->queued) || READ_ONCE(per_cpu(timers, timer->cpu).running) == timer;
}

int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&timer_lock, flags);
	ret = dequeue(timer) ? 1 : hrtimer_active(timer) ? -1 : 0;
	spin_unlock_irqrestore(&timer_lock, flags);
	return ret;
}

int hrtimer_cancel(struct hrtimer *timer)
{
	int ret;

	while ((ret = hrtimer_try_to_cancel(timer)) < 0)
		cpu_relax();
	return ret;
}

u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval)
{
	ktime_t now = ktime_get();
	u64 overruns;

	if (timer->expires > now)
		return 0;
	overruns = (u64)((now - timer->expires) / interval) + 1;
	timer->expires += (ktime_t)overruns * interval;
	return overruns;
}

void hrtimer_interrupt(void)
{
	struct timer_list *list = this_cpu_ptr(&timers);
	struct hrtimer *timer;

	spin_lock(&timer_lock);
	while ((timer = list->first) && timer->expires <= ktime_get()) {
		enum hrtimer_restart restart;

		dequeue(timer);
		WRITE_ONCE(list->running, timer);
		spin_unlock(&timer_lock);
		restart = timer->function(timer); /* after NORESTART it may be gone */
		spin_lock(&timer_lock);
		if (restart == HRTIMER_RESTART && !timer->queued)
			enqueue(list, timer);
		WRITE_ONCE(list->running, NULL);
	}
	set_timer_of(list);
	spin_unlock(&timer_lock);
}

static void set_timer_here(void *info)
{
	spin_lock(&timer_lock);
	set_timer_of(this_cpu_ptr(&timers));
	spin_unlock(&timer_lock);
}

void hrtimers_cpu_starting(void)
{
	timers = (struct timer_list){ 0 }; /* it may have stopped in a timer's function */
	set_next_event(KTIME_MAX);
}

void hrtimers_cpu_dying(void)
{
	struct timer_list *list = this_cpu_ptr(&timers);
	struct hrtimer *timer;
	unsigned long flags;
	bool any = false;

	spin_lock_irqsave(&timer_lock, flags);
	while ((timer = list->first)) {
		dequeue(timer);
		timer->cpu = 0;
		enqueue(per_cpu_ptr(&timers, 0), timer);
		any = true;
	}
	set_timer_of(list);
	spin_unlock_irqrestore(&timer_lock, flags);
	if (any)
		smp_call_function_single(0, set_timer_here, NULL, false);
}
