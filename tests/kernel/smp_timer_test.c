// SPDX-License-Identifier: BSD-2-Clause
/*
 * Timers, sleeping and being woken, on each hart. Never early is exact; how late depends on
 * the machine under the emulator, so only that it is not seconds.
 */
#include <kernel/completion.h>
#include <kernel/cpu.h>
#include <kernel/delay.h>
#include <kernel/errno.h>
#include <kernel/hrtimer.h>
#include <kernel/ktest.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <kernel/workqueue.h>
#include <asm/csr.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/svprobe.h>
#include <asm/time.h>
#include "log.h"

#define NR_TIMERS 6
#define LATE      (2 * NSEC_PER_SEC)

struct shot {
	struct hrtimer timer;
	ktime_t fired;
	unsigned int times, order, cpu;
	bool in_interrupt;
};

static struct shot shots[NR_TIMERS];
static unsigned int nr_fired;
static ktime_t latest; /* how late the latest was */

static enum hrtimer_restart fire(struct hrtimer *timer)
{
	struct shot *shot = container_of(timer, struct shot, timer);

	shot->fired = ktime_get();
	shot->order = nr_fired++;
	shot->cpu = smp_processor_id();
	shot->in_interrupt = in_interrupt() && irqs_disabled();
	shot->times++;
	return HRTIMER_NORESTART;
}

static void setup(void)
{
	memset(shots, 0, sizeof(shots));
	nr_fired = 0;
	for (unsigned int i = 0; i < NR_TIMERS; i++)
		hrtimer_setup(&shots[i].timer, fire, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}

/* In this order they are to expire; 1 and 2 at the same time, in the order of their start. */
static const unsigned int msecs[NR_TIMERS] = { 1, 3, 3, 4, 6, 9 };
static const unsigned int start_order[NR_TIMERS] = { 4, 1, 5, 0, 2, 3 };

static int in_order(void *unused)
{
	unsigned long flags;
	ktime_t begin;

	setup();
	local_irq_save(flags); /* all are in the list before the first expires */
	begin = ktime_get();
	for (unsigned int i = 0; i < NR_TIMERS; i++) {
		unsigned int which = start_order[i];

		hrtimer_start(&shots[which].timer, begin + (ktime_t)ms_to_ktime(msecs[which]),
			      HRTIMER_MODE_ABS);
	}
	local_irq_restore(flags);
	while (READ_ONCE(nr_fired) < NR_TIMERS && ktime_get() < begin + 2 * LATE)
		msleep(1);
	for (unsigned int i = 0; i < NR_TIMERS; i++) {
		ktime_t late = shots[i].fired - begin - (ktime_t)ms_to_ktime(msecs[i]);

		latest = max(latest, late);
		if (shots[i].times != 1 || shots[i].order != i || late < 0 || late > LATE ||
		    shots[i].cpu != smp_processor_id() || !shots[i].in_interrupt)
			return (int)i + 1;
	}
	return 0;
}

static void order(void)
{
	latest = 0;
	for_each_online_cpu(cpu)
		EXPECT_EQ(smp_call_on_cpu(cpu, in_order, NULL, false), 0);
	console_printf("    # late at the most: %lld ns\n", latest);
}

/*
 * A passed time means now; moving and taking out work; each while others are queued. None
 * expires before interrupts are on, however long the machine under the emulator stands still.
 */
static void cancel(void)
{
	unsigned long flags;

	setup();
	local_irq_save(flags);
	for (unsigned int i = 0; i < NR_TIMERS; i++)
		hrtimer_start(&shots[i].timer, (ktime_t)ms_to_ktime(20), HRTIMER_MODE_REL);
	EXPECT(shots[2].timer.queued);
	EXPECT_EQ(hrtimer_cancel(&shots[2].timer), 1);
	EXPECT_EQ(hrtimer_cancel(&shots[2].timer), 0);
	EXPECT(!shots[2].timer.queued);
	EXPECT_EQ(hrtimer_cancel(&shots[5].timer), 1);
	hrtimer_start(&shots[0].timer, (ktime_t)ms_to_ktime(40), HRTIMER_MODE_REL);
	hrtimer_start(&shots[4].timer, 0, HRTIMER_MODE_ABS);
	local_irq_restore(flags);
	msleep(60);
	EXPECT_EQ(nr_fired, 4);
	EXPECT_EQ(shots[4].order, 0);
	EXPECT_EQ(shots[1].order, 1);
	EXPECT_EQ(shots[3].order, 2);
	EXPECT_EQ(shots[0].order, 3);
	EXPECT_EQ(shots[2].times + shots[5].times, 0);
	EXPECT_EQ(hrtimer_cancel(&shots[0].timer), 0);
}

static enum hrtimer_restart fire_often(struct hrtimer *timer)
{
	struct shot *shot = container_of(timer, struct shot, timer);

	shot->times++;
	shot->order += (unsigned int)hrtimer_forward_now(timer, NSEC_PER_MSEC);
	return shot->times < 10 ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

/* One that lies ahead stays; one that is queued is refused: its place would be wrong. */
static void not_forwarded(void)
{
	struct hrtimer *timer = &shots[0].timer;
	int level = console_loglevel;
	u64 begin = log_cursor();
	unsigned long flags;

	setup();
	timer->expires = KTIME_MAX;
	EXPECT_EQ(hrtimer_forward_now(timer, NSEC_PER_MSEC), 0);
	EXPECT(!logged(begin, "WARNING"));
	console_loglevel = 0;
	local_irq_save(flags);
	hrtimer_start(timer, 0, HRTIMER_MODE_ABS);
	EXPECT_EQ(hrtimer_forward_now(timer, NSEC_PER_MSEC), 0);
	EXPECT_EQ(timer->expires, 0);
	local_irq_restore(flags);
	console_loglevel = level;
	EXPECT(logged(begin, "timer->queued"));
	hrtimer_cancel(timer);
	EXPECT_EQ(nr_fired, 1);
}

static void periodic(void)
{
	struct shot *shot = &shots[0];
	ktime_t begin = ktime_get();

	setup();
	hrtimer_setup(&shot->timer, fire_often, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&shot->timer, NSEC_PER_MSEC, HRTIMER_MODE_REL);
	while (READ_ONCE(shot->times) < 10 && ktime_get() < begin + 2 * LATE)
		msleep(1);
	EXPECT_EQ(shot->times, 10);
	/* As many periods as time has passed, whether it was late or not. */
	EXPECT(shot->order >= 10);
	EXPECT(shot->timer.expires - begin >= shot->order * NSEC_PER_MSEC);
	EXPECT(!shot->timer.queued);
}

/* With interrupts off they wait, and come when they are on. */
static void masked(void)
{
	unsigned long flags;
	ktime_t end;

	setup();
	local_irq_save(flags);
	hrtimer_start(&shots[0].timer, NSEC_PER_MSEC, HRTIMER_MODE_REL);
	end = ktime_get() + LATE;
	while (!(csr_read(sip) & SIE_STIE) && ktime_get() < end)
		;
	EXPECT_EQ(READ_ONCE(nr_fired), 0);
	EXPECT(csr_read(sip) & SIE_STIE);
	local_irq_restore(flags);
	EXPECT_EQ(READ_ONCE(nr_fired), 1);
	EXPECT_EQ(csr_read(sip) & SIE_STIE, 0);
}

static int sleep_there(void *unused)
{
	unsigned long ticks = this_hart()->nr_timer;
	ktime_t begin, passed;

	/* The time may be over before the hart sleeps, if the emulator has a busy machine. */
	for (unsigned int i = 0; i < 50 && this_hart()->nr_timer == ticks; i++) {
		begin = ktime_get();
		msleep(5);
		passed = ktime_get() - begin;
		if (passed < 5 * NSEC_PER_MSEC || passed > LATE)
			return 1;
	}
	if (this_hart()->nr_timer == ticks)
		return 2; /* nothing has woken it: it cannot have slept */
	begin = ktime_get();
	usleep_range(300, 500);
	return ktime_get() - begin < 300 * NSEC_PER_USEC ? 3 : 0;
}

static void sleeping(void)
{
	for_each_online_cpu(cpu)
		EXPECT_EQ(smp_call_on_cpu(cpu, sleep_there, NULL, false), 0);
	EXPECT_EQ(smp_call_on_cpu(nr_cpu_ids, sleep_there, NULL, false), -ENXIO);
}

static struct completion word;

static void complete_it(void *info)
{
	complete(&word);
}

static enum hrtimer_restart complete_later(struct hrtimer *timer)
{
	complete(&word);
	return HRTIMER_NORESTART;
}

static void completions(void)
{
	struct hrtimer timer;
	ktime_t begin;

	init_completion(&word);
	begin = ktime_get();
	EXPECT(!completion_wait_until(&word, begin + 3 * NSEC_PER_MSEC));
	EXPECT(ktime_get() - begin >= 3 * NSEC_PER_MSEC);
	hrtimer_setup(&timer, complete_later, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&timer, NSEC_PER_MSEC, HRTIMER_MODE_REL);
	wait_for_completion(&word); /* its time-out has left nothing behind */
	EXPECT(completion_done(&word));
	for_each_online_cpu(cpu) {
		reinit_completion(&word);
		EXPECT_EQ(smp_call_function_single(cpu, complete_it, NULL, false), 0);
		begin = ktime_get();
		EXPECT(completion_wait_until(&word, begin + 10 * NSEC_PER_SEC));
		EXPECT(ktime_get() - begin < 10 * NSEC_PER_SEC);
	}
	EXPECT(completion_wait_until(&word, 0)); /* done stays done */
}

/* Trying the extensions, as `cpu` does, leaves the timer as it was set. */
static void probed(void)
{
	ktime_t begin = ktime_get();
	unsigned long flags;

	setup();
	local_irq_save(flags); /* it does not come before that */
	hrtimer_start(&shots[0].timer, (ktime_t)ms_to_ktime(2), HRTIMER_MODE_REL);
	svprobe(-1UL);
	local_irq_restore(flags);
	while (!READ_ONCE(nr_fired) && ktime_get() < begin + LATE)
		cpu_relax();
	EXPECT_EQ(nr_fired, 1);
	hrtimer_cancel(&shots[0].timer);
}

/* A hart that stops leaves its timers to the boot hart. */
static int start_there(void *unused)
{
	hrtimer_start(&shots[0].timer, (ktime_t)ms_to_ktime(30), HRTIMER_MODE_REL);
	return 0;
}

static unsigned int last_online(void)
{
	unsigned int last = 0;

	for_each_online_cpu(cpu)
		last = cpu;
	return last;
}

static void moved(void)
{
	const unsigned int last = last_online();
	ktime_t begin = ktime_get();

	setup();
	if (!last)
		return;
	EXPECT_EQ(smp_call_on_cpu(last, start_there, NULL, false), 0);
	EXPECT_EQ(cpu_down(last), 0);
	while (!READ_ONCE(nr_fired) && ktime_get() < begin + 2 * LATE)
		msleep(1);
	EXPECT_EQ(nr_fired, 1);
	EXPECT(shots[0].cpu != last || ktime_get() - begin > 30 * NSEC_PER_MSEC);
	EXPECT_EQ(cpu_up(last), 0);
}

/* Busily: nothing else is to set this hart's timer. */
static void wait_until(const unsigned int *count, unsigned int least)
{
	const ktime_t end = ktime_get() + 2 * LATE;

	while (READ_ONCE(*count) < least && ktime_get() < end)
		cpu_relax();
}

/* Holds its hart the first time, until it is let go. */
static unsigned int holding, let_go, left;

static enum hrtimer_restart hold(struct hrtimer *timer)
{
	const ktime_t end = ktime_get() + 4 * LATE;

	fire(timer);
	WRITE_ONCE(holding, true);
	while (!READ_ONCE(let_go) && ktime_get() < end)
		cpu_relax();
	WRITE_ONCE(left, left + 1);
	return HRTIMER_NORESTART;
}

static void start_at_once(void *info)
{
	hrtimer_start(info, 0, HRTIMER_MODE_ABS);
}

/* When it returns, the function runs on @cpu, in the interrupt of its timer. */
static void hold_there(unsigned int cpu)
{
	setup();
	hrtimer_setup(&shots[0].timer, hold, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	holding = let_go = left = 0;
	EXPECT_EQ(smp_call_function_single(cpu, start_at_once, &shots[0].timer, false), 0);
	wait_until(&holding, 1);
	EXPECT(holding);
}

/* What is due here stays so when @timer is the first of another hart. */
static void expect_due_still(struct hrtimer *timer)
{
	const ktime_t end = ktime_get() + 2 * LATE;
	unsigned long flags;

	local_irq_save(flags);
	hrtimer_start(&shots[1].timer, 0, HRTIMER_MODE_ABS);
	while (!(csr_read(sip) & SIE_STIE) && ktime_get() < end)
		cpu_relax();
	hrtimer_start(timer, NSEC_PER_SEC, HRTIMER_MODE_REL);
	EXPECT(csr_read(sip) & SIE_STIE);
	local_irq_restore(flags);
	EXPECT_EQ(shots[1].times, 1);
}

/* Started anew from here while its function runs there: it stays there. */
static void restarted(void)
{
	struct hrtimer *timer = &shots[0].timer;
	const unsigned int cpu = last_online();

	if (!cpu)
		return;
	hold_there(cpu);
	hrtimer_start(timer, KTIME_MAX, HRTIMER_MODE_ABS);
	EXPECT(timer->queued);
	EXPECT_EQ(hrtimer_try_to_cancel(timer), -1);
	EXPECT_EQ(left, 0);
	WRITE_ONCE(let_go, true);
	EXPECT_EQ(hrtimer_cancel(timer), 1);
	EXPECT_EQ(left, 1);
	EXPECT(!timer->queued);

	hold_there(cpu);
	expect_due_still(timer);
	hrtimer_start(timer, 0, HRTIMER_MODE_ABS);
	WRITE_ONCE(let_go, true);
	wait_until(&left, 2);
	EXPECT_EQ(hrtimer_cancel(timer), 0);
	EXPECT_EQ(shots[0].times, 2);
	EXPECT_EQ(shots[0].cpu, cpu);
}

static const struct ktest_case cases[] = {
	{ "order", order },         { "cancel", cancel },     { "periodic", periodic },
	{ "masked", masked },       { "sleeping", sleeping }, { "completions", completions },
	{ "moved", moved },         { "probed", probed },     { "not_forwarded", not_forwarded },
	{ "restarted", restarted },
};
KTEST_SUITE(smp_timer, cases);
