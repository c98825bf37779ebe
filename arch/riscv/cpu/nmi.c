// SPDX-License-Identifier: BSD-2-Clause
/* Looking at a hart that takes no interrupts: supervisor software events (SBI 3.0 chapter 17). */
#include <kernel/percpu.h>
#include <kernel/string.h>
#include <asm/cmpxchg.h>
#include <asm/nmi.h>
#include <asm/ptrace.h>
#include <asm/sbi.h>
#include <asm/stacktrace.h>
#include <asm/time.h>

void nmi_entry(void);

/* Where nmi_entry() writes the registers down. */
static DEFINE_PER_CPU(struct pt_regs, seen);

static long sse(unsigned long function, unsigned long arg1, unsigned long arg2)
{
	return sbi_ecall(SBI_EXT_SSE, function, SBI_SSE_LOCAL_SOFTWARE, arg1, arg2).error;
}

/* Firmware of before SBI 3.0 has no mask for harts, and refuses to lift it. */
void nmi_cpu_init(void)
{
	if (!sbi_probe(SBI_EXT_SSE))
		return;
	if (!sse(SBI_SSE_REGISTER, (unsigned long)nmi_entry, (unsigned long)&seen))
		sse(SBI_SSE_ENABLE, 0, 0);
	sbi_ecall(SBI_EXT_SSE, SBI_SSE_HART_UNMASK, 0, 0, 0);
}

/* A hart that stops with an event is complained about. */
void nmi_cpu_exit(void)
{
	if (!sbi_probe(SBI_EXT_SSE))
		return;
	sse(SBI_SSE_DISABLE, 0, 0);
	sse(SBI_SSE_UNREGISTER, 0, 0);
}

/* What nmi_entry() finds in cause, and puts there; it waits while its own is there. */
#define NOBODY_LOOKS 0
#define ARMED        2

static char stack_copy[STACK_SIZE] __noinit; /* one report at a time */

/*
 * The hart stands still only while its stack is copied: it may hold the lock of the log, and
 * nothing can be printed then.
 */
static bool look(const struct hart *hart, struct pt_regs *regs)
{
	ktime_t end = ktime_get() + 5 * NSEC_PER_SEC; /* the emulator's machine may be busy */

	xchg(&regs->cause, ARMED);
	if (!sbi_probe(SBI_EXT_SSE) || sse(SBI_SSE_INJECT, hart->hartid, 0))
		return false;
	while (__atomic_load_n(&regs->cause, __ATOMIC_ACQUIRE) == ARMED)
		if (ktime_get() > end && cmpxchg(&regs->cause, ARMED, NOBODY_LOOKS) == ARMED)
			return false;
	memcpy(stack_copy, (const void *)hart->home_low, STACK_SIZE);
	__atomic_store_n(&regs->cause, NOBODY_LOOKS, __ATOMIC_RELEASE);
	return true;
}

void trigger_single_cpu_backtrace(unsigned int cpu)
{
	struct pt_regs *regs = per_cpu_ptr(&seen, cpu);

	if (look(harts[cpu], regs)) {
		show_backtrace_of(harts[cpu], regs, stack_copy);
	} else {
		memcpy(stack_copy, (const void *)harts[cpu]->home_low, STACK_SIZE);
		show_stack_of(harts[cpu], stack_copy);
	}
}
