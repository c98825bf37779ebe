// SPDX-License-Identifier: BSD-2-Clause
/*
 * Harts starting, stopping and calling each other, by way of the firmware: HSM, IPI and
 * RFENCE (SBI 2.0 chapters 7 to 9).
 */
#include <kernel/errno.h>
#include <kernel/smp.h>
#include <asm/barrier.h>
#include <asm/boot_record.h>
#include <asm/cmpxchg.h>
#include <asm/csr.h>
#include <asm/page.h>
#include <asm/sbi.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <asm/trap.h>

void secondary_entry(void);
__noreturn void secondary_start_kernel(void);

/* One request to another hart. */
struct smp_call {
	struct smp_call *next;
	void (*func)(void *info);
	void *info;
	bool done;
};

/* Changed by the hart that starts or stops another, of which there is one at a time. */
unsigned int nr_online_cpus = 1;

/* The one that nobody waits for. */
static DEFINE_PER_CPU(struct smp_call, async_call);

/* The one that stops the hart it belongs to; nobody is told that it was done. */
static DEFINE_PER_CPU(struct smp_call, stop_call);

const char *hart_state_text(unsigned int state)
{
	static const char texts[][12] = {
		[HART_STOPPED] = "stopped", [HART_STARTING] = "starting",
		[HART_ONLINE] = "online",   [HART_NO_MODE] = "no mode",
		[HART_SILENT] = "silent",   [HART_REFUSED] = "refused",
	};

	return texts[state];
}

bool cpu_online(unsigned int cpu)
{
	return cpu < nr_cpu_ids && READ_ONCE(harts[cpu]->state) == HART_ONLINE;
}

/* --- Calls --- */

static void send_ipi(const struct hart *hart)
{
	sbi_ecall(SBI_EXT_IPI, 0, 1, hart->hartid, 0);
}

static int run_guarded(void *arg)
{
	struct smp_call *call = arg;

	call->func(call->info);
	return 0;
}

void smp_run_calls(void)
{
	struct hart *hart = this_hart();
	struct smp_call *calls, *first = NULL;

	/* Cleared before the queue is read: what is queued later is announced again. */
	csr_clear(sip, SIE_SSIE);
	calls = __atomic_exchange_n(&hart->calls, NULL, __ATOMIC_ACQUIRE);
	while (calls) { /* the last one asked is the first in the list */
		struct smp_call *next = calls->next;

		calls->next = first;
		first = calls;
		calls = next;
	}
	while (first) {
		struct smp_call *call = first;

		first = call->next; /* the asker's, once it is done */
		try_call(run_guarded, call);
		hart->nr_calls++;
		__atomic_store_n(&call->done, true, __ATOMIC_RELEASE);
	}
}

/* Two harts that wait for each other both go on. */
static void wait_for(const struct smp_call *call)
{
	while (!__atomic_load_n(&call->done, __ATOMIC_ACQUIRE))
		if (READ_ONCE(this_hart()->calls))
			smp_run_calls();
}

static void queue_call(struct hart *hart, struct smp_call *call)
{
	struct smp_call *first = READ_ONCE(hart->calls), *seen;

	call->done = false;
	for (;; first = seen) {
		call->next = first;
		seen = cmpxchg(&hart->calls, first, call);
		if (seen == first)
			break;
	}
	/* Whoever queued before and has not been served has sent one. */
	if (!first)
		send_ipi(hart);
}

int smp_call_function_single(unsigned int cpu, void (*func)(void *info), void *info, bool wait)
{
	struct smp_call sync = { .func = func, .info = info }, *call = &sync;

	if (cpu == smp_processor_id()) {
		func(info);
		return 0;
	}
	if (!cpu_online(cpu))
		return -ENXIO;
	if (!wait) {
		call = &async_call;
		if (call->func)
			wait_for(call);
		call->func = func;
		call->info = info;
	}
	queue_call(harts[cpu], call);
	if (wait)
		wait_for(call);
	return 0;
}

void on_each_cpu(void (*func)(void *info), void *info, bool wait)
{
	for_each_online_cpu(cpu) if (cpu != smp_processor_id())
		smp_call_function_single(cpu, func, info, wait);
	func(info);
}

/* --- Fences --- */

/* One call for all whose ids are within a word's bits of the first one's. */
void remote_sfence_vma(unsigned long start, unsigned long size)
{
	unsigned long base = 0, mask = 0;

	for_each_online_cpu(cpu)
	{
		unsigned long bit = harts[cpu]->hartid - base;

		if (cpu == smp_processor_id())
			continue;
		if (!mask || bit >= 64) {
			if (mask)
				sbi_ecall4(SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, mask, base, start,
					   size);
			base = harts[cpu]->hartid;
			mask = bit = 0;
		}
		mask |= 1UL << bit;
	}
	if (mask)
		sbi_ecall4(SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, mask, base, start, size);
}

/* --- Starting and stopping --- */

/* On its own stack, with the kernel's tables, which is all there is to a hart. */
void secondary_start_kernel(void)
{
	struct hart *hart = this_hart();

	trap_init();
	csr_write(sie, SIE_SSIE); /* not taken, but it ends wfi */
	__atomic_store_n(&hart->state, HART_ONLINE, __ATOMIC_RELEASE);
	for (;;) {
		smp_run_calls();
		__asm__ __volatile__("wfi" : : : "memory");
	}
}

static u64 deadline(void)
{
	return rdtime() + ticks_per_second();
}

static long firmware_state(const struct hart *hart)
{
	struct sbiret ret = sbi_ecall(SBI_EXT_HSM, SBI_HSM_HART_STATUS, hart->hartid, 0, 0);

	return ret.error ? ret.error : ret.value;
}

/* Whether it has stopped in time; only then can it be started again. */
static bool wait_stopped(const struct hart *hart, u64 end)
{
	while (firmware_state(hart) != SBI_HSM_STOPPED)
		if (rdtime() > end)
			return false;
	return true;
}

int cpu_up(unsigned int cpu)
{
	struct hart *hart;
	struct sbiret ret;
	u64 end = deadline();

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	hart = harts[cpu];
	if (cpu_online(cpu))
		return 0;
	hart->state = HART_STARTING;
	hart->stack_low = hart->home_low; /* it may have been on the other one */
	hart->stack_high = hart->home_high;
	hart->recovery = NULL;
	hart->in_report = 0;
	mb(); /* it reads this with translation off */
	ret = sbi_ecall(SBI_EXT_HSM, SBI_HSM_HART_START, hart->hartid,
			__pa_symbol((void *)secondary_entry), __pa(hart));
	if (ret.error) {
		hart->state = HART_REFUSED;
		return -EIO;
	}
	while (READ_ONCE(hart->state) == HART_STARTING)
		if (rdtime() > end)
			hart->state = HART_SILENT;
	if (hart->state == HART_ONLINE) {
		nr_online_cpus++;
		return 0;
	}
	if (hart->state == HART_SILENT)
		return -ETIMEDOUT;
	wait_stopped(hart, end); /* it has told why, and is on its way */
	return -ENXIO;
}

static void stop_here(void *info)
{
	struct hart *hart = this_hart();

	csr_write(sie, 0);
	__atomic_store_n(&hart->state, HART_STOPPED, __ATOMIC_RELEASE);
	sbi_ecall(SBI_EXT_HSM, SBI_HSM_HART_STOP, 0, 0, 0);
	/* The firmware would not: the hart stays. */
	csr_write(sie, SIE_SSIE);
	hart->state = HART_ONLINE;
}

int cpu_down(unsigned int cpu)
{
	u64 end = deadline();
	struct smp_call *call;

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	if (!cpu_online(cpu))
		return 0;
	if (!cpu || cpu == smp_processor_id())
		return -EBUSY;
	call = per_cpu_ptr(&stop_call, cpu);
	if (!call->func) { /* else it still has the last one before it */
		call->func = stop_here;
		queue_call(harts[cpu], call);
	}
	if (!wait_stopped(harts[cpu], end))
		return -ETIMEDOUT;
	call->func = NULL;
	harts[cpu]->calls = NULL;
	nr_online_cpus--;
	return 0;
}
