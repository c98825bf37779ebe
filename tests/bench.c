// SPDX-License-Identifier: BSD-2-Clause
/*
 * The runner of the benchmarks. Instructions repeat exactly on a machine that counts
 * honestly, so a number that moved means that the code moved; cycles and time are what
 * hardware makes of it.
 */
#include <kernel/bench.h>
#include <kernel/errno.h>
#include <kernel/monitor.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <asm/csr.h>
#include <asm/recovery.h>
#include <asm/time.h>
#include "glob_list.h"

#define NR_SAMPLES 16

/* Of the running benchmark. */
static const char *skip_reason, *failure;

void bench_skip(const char *reason)
{
	skip_reason = reason;
}

void bench_failed(const char *what)
{
	failure = what;
}

static u64 rdcycle(void)
{
	return csr_read(cycle);
}

static u64 clock(void)
{
	return rdtime();
}

static const struct counter {
	char name[8];
	u64 (*read)(void);
} counters[] = { { "instret", rdinstret }, { "cycle", rdcycle }, { "time", clock } };

/* What a benchmark's loop costs without the thing in it. */
static noinline void empty_loop(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		barrier();
}

static u64 count(const struct counter *counter, void (*run)(unsigned long n), unsigned long n)
{
	u64 before = counter->read();

	run(n);
	return counter->read() - before;
}

static u64 sample_of(const struct bench *bench, const struct counter *counter)
{
	u64 counted;

	if (bench->before)
		bench->before();
	if (skip_reason)
		return 0;
	counted = count(counter, bench->run, bench->n);
	if (bench->after)
		bench->after();
	return counted;
}

/* Few numbers: insertion. */
static void sort(u64 *sample, unsigned int n)
{
	for (unsigned int i = 1; i < n; i++) {
		u64 value = sample[i];
		unsigned int j = i;

		for (; j && sample[j - 1] > value; j--)
			sample[j] = sample[j - 1];
		sample[j] = value;
	}
}

static void print_samples(const struct bench *bench, u64 *sample)
{
	u64 least, median;

	sort(sample, NR_SAMPLES);
	least = sample[0] * 100 / bench->n;
	median = sample[NR_SAMPLES / 2] * 100 / bench->n;
	console_printf("min=%llu.%02llu median=%llu.%02llu n=%lu\n", least / 100, least % 100,
		       median / 100, median % 100, bench->n);
}

static int measure(const struct bench *bench, const struct counter *counter)
{
	u64 sample[NR_SAMPLES];

	skip_reason = failure = NULL;
	sample_of(bench, counter); /* whatever is done only once */
	for (unsigned int i = 0; i < NR_SAMPLES && !skip_reason; i++) {
		u64 with = sample_of(bench, counter);
		u64 without = count(counter, empty_loop, bench->one_call ? 0 : bench->n);

		sample[i] = with > without ? with - without : 0;
	}
	console_printf("bench: name=%s mode=%s unit=%s ", bench->name,
		       kernel_pgtable.geometry->name, counter->name);
	if (failure)
		console_printf("failed=\"%s\"\n", failure);
	else if (skip_reason)
		console_printf("skipped=\"%s\"\n", skip_reason);
	else
		print_samples(bench, sample);
	return failure ? -EIO : 0;
}

static const struct counter *counter_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		if (!strcmp(name, counters[i].name))
			return &counters[i];
	return NULL;
}

static int read_counter(void *arg)
{
	const struct counter *counter = arg;

	return counter->read() ? 0 : -ENODEV;
}

int bench_run(const char *glob, const char *unit)
{
	struct pt_regs trap;
	const struct counter *counter = counter_named(unit);
	int err = -ENOENT;

	if (!counter) {
		console_printf("bench: %s: neither instret nor cycle nor time\n", unit);
		return -EINVAL;
	}
	if (catch_trap(read_counter, (void *)counter, &trap)) {
		console_printf("bench: the firmware keeps the %s counter closed\n", unit);
		return -ENODEV;
	}
	for (const struct bench *b = __start_benches; b < __stop_benches; b++) {
		int result;

		if (!glob_list_match(glob, b->name))
			continue;
		result = measure(b, counter);
		if (result || err == -ENOENT)
			err = result;
	}
	if (err == -ENOENT)
		console_printf("bench: no benchmark matches '%s'\n", glob);
	return err;
}

void bench_list(void)
{
	for (const struct bench *b = __start_benches; b < __stop_benches; b++)
		console_printf("%-22s %s\n", b->name, b->what);
}

static int bench_command(int argc, char **argv)
{
	if (argc > 1)
		return bench_run(argv[1], argc > 2 ? argv[2] : counters[0].name);
	bench_list();
	return 0;
}

static const char *complete_bench(unsigned int index)
{
	const struct bench *bench = __start_benches + index;

	return bench < __stop_benches ? bench->name : NULL;
}

MONITOR_COMMAND(bench, "[GLOB] [UNIT]", "run benchmarks, in instret, cycle or time; or list them",
		bench_command, complete_bench);
