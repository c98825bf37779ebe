// SPDX-License-Identifier: BSD-2-Clause
/* The end, with a reason; and the warning that is not the end. */
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/vsprintf.h>
#include <asm/cmpxchg.h>
#include <asm/irqflags.h>

static void (*describe_hook)(bool fatal);
static void (*end_hook)(void);

/* The hart whose panic it is. */
static const void *panicking;

u64 panic_on_oops, panic_on_warn;

void set_panic_hooks(void (*describe)(bool fatal), void (*end)(void))
{
	describe_hook = describe;
	end_hook = end;
}

void panic(const char *fmt, ...)
{
	va_list args;

	const void *hart = __builtin_thread_pointer(), *first;

	local_irq_disable();
	first = cmpxchg(&panicking, NULL, hart);
	while (first && first != hart) /* which stops this one */
		cpu_relax();
	if (!first) {
		char reason[256];

		va_start(args, fmt);
		vsnprintf(reason, sizeof(reason), fmt, args);
		va_end(args);
		pr_emerg("panic: %s\n", reason);
		if (describe_hook)
			describe_hook(true);
	}
	if (end_hook)
		end_hook();
	for (;;)
		barrier();
}

void warn_at(const char *file, int line, const char *cond)
{
	pr_warn("warning: %s:%d: %s\n", file, line, cond);
	warn_describe();
	if (panic_on_warn)
		panic("panic_on_warn");
}

void warn_describe(void)
{
	if (describe_hook)
		describe_hook(false);
}

void __stack_chk_fail(void)
{
	/* The call is the last thing in its function: its return address is not in there. */
	panic("stack smashed in %pS", (char *)__builtin_return_address(0) - 1);
}
