// SPDX-License-Identifier: BSD-2-Clause
/* The command hart: which harts there are; start and stop one. */
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/monitor.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>
#include <kernel/smpboot.h>
#include <kernel/string.h>

int monitor_parse_hart(const char *word, unsigned int *cpu)
{
	u64 hartid;

	if (monitor_parse_number(word, &hartid))
		return -EINVAL;
	for (*cpu = 0; *cpu < nr_cpu_ids; ++*cpu)
		if (harts[*cpu]->hartid == hartid)
			return 0;
	monitor_error("%s: there is no such hart", word);
	return -ENOENT;
}

static int list_harts(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		console_printf("hart%-3lu cpu%-3u %-9s ticks=%lu calls=%lu retried-faults=%lu\n",
			       harts[cpu]->hartid, cpu, hart_state_text(harts[cpu]->state),
			       harts[cpu]->nr_timer, harts[cpu]->nr_calls, harts[cpu]->nr_spurious);
	return 0;
}

static int start_or_stop(bool start, const char *word)
{
	char text[START_ERROR_LEN];
	unsigned int cpu;
	int err = monitor_parse_hart(word, &cpu);

	if (err)
		return err == -EINVAL ? -ENOENT : err;
	err = start ? cpu_up(cpu) : cpu_down(cpu);
	if (err == -EBUSY)
		monitor_error("%s: the monitor runs on it", word);
	else if (err)
		monitor_error("%s: %s", word,
			      start ? hart_start_error(harts[cpu], text) : "it does not stop");
	return err;
}

static int cmd_hart(int argc, char **argv)
{
	if (argc == 1)
		return list_harts();
	if (strcmp(argv[1], "start") && strcmp(argv[1], "stop"))
		monitor_error("%s: neither start nor stop", argv[1]);
	else if (argc == 2)
		monitor_error("%s: no HARTID", argv[1]);
	else
		return start_or_stop(!strcmp(argv[1], "start"), argv[2]);
	return -EINVAL;
}

static const char *complete_hart(unsigned int index)
{
	static const char words[][6] = { "start", "stop" };

	return index < ARRAY_SIZE(words) ? words[index] : NULL;
}

MONITOR_COMMAND(hart, "[start|stop] [HARTID]", "the harts that can be used; start or stop one",
		cmd_hart, complete_hart);
