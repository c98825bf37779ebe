// SPDX-License-Identifier: BSD-2-Clause
/* Monitor command: which interrupts came, and where. */
#include <kernel/interrupt.h>
#include <kernel/monitor.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>

/* What each hart has of its own, besides lines of the controller. */
static const struct {
	const char *name;
	size_t offset; /* of an unsigned long in struct hart */
} counters[] = {
	{ "calls", offsetof(struct hart, nr_calls) },
	{ "timer", offsetof(struct hart, nr_timer) },
};

static int cmd_interrupts(int argc, char **argv)
{
	struct irq_info info;

	for (unsigned int irq = 1; irq_get_info(irq, &info); irq++)
		if (info.name || info.count)
			console_printf("%-11s %4u %-12s hart%-4lu %10lu%s\n", irq_chip_name(), irq,
				       info.name ? info.name : "-", harts[info.cpu]->hartid,
				       info.count, info.waiting ? " disabled" : "");
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		for (unsigned int i = 0; i < ARRAY_SIZE(counters); i++)
			console_printf("%-16s %-12s hart%-4lu %10lu\n", "-", counters[i].name,
				       harts[cpu]->hartid,
				       *(unsigned long *)((char *)harts[cpu] + counters[i].offset));
	return 0;
}

MONITOR_COMMAND(interrupts, "", "how many interrupts came, by source and hart", cmd_interrupts,
		NULL);
