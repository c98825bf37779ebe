// SPDX-License-Identifier: BSD-2-Clause
/* Harts that fail: what it costs the others, and what is told. */
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/hrtimer.h>
#include <kernel/ktest.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <kernel/workqueue.h>
#include <asm/cpufeature.h>
#include <asm/page.h>
#include <asm/recovery.h>
#include <asm/svprobe.h>
#include <asm/time.h>
#include "log.h"
#include "probe.h"

static unsigned long answered;

static unsigned int last_cpu(void)
{
	unsigned int last = 0;

	for_each_online_cpu(cpu)
		last = cpu;
	return last;
}

static void answer(void *info)
{
	answered += (unsigned long)info;
}

static void fail_here(void *info)
{
	*(volatile char *)info = 1;
}

static int fail_in_work(void *info)
{
	fail_here(info);
	return 0;
}

static void expect_failed(unsigned int cpu)
{
	EXPECT_EQ(READ_ONCE(harts[cpu]->state), HART_FAILED);
	EXPECT_EQ(smp_call_function_single(cpu, answer, NULL, true), -ENXIO);
	EXPECT_EQ(smp_call_on_cpu(cpu, fail_in_work, NULL, false), -ENXIO);
	EXPECT_EQ(cpu_up(cpu), 0);
	answered = 0;
	EXPECT_EQ(smp_call_function_single(cpu, answer, (void *)7, true), 0);
	EXPECT_EQ(answered, 7);
}

/* A trap on another hart stops that hart; who waits for it goes on, and it can be had again. */
static void trap_elsewhere(void)
{
	const unsigned int cpu = last_cpu();
	int level = console_loglevel;
	void *guard;

	if (!cpu)
		return; /* a call to itself is an ordinary one */
	ktest_expect_reports();
	guard = (void *)(harts[cpu]->home_low - 8);
	console_loglevel = 0;
	EXPECT_EQ(smp_call_function_single(cpu, fail_here, NULL, true), -ENXIO);
	expect_failed(cpu);
	EXPECT_EQ(smp_call_function_single(cpu, fail_here, guard, true), -ENXIO);
	expect_failed(cpu);
	EXPECT_EQ(smp_call_on_cpu(cpu, fail_in_work, NULL, false), -ENXIO);
	expect_failed(cpu);
	console_loglevel = level;
}

static enum hrtimer_restart fail_in_timer(struct hrtimer *timer)
{
	fail_here(NULL);
	return HRTIMER_NORESTART;
}

static void start_timer(void *info)
{
	hrtimer_start(info, 0, HRTIMER_MODE_ABS);
}

/* A timer whose function has trapped does not run for ever: it can be cancelled, and started. */
static void trap_in_timer(void)
{
	const ktime_t end = ktime_get() + 10 * NSEC_PER_SEC;
	const unsigned int cpu = last_cpu();
	int level = console_loglevel;
	static struct hrtimer timer;

	if (!cpu)
		return;
	ktest_expect_reports();
	hrtimer_setup(&timer, fail_in_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	console_loglevel = 0;
	EXPECT_EQ(smp_call_function_single(cpu, start_timer, &timer, false), 0);
	while (READ_ONCE(harts[cpu]->state) == HART_ONLINE && ktime_get() < end)
		cpu_relax();
	console_loglevel = level;
	EXPECT(!timer.queued);
	hrtimer_start(&timer, KTIME_MAX, HRTIMER_MODE_ABS);
	EXPECT_EQ(timer.cpu, smp_processor_id());
	EXPECT_EQ(hrtimer_try_to_cancel(&timer), 1);
	expect_failed(cpu);
}

/* Each hart has two stacks of its own, with nothing mapped below them. */
static void stack_overflow(void)
{
	int level = console_loglevel;

	for_each_online_cpu(cpu) {
		const struct hart *hart = harts[cpu];
		const unsigned long low = hart->emergency - EMERGENCY_SIZE;
		u64 cursor = log_cursor();

		EXPECT_EQ(read_cause(hart->home_low), NO_FAULT);
		EXPECT_EQ(read_cause(hart->home_low - 8), EXC_LOAD_PAGE_FAULT);
		EXPECT_EQ(read_cause(hart->home_low - PAGE_SIZE), EXC_LOAD_PAGE_FAULT);
		EXPECT_EQ(read_cause(low), NO_FAULT);
		EXPECT_EQ(read_cause(low - 8), EXC_LOAD_PAGE_FAULT);
		EXPECT_EQ(read_cause(low - PAGE_SIZE), EXC_LOAD_PAGE_FAULT);
		if (!cpu)
			continue; /* fault.stack_overflow */
		console_loglevel = 0;
		EXPECT_EQ(smp_call_on_cpu(cpu, overflow_stack, NULL, false), -ENXIO);
		expect_failed(cpu);
		console_loglevel = level;
		EXPECT(logged(cursor, "oops: stack overflow"));
		EXPECT(logged(cursor, "this report is on the emergency stack"));
		EXPECT(logged(cursor, "region=vmalloc"));
	}
}

/* What is queued behind a trap is not lost: who waits is told. */
struct queued {
	struct work_struct work;
	unsigned int ran;
};

static void count_or_fail(struct work_struct *work)
{
	struct queued *queued = container_of(work, struct queued, work);

	queued->ran++;
	if (queued->ran > 1)
		fail_here(NULL);
}

static void works(void)
{
	static struct queued q[3]; /* a hart that is stuck might still write them */
	const unsigned int cpu = last_cpu();
	int level = console_loglevel;

	for (unsigned int i = 0; i < ARRAY_SIZE(q); i++) {
		q[i].ran = 0;
		INIT_WORK(&q[i].work, count_or_fail);
		flush_work(&q[i].work); /* never scheduled */
		EXPECT(schedule_work_on(cpu, &q[i].work));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(q); i++) {
		flush_work(&q[i].work);
		EXPECT_EQ(q[i].ran, 1);
	}
	EXPECT(!schedule_work_on(nr_cpu_ids, &q[0].work));
	if (!cpu)
		return;
	q[2].ran = 0;
	ktest_expect_reports();
	console_loglevel = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(q); i++)
		schedule_work_on(cpu, &q[i].work);
	for (unsigned int i = 0; i < ARRAY_SIZE(q); i++)
		flush_work(&q[i].work);
	expect_failed(cpu);
	console_loglevel = level;
	EXPECT_EQ(q[0].ran, 2);
}

/* --- Two at once --- */

static unsigned int ready;

static int fail_together(void *harts_that_fail)
{
	__atomic_add_fetch(&ready, 1, __ATOMIC_RELAXED);
	while (READ_ONCE(ready) < (unsigned long)harts_that_fail)
		cpu_relax();
	fail_here(NULL);
	return 0;
}

static void fail_work(struct work_struct *work)
{
	fail_together((void *)2);
}

/* The first words of a report's lines, in their order. */
static const char *const parts[] = { "oops: ", "epc ", "scause ", " ra ", "walk: ", "backtrace:" };

/* Whether the log has @reports of them behind the cursor, each whole before the next begins. */
static bool whole_reports(u64 cursor, unsigned int reports)
{
	unsigned int next = 0;
	char line[64];
	int level;

	while (log_read(&cursor, line, sizeof(line), &level) >= 0)
		for (unsigned int part = 0; part < ARRAY_SIZE(parts); part++)
			if (!strncmp(line, parts[part], strlen(parts[part])) &&
			    part != next++ % ARRAY_SIZE(parts))
				return false;
	return next == reports * ARRAY_SIZE(parts);
}

static void together(void)
{
	static struct work_struct work;
	const unsigned int cpu = last_cpu();
	int level = console_loglevel;
	u64 cursor = log_cursor();

	if (!cpu)
		return;
	ready = 0;
	INIT_WORK(&work, fail_work);
	ktest_expect_reports();
	console_loglevel = 0;
	EXPECT(schedule_work_on(cpu, &work));
	EXPECT_EQ(try_call(fail_together, (void *)2), -EFAULT);
	flush_work(&work);
	console_loglevel = level;
	EXPECT(whole_reports(cursor, 2));
	EXPECT_EQ(cpu_up(cpu), 0);
}

/* --- A hart that is less than the others --- */

/* Here: all, as an extension is said to be in use that no hart does. */
static void lacking(void)
{
	const unsigned long used = riscv_ext_used;
	const unsigned int cpu = last_cpu();
	unsigned int ext;

	svprobe(-1UL);
	for (ext = 0; ext < NR_RISCV_EXTS; ext++)
		if (riscv_ext_state[ext].does == HART_FAULTS ||
		    riscv_ext_state[ext].does == HART_DIFFERS)
			break;
	if (!cpu || ext == NR_RISCV_EXTS)
		return;
	EXPECT_EQ(cpu_down(cpu), 0);
	riscv_ext_used |= 1UL << ext;
	EXPECT_EQ(cpu_up(cpu), -EOPNOTSUPP);
	riscv_ext_used = used;
	EXPECT(!cpu_online(cpu));
	EXPECT_STREQ(harts[cpu]->lacks ? harts[cpu]->lacks : "", riscv_ext_name(ext));
	EXPECT_EQ(cpu_up(cpu), 0);
}

static const struct ktest_case cases[] = {
	{ "trap_elsewhere", trap_elsewhere },
	{ "trap_in_timer", trap_in_timer },
	{ "stack_overflow", stack_overflow },
	{ "works", works },
	{ "together", together },
	{ "lacking", lacking },
};
KTEST_SUITE(smp_fail, cases);
