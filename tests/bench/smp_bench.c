// SPDX-License-Identifier: BSD-2-Clause
/*
 * What harts cost each other, and a hart that meets none. With one hart there is no caller's
 * side of a call to count: it is an ordinary one.
 */
#include <kernel/bench.h>
#include <kernel/delay.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <asm/csr.h>

static void run_lock(unsigned long n)
{
	static DEFINE_SPINLOCK(lock);

	for (unsigned long i = 0; i < n; i++) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
}
BENCH(lock_unlock, "a lock nobody else wants, taken and given back", run_lock, 256);

static DEFINE_PER_CPU(unsigned long, variable);

static void run_this_hart(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		this_cpu_read(variable);
}
BENCH(this_hart, "a variable of this hart read", run_this_hart, 256);

static void nothing(void *info)
{
}

static unsigned int last_cpu(void)
{
	unsigned int last = 0;

	for_each_online_cpu(cpu) last = cpu;
	return last;
}

/* Until the other hart is idle again. */
static void settle(void)
{
	msleep(1);
}

static void run_call(unsigned long n)
{
	smp_call_function_single(last_cpu(), nothing, NULL, false);
}
BENCH_AROUND(call_asked, "another hart asked, the firmware's part included", run_call, 1, settle,
	     settle);

static void run_kick(unsigned long n)
{
	smp_kick(harts[last_cpu()]);
}
BENCH_AROUND(call_firmware, "the firmware's part of it", run_kick, 1, settle, settle);

/* As if it came from another hart. */
static void run_answer(unsigned long n)
{
	struct smp_call call = { .func = nothing };

	for (unsigned long i = 0; i < n; i++) {
		call.ret = CALL_UNDER_WAY;
		llist_add(&call.node, &this_hart()->calls);
		csr_set(sip, SIE_SSIE);
		while (READ_ONCE(call.ret))
			;
	}
}
BENCH(call_answered, "a call from the interrupt to the way back", run_answer, 64);
