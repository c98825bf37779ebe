// SPDX-License-Identifier: BSD-2-Clause
/*
 * What harts cost each other, and a hart that meets none. With one hart there is no caller's
 * side of a call to count: it is an ordinary one. Of what is asked of another hart, the
 * firmware's part is counted apart; the difference is the caller's.
 */
#include <kernel/bench.h>
#include <kernel/delay.h>
#include <kernel/fence.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <asm/csr.h>
#include <asm/layout.h>
#include <asm/tlbflush.h>

static void run_lock(unsigned long n)
{
	static DEFINE_SPINLOCK(lock);

	for (unsigned long i = 0; i < n; i++) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	bench_check(!spin_is_locked(&lock));
}
BENCH(lock_unlock, "a lock nobody else wants, taken and given back", run_lock, 256);

static DEFINE_PER_CPU(unsigned long, variable);

static void run_this_hart(unsigned long n)
{
	unsigned long value = 1;

	for (unsigned long i = 0; i < n; i++)
		value = this_cpu_read(variable);
	bench_check(!value);
}
BENCH(this_hart, "a variable of this hart read", run_this_hart, 256);

static void nothing(void *info)
{
}

static unsigned int last_cpu(void)
{
	unsigned int last = 0;

	for_each_online_cpu(cpu)
		last = cpu;
	return last;
}

/* Until the other hart is idle again. */
static void settle(void)
{
	msleep(1);
}

static void run_call(unsigned long n)
{
	bench_check(!smp_call_function_single(last_cpu(), nothing, NULL, false));
}
BENCH_ONE_CALL(call_asked, "another hart asked, the firmware's part included", run_call, 1, settle,
	       settle);

static void run_kick(unsigned long n)
{
	smp_kick(harts[last_cpu()]);
}
BENCH_ONE_CALL(call_firmware, "the firmware's part of it", run_kick, 1, settle, settle);

/* As if it came from another hart. */
static void run_answer(unsigned long n)
{
	struct smp_call call = { .func = nothing, .ret = CALL_UNDER_WAY };

	for (unsigned long i = 0; i < n; i++) {
		call.ret = CALL_UNDER_WAY;
		llist_add(&call.node, &this_hart()->calls);
		csr_set(sip, SIE_SSIE);
		while (READ_ONCE(call.ret))
			;
	}
	bench_check(!call.ret);
}
BENCH(call_answered, "a call from the interrupt to the way back", run_answer, 64);

/* --- Fences: instructions are few; what the hart forgets by them shows in time --- */

static unsigned long somewhere(void)
{
	return kernel_map.linear_start;
}

static void run_fence_page(unsigned long n)
{
	unsigned long va = somewhere(), fences = nr_fences;

	for (unsigned long i = 0; i < n; i++)
		local_flush_tlb_page(va);
	bench_check(nr_fences == fences + n);
}
BENCH(fence_page, "a fence for one address, on this hart", run_fence_page, 256);

static void run_fence_all(unsigned long n)
{
	unsigned long fences = nr_fences;

	for (unsigned long i = 0; i < n; i++)
		local_flush_tlb_all();
	bench_check(nr_fences == fences + n);
}
BENCH(fence_all, "a full fence on this hart", run_fence_all, 256);

static void settle_two(void)
{
	if (num_online_cpus() < 2)
		bench_skip("one hart");
	else
		settle();
}

static void run_fence_harts(unsigned long n)
{
	const struct pgtable_change change = { .va = somewhere(),
					       .last = somewhere() + PAGE_SIZE - 1,
					       .removed = true };
	unsigned long fences = nr_fences;

	pgtable_fence(&kernel_pgtable, &change);
	bench_check(nr_fences == fences + 1);
}
BENCH_ONE_CALL(fence_harts, "the same on all harts, the firmware's part included", run_fence_harts,
	       1, settle_two, settle);

static void run_fence_firmware(unsigned long n)
{
	remote_sfence_vma(somewhere(), PAGE_SIZE);
}
BENCH_ONE_CALL(fence_firmware, "the firmware's part of it, waiting included", run_fence_firmware, 1,
	       settle_two, settle);
