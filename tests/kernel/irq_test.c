// SPDX-License-Identifier: BSD-2-Clause
/*
 * External interrupts, made by a device nobody else uses: QEMU's goldfish-rtc, whose alarm
 * holds its line until it is told to stop.
 */
#include <kernel/cpu.h>
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/interrupt.h>
#include <kernel/ioremap.h>
#include <kernel/ktest.h>
#include <kernel/percpu.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <kernel/workqueue.h>
#include <asm/cmpxchg.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/time.h>
#include "log.h"

enum rtc {
	ALARM_LOW = 0x08,
	ALARM_HIGH = 0x0c,
	IRQ_ENABLED = 0x10,
	CLEAR_INTERRUPT = 0x1c,
};

static volatile u8 *rtc;
static unsigned int line;
static unsigned long calls;
static unsigned int last_cpu, not_inside;
static bool up;             /* the line */
static unsigned long stale; /* calls while it was not */
static unsigned long hold;  /* calls that leave it up */
static bool refuse;         /* say that it was not ours, and leave it up */
static unsigned int trap;   /* once */

/* An alarm long ago. */
static void raise_line(void)
{
	WRITE_ONCE(up, true);
	writel(0, rtc + ALARM_HIGH);
	writel(0, rtc + ALARM_LOW);
}

static void lower_line(void)
{
	WRITE_ONCE(up, false);
	writel(1, rtc + CLEAR_INTERRUPT);
}

/* QEMU's PLIC looks at a line only when the device says something of it. */
static void leave_up(void)
{
	if (!strcmp(irq_chip_name(), "plic"))
		writel(1, rtc + IRQ_ENABLED);
}

static irqreturn_t handler(unsigned int irq, void *dev)
{
	if (xchg(&trap, 0))
		*(volatile char *)NULL = 1;
	if (!READ_ONCE(up)) {
		stale++;
		return IRQ_NONE;
	}
	calls++;
	last_cpu = smp_processor_id();
	not_inside += !in_interrupt() || !irqs_disabled() || irq != line || dev != &calls;
	if (!hold && !refuse) {
		lower_line();
		return IRQ_HANDLED;
	}
	hold -= hold != 0;
	leave_up();
	return refuse ? IRQ_NONE : IRQ_HANDLED;
}

/* Long enough for an emulator whose machine is busy, and for a report on a serial line. */
static u64 patience(void)
{
	return rdtime() + 10 * ticks_per_second();
}

/* Calls once @wanted of them were made, or there is no more patience; then whether more come. */
static unsigned long calls_after(unsigned long wanted)
{
	u64 end = patience();

	while (READ_ONCE(calls) < wanted && rdtime() < end)
		;
	for (unsigned int i = 0; i < 200; i++)
		readl(rtc + IRQ_ENABLED);
	return READ_ONCE(calls);
}

/* Finds and maps the device. False: the case is over. */
static bool begin(void)
{
	int soc = fdt_find_node(&machine_fdt, "/soc"), node = fdt_first_child(&machine_fdt, soc);
	const u8 *irqs;
	u64 pa;
	u32 len;

	while (node >= 0 && !fdt_is_compatible(&machine_fdt, node, "google,goldfish-rtc"))
		node = fdt_next_sibling(&machine_fdt, node);
	irqs = fdt_getprop(&machine_fdt, node, "interrupts", &len);
	if (!irqs || len < 4 || fdt_reg(&machine_fdt, soc, node, 0, &pa, NULL)) {
		ktest_skip("the device tree has no goldfish-rtc");
		return false;
	}
	line = (u32)fdt_read_number(irqs, 1);
	calls = hold = stale = 0;
	refuse = false;
	not_inside = 0;
	if (!nr_irqs) {
		EXPECT_EQ(request_irq(line, handler, 0, "ktest", &calls), -ENODEV);
		return false;
	}
	rtc = ioremap(pa, 0x24);
	EXPECT(rtc != NULL);
	if (!rtc)
		return false;
	lower_line();
	writel(1, rtc + IRQ_ENABLED);
	EXPECT_EQ(request_irq(line, handler, 0, "ktest", &calls), 0);
	calls_after(0); /* what the controller keeps of the last case */
	free_irq(line, &calls);
	stale = 0;
	return true;
}

static void end(void)
{
	struct irq_info info;

	writel(0, rtc + IRQ_ENABLED);
	lower_line();
	iounmap(rtc);
	EXPECT_EQ(not_inside, 0);
	/* QEMU's APLIC, when it interrupts harts itself, forgets that a level went down. */
	EXPECT(!stale || !strcmp(irq_chip_name(), "aplic"));
	EXPECT(irq_get_info(line, &info));
	EXPECT(!info.name);
	EXPECT(!irqs_disabled());
}

static void request(void)
{
	EXPECT_EQ(request_irq(line, handler, 0, "ktest", &calls), 0);
}

/* One call for each time it is raised, and the count of people agrees. */
static void counted(void)
{
	struct irq_info before, after;

	if (!begin())
		return;
	irq_get_info(line, &before);
	request();
	for (unsigned long i = 1; i <= 100; i++) {
		raise_line();
		if (calls_after(i) != i)
			break;
	}
	EXPECT_EQ(calls, 100);
	irq_get_info(line, &after);
	EXPECT_EQ(after.count - before.count, 100 + stale);
	EXPECT_STREQ(after.name, "ktest");
	EXPECT_EQ(after.cpu, 0);
	free_irq(line, &calls);
	end();
}

/* A line that stays up comes again. */
static void held(void)
{
	if (!begin())
		return;
	request();
	hold = 4;
	raise_line();
	EXPECT_EQ(calls_after(5), 5);
	free_irq(line, &calls);
	end();
}

static void freed(void)
{
	u64 cursor = log_cursor();

	if (!begin())
		return;
	request();
	raise_line();
	EXPECT_EQ(calls_after(1), 1);
	free_irq(line, &calls);
	raise_line();
	EXPECT_EQ(calls_after(1), 1);
	/* It waits for whoever is next. */
	request();
	EXPECT_EQ(calls_after(2), 2);
	free_irq(line, &calls);
	EXPECT(!logged(cursor, "irq: "));
	free_irq(line, &calls);
	EXPECT(logged(cursor, "freed, but was not requested"));
	end();
}

static void disabled(void)
{
	struct irq_info info;

	if (!begin())
		return;
	request();
	disable_irq(line);
	disable_irq(line);
	raise_line();
	EXPECT_EQ(calls_after(0), 0);
	enable_irq(line);
	EXPECT_EQ(calls_after(0), 0);
	irq_get_info(line, &info);
	EXPECT(info.waiting);
	enable_irq(line);
	EXPECT_EQ(calls_after(1), 1);
	irq_get_info(line, &info);
	EXPECT(!info.waiting);
	free_irq(line, &calls);
	enable_irq(line); /* of nobody: nothing happens */
	raise_line();
	EXPECT_EQ(calls_after(1), 1);
	end();
}

/* What the handler itself disables stays so, and the line is not lost to the controller. */
static irqreturn_t disabling(unsigned int irq, void *dev)
{
	calls++;
	disable_irq(irq);
	leave_up();
	return IRQ_HANDLED;
}

static void disabled_inside(void)
{
	if (!begin())
		return;
	EXPECT_EQ(request_irq(line, disabling, 0, "ktest", &calls), 0);
	raise_line();
	for (unsigned long i = 1; i <= 3; i++) {
		EXPECT_EQ(calls_after(i), i);
		enable_irq(line);
	}
	EXPECT_EQ(calls_after(4), 4);
	free_irq(line, &calls);
	end();
}

/* A line that nobody takes is disabled, and said once. */
static void unhandled(void)
{
	u64 cursor = log_cursor();
	struct irq_info info;

	if (!begin())
		return;
	refuse = true;
	request();
	raise_line();
	EXPECT_EQ(calls_after(1000), 1000);
	irq_get_info(line, &info);
	EXPECT(info.waiting);
	EXPECT(logged(cursor, ": nobody takes it: disabled"));
	refuse = false;
	enable_irq(line);
	EXPECT_EQ(calls_after(1001), 1001);
	free_irq(line, &calls);
	end();
}

static void masked_by_hart(void)
{
	unsigned long flags;

	if (!begin())
		return;
	request();
	local_irq_save(flags);
	raise_line();
	EXPECT_EQ(calls_after(0), 0);
	local_irq_restore(flags);
	EXPECT_EQ(calls_after(1), 1);
	free_irq(line, &calls);
	end();
}

static irqreturn_t second(unsigned int irq, void *dev)
{
	++*(unsigned long *)dev;
	return IRQ_NONE;
}

static void shared(void)
{
	unsigned long others = 0, before;

	if (!begin())
		return;
	EXPECT_EQ(request_irq(line, second, IRQF_SHARED, "other", &others), 0);
	EXPECT_EQ(request_irq(line, handler, 0, "ktest", &calls), -EBUSY);
	EXPECT_EQ(request_irq(line, handler, IRQF_SHARED, "ktest", &calls), 0);
	for (unsigned long i = 1; i <= 1100; i++) { /* one that takes it is enough */
		raise_line();
		if (calls_after(i) != i)
			break;
	}
	EXPECT_EQ(calls, 1100);
	EXPECT_EQ(others, 1100 + stale);
	free_irq(line, &others);
	before = others;
	raise_line();
	EXPECT_EQ(calls_after(1101), 1101);
	EXPECT_EQ(others, before);
	free_irq(line, &calls);
	end();
}

static void refusals(void)
{
	if (!begin())
		return;
	EXPECT_EQ(request_irq(0, handler, 0, "ktest", &calls), -EINVAL);
	EXPECT_EQ(request_irq(nr_irqs, handler, 0, "ktest", &calls), -EINVAL);
	EXPECT_EQ(request_irq(~0U, handler, 0, "ktest", &calls), -EINVAL);
	EXPECT_EQ(request_irq(line, NULL, 0, "ktest", &calls), -EINVAL);
	EXPECT_EQ(request_irq(line, handler, IRQF_SHARED, "ktest", NULL), -EINVAL);
	request();
	EXPECT_EQ(request_irq(line, handler, 0, "ktest", &calls), -EBUSY);
	EXPECT_EQ(request_irq(line, handler, IRQF_SHARED, "ktest", &calls), -EBUSY);
	free_irq(line, &calls);
	EXPECT_EQ(irq_set_affinity(0, 0), -EINVAL);
	EXPECT_EQ(irq_set_affinity(nr_irqs, 0), -EINVAL);
	EXPECT_EQ(irq_set_affinity(line, nr_cpu_ids), -ENXIO);
	EXPECT(!irq_get_info(0, &(struct irq_info){ 0 }));
	EXPECT(!irq_get_info(nr_irqs, &(struct irq_info){ 0 }));
	disable_irq(nr_irqs);
	enable_irq(nr_irqs);
	end();
}

/* To each hart, and back. */
static void affinity(void)
{
	unsigned long n = 0;

	if (!begin())
		return;
	request();
	for_each_online_cpu(cpu) {
		EXPECT_EQ(irq_set_affinity(line, cpu), 0);
		for (unsigned int i = 0; i < 3; i++) {
			raise_line();
			EXPECT_EQ(calls_after(++n), n);
			EXPECT_EQ(READ_ONCE(last_cpu), cpu);
		}
	}
	EXPECT_EQ(irq_set_affinity(line, 0), 0);
	raise_line();
	EXPECT_EQ(calls_after(++n), n);
	EXPECT_EQ(READ_ONCE(last_cpu), 0);
	free_irq(line, &calls);
	end();
}

static void expect_on(unsigned int cpu)
{
	unsigned long before = calls;
	struct irq_info info;

	raise_line();
	EXPECT_EQ(calls_after(before + 1), before + 1);
	EXPECT_EQ(READ_ONCE(last_cpu), cpu);
	irq_get_info(line, &info);
	EXPECT_EQ(info.cpu, cpu);
}

/* The hart that has the line stops, or fails in its handler: the boot hart takes it. */
static void hart_gone(void)
{
	struct irq_info info;
	u64 end_of_wait;

	if (!begin())
		return;
	request();
	for_each_online_cpu(cpu) {
		if (!cpu)
			continue;
		EXPECT_EQ(irq_set_affinity(line, cpu), 0);
		EXPECT_EQ(cpu_down(cpu), 0);
		expect_on(0);
		EXPECT_EQ(cpu_up(cpu), 0);
		expect_on(0);
		EXPECT_EQ(irq_set_affinity(line, cpu), 0);
		expect_on(cpu);
		if (READ_ONCE(last_cpu) != cpu)
			break; /* the boot hart would not survive the trap */
		ktest_expect_reports();
		calls = 0;
		trap = 1;
		raise_line();
		end_of_wait = patience();
		/* Without touching a device: QEMU would keep the other from its UART. */
		while (READ_ONCE(harts[cpu]->state) != HART_FAILED && rdtime() < end_of_wait)
			;
		EXPECT_EQ(READ_ONCE(harts[cpu]->state), HART_FAILED);
		do {
			run_works();
			irq_get_info(line, &info);
		} while (info.cpu && rdtime() < end_of_wait);
		leave_up();
		EXPECT_EQ(calls_after(1), 1);
		EXPECT_EQ(READ_ONCE(last_cpu), 0);
		EXPECT_EQ(cpu_up(cpu), 0);
		EXPECT_EQ(irq_set_affinity(line, cpu), 0);
		expect_on(cpu);
	}
	EXPECT_EQ(irq_set_affinity(line, 0), 0);
	expect_on(0);
	free_irq(line, &calls);
	end();
}

static const struct ktest_case cases[] = {
	{ "counted", counted },
	{ "held", held },
	{ "freed", freed },
	{ "disabled", disabled },
	{ "disabled_inside", disabled_inside },
	{ "unhandled", unhandled },
	{ "masked_by_hart", masked_by_hart },
	{ "shared", shared },
	{ "refusals", refusals },
	{ "affinity", affinity },
	{ "hart_gone", hart_gone },
};
KTEST_SUITE(irq, cases);
