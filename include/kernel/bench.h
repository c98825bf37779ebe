/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_BENCH_H
#define KERNEL_BENCH_H

#include <kernel/types.h>

/*
 * Benchmarks inside the image. A bench is a row in a linker section: @run does the thing @n
 * times and checks what came of it; the same loop with nothing in it is measured too and
 * subtracted. @before and @after, where there are any, make and undo what it needs,
 * uncounted, around each sample. With @one_call, @run does all @n at once: there is no loop
 * to subtract.
 */

struct bench {
	const char *name;
	const char *what; /* what one unit is */
	void (*run)(unsigned long n);
	unsigned long n; /* repeats in one sample */
	void (*before)(void);
	void (*after)(void);
	bool one_call;
};

#define BENCH_ROW(id, ...)                                               \
	static const struct bench bench_##id __used __aligned(ROW_ALIGN) \
		__section(".benches." #id) = { #id, __VA_ARGS__ }
#define BENCH(id, what, run, n) BENCH_ROW(id, what, run, n, NULL, NULL, false)
#define BENCH_AROUND(id, what, run, n, before, after) \
	BENCH_ROW(id, what, run, n, before, after, false)
#define BENCH_ONE_CALL(id, what, run, n, before, after) \
	BENCH_ROW(id, what, run, n, before, after, true)

/* The linker section's bounds. */
extern const struct bench __start_benches[], __stop_benches[];

/* A value the compiler knows nothing of. */
#define bench_hide(value)                 \
	({                                \
		__auto_type _v = (value); \
		OPTIMIZER_HIDE_VAR(_v);   \
		_v;                       \
	})

/** bench_check() - a result that is wrong fails the running benchmark: no figure is printed */
#define bench_check(right)                    \
	do {                                  \
		if (unlikely(!(right)))       \
			bench_failed(#right); \
	} while (0)
void bench_failed(const char *what);

/** bench_skip() - from @before: it cannot be done here. @run and @after do not follow */
void bench_skip(const char *reason);

/**
 * bench_run() - measure the benchmarks whose name matches a glob, or one of a list "a,b"
 * @unit: what is counted: "instret", "cycle" or "time" (ticks of the clock)
 * Prints for each, per unit of work, `bench: name=… mode=… unit=… min=… median=… n=…`, or
 * `skipped="…"` or `failed="…"` behind the mode.
 * Return: 0; -ENOENT: nothing matches; -EINVAL: another @unit; -ENODEV: the firmware keeps
 * that counter closed; -EIO: one has failed. All are said.
 */
int bench_run(const char *glob, const char *unit);

void bench_list(void);

#endif
