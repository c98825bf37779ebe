// SPDX-License-Identifier: BSD-2-Clause
/* Timers: a list for each hart, with its lock, the first to expire in front. */
#include <kernel/hrtimer.h>
#include <kernel/panic.h>
#include <kernel/percpu.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <asm/time.h>

struct timer_list {
	spinlock_t lock;
	struct hrtimer *first;
	struct hrtimer *running;
};

static DEFINE_PER_CPU(struct timer_list, timers);

/*
 * Lock the list a timer belongs to. Its cpu changes under the lock of the list it leaves, and
 * never while its function runs: the list it is in is where that can be seen.
 */
static struct timer_list *lock_list_of(const struct hrtimer *timer, unsigned long *flags)
{
	for (;;) {
		unsigned int cpu = READ_ONCE(timer->cpu);
		struct timer_list *list = per_cpu_ptr(&timers, cpu);

		spin_lock_irqsave(&list->lock, *flags);
		if (timer->cpu == cpu)
			return list;
		spin_unlock_irqrestore(&list->lock, *flags);
	}
}

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
	struct timer_list *list, *here = this_cpu_ptr(&timers);
	unsigned long flags;

	while ((list = lock_list_of(timer, &flags)) != here && list->running != timer) {
		dequeue(timer);
		timer->cpu = smp_processor_id();
		spin_unlock_irqrestore(&list->lock, flags);
	}
	dequeue(timer);
	timer->expires = mode == HRTIMER_MODE_ABS ? time : ktime_add_safe(ktime_get(), time);
	enqueue(list, timer);
	if (list == here && list->first == timer)
		set_timer_of(list); /* another hart does so when the function is over */
	spin_unlock_irqrestore(&list->lock, flags);
}

int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	unsigned long flags;
	struct timer_list *list = lock_list_of(timer, &flags);
	int ret = list->running == timer ? -1 : dequeue(timer);

	spin_unlock_irqrestore(&list->lock, flags);
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

	if (WARN_ON(timer->queued) || timer->expires > now)
		return 0;
	overruns = (u64)((now - timer->expires) / interval) + 1;
	timer->expires += (ktime_t)overruns * interval;
	return overruns;
}

void hrtimer_interrupt(void)
{
	struct timer_list *list = this_cpu_ptr(&timers);
	struct hrtimer *timer;

	this_hart()->nr_timer++;
	spin_lock(&list->lock);
	while ((timer = list->first) && timer->expires <= ktime_get()) {
		enum hrtimer_restart restart;

		dequeue(timer);
		list->running = timer;
		spin_unlock(&list->lock);
		restart = timer->function(timer); /* after NORESTART it may be gone */
		spin_lock(&list->lock);
		if (restart == HRTIMER_RESTART && !timer->queued)
			enqueue(list, timer);
		list->running = NULL;
	}
	set_timer_of(list);
	spin_unlock(&list->lock);
}

static void set_timer_here(void *info)
{
	struct timer_list *list = this_cpu_ptr(&timers);

	spin_lock(&list->lock);
	set_timer_of(list);
	spin_unlock(&list->lock);
}

void hrtimers_cpu_starting(void)
{
	spin_lock(&timers.lock);
	timers.first = timers.running = NULL;
	spin_unlock(&timers.lock);
	set_next_event(KTIME_MAX);
}

void hrtimers_cpu_dying(void)
{
	struct timer_list *list = this_cpu_ptr(&timers), *first = per_cpu_ptr(&timers, 0);
	struct hrtimer *timer;
	unsigned long flags;
	bool any = false;

	spin_lock_irqsave(&first->lock, flags); /* nobody else takes two */
	spin_lock(&list->lock);
	while ((timer = list->first)) {
		dequeue(timer);
		timer->cpu = 0;
		enqueue(first, timer);
		any = true;
	}
	list->running = NULL; /* a function that trapped is over */
	set_timer_of(list);
	spin_unlock(&list->lock);
	spin_unlock_irqrestore(&first->lock, flags);
	if (any)
		smp_call_function_single(0, set_timer_here, NULL, false);
}
