// SPDX-License-Identifier: BSD-2-Clause
/*
 * The runner of the benchmarks. Counts instructions, which repeat exactly on a machine
 * that counts honestly, so a number that moved means that the code moved.
 */
#include <kernel/bench.h>
#include <kernel/errno.h>
#include <kernel/monitor.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <asm/time.h>

#define NR_SAMPLES 16

/* What a benchmark's loop costs without the thing in it. */
static noinline void empty_loop(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		barrier();
}

static u64 count(void (*run)(unsigned long n), unsigned long n)
{
	u64 before = rdinstret();

	run(n);
	return rdinstret() - before;
}

static u64 sample_of(const struct bench *bench)
{
	u64 counted;

	if (bench->before)
		bench->before();
	counted = count(bench->run, bench->n);
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

static void measure(const struct bench *bench)
{
	u64 sample[NR_SAMPLES];
	u64 hundredths[2];

	sample_of(bench); /* whatever is done only once */
	for (unsigned int i = 0; i < NR_SAMPLES; i++) {
		u64 with = sample_of(bench);
		u64 without = count(empty_loop, bench->n);

		sample[i] = with > without ? with - without : 0;
	}
	sort(sample, NR_SAMPLES);
	hundredths[0] = sample[0] * 100 / bench->n;
	hundredths[1] = sample[NR_SAMPLES / 2] * 100 / bench->n;
	console_printf(
		"bench: name=%s mode=%s unit=instret min=%llu.%02llu median=%llu.%02llu n=%lu\n",
		bench->name, kernel_pgtable.geometry->name, hundredths[0] / 100,
		hundredths[0] % 100, hundredths[1] / 100, hundredths[1] % 100, bench->n);
}

int bench_run(const char *glob)
{
	int err = -ENOENT;

	if (!rdinstret()) {
		console_printf("bench: the firmware keeps the instret counter closed\n");
		return -ENODEV;
	}
	for (const struct bench *b = __start_benches; b < __stop_benches; b++) {
		if (!glob_list_match(glob, b->name))
			continue;
		measure(b);
		err = 0;
	}
	if (err)
		console_printf("bench: no benchmark matches '%s'\n", glob);
	return err;
}

void bench_list(void)
{
	for (const struct bench *b = __start_benches; b < __stop_benches; b++)
		console_printf("%-20s %s\n", b->name, b->what);
}

static int bench_command(int argc, char **argv)
{
	if (argc > 2)
		return -EINVAL;
	if (argc == 2)
		return bench_run(argv[1]);
	bench_list();
	return 0;
}

static const char *complete_bench(unsigned int index)
{
	const struct bench *bench = __start_benches + index;

	return bench < __stop_benches ? bench->name : NULL;
}

MONITOR_COMMAND(bench, "[GLOB]", "run benchmarks; without GLOB list them", bench_command,
		complete_bench);
