// SPDX-License-Identifier: BSD-2-Clause
/* Harts that are stuck are found and named. */
#include <kernel/ktest.h>
#include <kernel/ktime.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <kernel/watchdog.h>
#include <kernel/workqueue.h>
#include <asm/irqflags.h>
#include <asm/time.h>
#include "log.h"

#define LIMIT (NSEC_PER_SEC / 10)

static ktime_t usual;

static void restart(void *info)
{
	watchdog_disable();
	watchdog_limit = (long)info;
	watchdog_enable();
}

/* On one hart after the other: with none, or the usual, a timer would be set for nothing. */
static void set_limit(ktime_t limit)
{
	on_each_cpu(restart, (void *)(long)limit, true);
}

static char expected[64];
static u64 begin;

static bool all_logged(const char *function)
{
	return logged(begin, expected) && logged(begin, function);
}

/* Until the log has it: on a slow machine the other kind of report may come first. */
static void stuck_until_logged(const char *function)
{
	ktime_t end = ktime_get() + 10 * NSEC_PER_SEC;

	while (ktime_get() < end && !all_logged(function))
		;
}

static noinline int busy_function(void *unused)
{
	stuck_until_logged("busy_function");
	return 0;
}

static noinline int masked_function(void *unused)
{
	unsigned long flags;

	local_irq_save(flags);
	stuck_until_logged("masked_function");
	local_irq_restore(flags);
	return 0;
}

/* Where a hart stood still just before, the report has come before the call: then again. */
static void expect_report(unsigned int cpu, int (*fn)(void *), const char *what,
			  const char *function)
{
	int level = console_loglevel;

	console_loglevel = 0;
	begin = log_cursor();
	snprintf(expected, sizeof(expected), "watchdog: hart%lu has %s", harts[cpu]->hartid, what);
	for (unsigned int i = 0; i < 6 && !all_logged(function); i++) {
		set_limit(LIMIT);
		EXPECT_EQ(smp_call_on_cpu(cpu, fn, NULL, false), 0);
	}
	console_loglevel = level;
	EXPECT(logged(begin, expected));
	EXPECT(logged(begin, function));
}

static void busy(void)
{
	usual = watchdog_limit;
	for_each_online_cpu(cpu)
		if (cpu < 2)
			expect_report(cpu, busy_function, "been busy for", "busy_function");
	set_limit(usual);
}

/* Found by a neighbour: with one hart there is none. */
static void masked(void)
{
	usual = watchdog_limit;
	for_each_online_cpu(cpu)
		if (cpu < 2 && num_online_cpus() > 1)
			expect_report(cpu, masked_function, "taken no interrupt for",
				      "masked_function");
	set_limit(usual);
}

#define ROUND (15 * LIMIT)

static int touching(void *unused)
{
	ktime_t end = ktime_get() + ROUND;

	while (ktime_get() < end)
		touch_softlockup_watchdog();
	return 0;
}

/*
 * One that gets on is left alone, however long it takes. Where the machine stands still for
 * long it is reported rightly: one round in which it does not is enough.
 */
static void touched(void)
{
	unsigned int last = 0, i;
	char text[64];

	for_each_online_cpu(cpu)
		last = cpu;
	snprintf(text, sizeof(text), "hart%lu has been busy", harts[last]->hartid);
	usual = watchdog_limit;
	set_limit(ROUND / 4);
	for (i = 0; i < 10; i++) {
		begin = log_cursor();
		EXPECT_EQ(smp_call_on_cpu(last, touching, NULL, false), 0);
		if (!logged(begin, text))
			break;
	}
	EXPECT(i < 10);
	set_limit(usual);
}

static const struct ktest_case cases[] = {
	{ "busy", busy },
	{ "masked", masked },
	{ "touched", touched },
};
KTEST_SUITE(smp_watchdog, cases);
