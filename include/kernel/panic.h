/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

#include <kernel/types.h>

/**
 * panic() - say why nothing can go on, then power off or idle
 * For broken boot invariants. Prints the reason, the boot record while booting, a
 * backtrace, and ends the machine with a failure.
 * Context: any, once translation is on. Never returns.
 */
__noreturn void panic(const char *fmt, ...) __printf(1, 2);

/* Whether a report ends the machine, even where somebody waits to go on after it. */
extern u64 panic_on_oops;

/* Whether a warning, or a report of KASAN's, does. */
extern u64 panic_on_warn;

/** set_panic_hooks() - what the upper layers add: describing the machine (@fatal: and it ends) */
void set_panic_hooks(void (*describe)(bool fatal), void (*end)(void));

/** WARN_ON() - report a condition that should not be, and go on; gives the condition */
#define WARN_ON(cond)                                       \
	({                                                  \
		bool _c = !!(cond);                         \
		if (unlikely(_c))                           \
			warn_at(__FILE__, __LINE__, #cond); \
		_c;                                         \
	})
void warn_at(const char *file, int line, const char *cond);

/** warn_describe() - what follows the text of a warning: the callers */
void warn_describe(void);

/** __stack_chk_fail() - called by compiled code whose canary has changed */
__noreturn void __stack_chk_fail(void);

#endif
