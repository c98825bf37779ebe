/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_BENCH_H
#define KERNEL_BENCH_H

#include <kernel/types.h>

/*
 * Benchmarks inside the image, counted in retired instructions (rdinstret). A bench is
 * a row in a linker section: @run does the thing @n times; the same loop with nothing
 * in it is measured too and subtracted. @before and @after, where there are any, make and
 * undo what it needs, uncounted, around each sample.
 */

struct bench {
	const char *name;
	const char *what; /* what one unit is */
	void (*run)(unsigned long n);
	unsigned long n; /* repeats in one sample */
	void (*before)(void);
	void (*after)(void);
};

#define BENCH(id, what, run, n)                                  \
	static const struct bench bench_##id __used __aligned(8) \
		__section(".benches." #id) = { #id, what, run, n, NULL, NULL }

#define BENCH_AROUND(id, what, run, n, before, after)            \
	static const struct bench bench_##id __used __aligned(8) \
		__section(".benches." #id) = { #id, what, run, n, before, after }

/* The linker section's bounds. */
extern const struct bench __start_benches[], __stop_benches[];

/**
 * bench_run() - measure the benchmarks whose name matches a glob, or one of a list "a,b"
 * Prints `bench: name=… mode=… unit=instret min=… median=… n=…` for each, per unit.
 * Return: 0, -ENOENT: nothing matches; -ENODEV: the counter is closed. Both are said.
 */
int bench_run(const char *glob);

void bench_list(void);

#endif
