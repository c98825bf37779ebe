// SPDX-License-Identifier: BSD-2-Clause
/* Harts that are stuck are named, with what can be known of where they are. */
#include <kernel/hrtimer.h>
#include <kernel/printk.h>
#include <kernel/report.h>
#include <kernel/smp.h>
#include <kernel/watchdog.h>
#include <asm/irq.h>
#include <asm/nmi.h>
#include <asm/stacktrace.h>
#include <asm/time.h>

/*
 * @touched:  when this hart last got on, in ticks of the clock
 * @told:     that it does not
 * @watched:  the hart behind this one, @ticks: its timer interrupts when last looked at,
 * @since:    when they last changed; @watched_told: that they do not
 */
struct watchdog {
	struct hrtimer timer;
	u64 touched;
	bool told;
	bool watched_told;
	unsigned int watched;
	unsigned long ticks;
	ktime_t since;
};

u64 watchdog_thresh = 10;
ktime_t watchdog_limit;

static DEFINE_PER_CPU(struct watchdog, dog);

void touch_softlockup_watchdog(void)
{
	dog.touched = rdtime();
	dog.told = false;
}

static void look_at_this_hart(void)
{
	unsigned long flags;
	const u64 hz = ticks_per_second();
	u64 stuck = rdtime() - dog.touched;

	if (dog.told || (ktime_t)(stuck / hz * NSEC_PER_SEC + stuck % hz * NSEC_PER_SEC / hz) <
				2 * watchdog_limit)
		return;
	dog.told = true;
	flags = report_begin();
	pr_err("watchdog: hart%lu has been busy for %llu s, with interrupts on\n",
	       this_hart()->hartid, stuck / hz);
	show_backtrace(get_irq_regs());
	report_end(flags);
}

static void report_silent(unsigned int cpu, ktime_t since)
{
	const struct spinlock *lock = READ_ONCE(harts[cpu]->waiting_for);
	unsigned long flags = report_begin();

	pr_err("watchdog: hart%lu has taken no interrupt for %lld s\n", harts[cpu]->hartid,
	       (ktime_get() - since) / NSEC_PER_SEC);
	if (lock)
		pr_err("watchdog: it waits for the lock at 0x%016lx\n", (unsigned long)lock);
	trigger_single_cpu_backtrace(cpu);
	report_end(flags);
}

static unsigned int next_online(unsigned int cpu)
{
	do
		cpu = (cpu + 1) % nr_cpu_ids;
	while (!cpu_online(cpu));
	return cpu;
}

/* Where harts are slow to report, those that wait to do so are not stuck too. */
static void look_at_next_hart(void)
{
	unsigned int cpu = next_online(smp_processor_id());
	unsigned long ticks = READ_ONCE(harts[cpu]->nr_timer);
	ktime_t now = ktime_get();

	if (cpu == smp_processor_id())
		return;
	if (cpu != dog.watched || ticks != dog.ticks || report_awaited(harts[cpu])) {
		dog.watched = cpu;
		dog.ticks = ticks;
		dog.since = now;
		dog.watched_told = false;
	} else if (!dog.watched_told && now - dog.since >= watchdog_limit) {
		dog.watched_told = true;
		report_silent(cpu, dog.since);
	}
}

/* Often enough that neither limit is overrun by much. */
static ktime_t period(void)
{
	return watchdog_limit * 2 / 5;
}

static enum hrtimer_restart watch(struct hrtimer *timer)
{
	look_at_this_hart();
	look_at_next_hart();
	hrtimer_forward_now(timer, period());
	return HRTIMER_RESTART;
}

void watchdog_init(void)
{
	watchdog_limit = (ktime_t)min(watchdog_thresh, 1000000ULL) * NSEC_PER_SEC;
}

void watchdog_enable(void)
{
	touch_softlockup_watchdog();
	if (!watchdog_limit)
		return;
	dog.watched = smp_processor_id();
	hrtimer_setup(&dog.timer, watch, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&dog.timer, period(), HRTIMER_MODE_REL);
}

void watchdog_disable(void)
{
	if (watchdog_limit)
		hrtimer_try_to_cancel(&dog.timer);
}
