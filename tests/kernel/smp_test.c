// SPDX-License-Identifier: BSD-2-Clause
/*
 * Harts: started, called, stopped, each with variables of its own. With one hart the calls
 * are to itself.
 */
#include <kernel/cmdline.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <kernel/watchdog.h>
#include <kernel/workqueue.h>
#include <asm/boot_record.h>
#include <asm/cpufeature.h>
#include <asm/layout.h>
#include <asm/time.h>
#include <asm/tlbflush.h>
#include "mm/area/vm_area.h"
#include "pages.h"
#include "probe.h"

static DEFINE_PER_CPU(unsigned long, counter);
static spinlock_t lock;
static volatile unsigned long shared; /* guarded by it */
static unsigned long asked[NR_CPUS];

static unsigned int last_cpu(void)
{
	unsigned int last = 0;

	for_each_online_cpu(cpu)
		last = cpu;
	return last;
}

static void note_cpu(void *info)
{
	asked[smp_processor_id()] += (unsigned long)info;
}

static void calls(void)
{
	const unsigned long repeats = 50 * cmdline.ktest_work;

	memset(asked, 0, sizeof(asked));
	for (unsigned long i = 0; i < repeats; i++) {
		for_each_online_cpu(cpu)
			EXPECT_EQ(smp_call_function_single(cpu, note_cpu, (void *)1, i & 1), 0);
		on_each_cpu(note_cpu, (void *)2, true);
	}
	on_each_cpu(note_cpu, NULL, true); /* behind the last one nobody waited for */
	for_each_online_cpu(cpu)
		EXPECT_EQ(asked[cpu], 3 * repeats);
	EXPECT_EQ(smp_call_function_single(nr_cpu_ids, note_cpu, NULL, true), -ENXIO);
	EXPECT_EQ(smp_call_function_single(NR_CPUS + 7, note_cpu, NULL, true), -ENXIO);
}

static void fence_others(unsigned int cpu)
{
	const struct pgtable_change change = { .va = kernel_map.linear_start,
					       .last = kernel_map.linear_start + PAGE_SIZE - 1,
					       .removed = true };

	pgtable_fence(&kernel_pgtable, &change);
}

static void call_other(unsigned int cpu)
{
	EXPECT_EQ(smp_call_function_single(cpu, note_cpu, NULL, true), 0);
}

/* From the question to the answer. What it takes depends on the machine; that it ends, not. */
static void measure(const char *what, void (*ask)(unsigned int cpu))
{
	const unsigned int repeats = 100, cpu = last_cpu();
	ktime_t least = KTIME_MAX, most = 0, sum = 0;

	for (unsigned int i = 0; i < repeats; i++) {
		ktime_t begin = ktime_get(), took;

		ask(cpu);
		took = ktime_get() - begin;
		least = min(least, took);
		most = max(most, took);
		sum += took;
	}
	console_printf("    # %s: least=%lld mean=%lld most=%lld ns\n", what, least, sum / repeats,
		       most);
	EXPECT(most < 5 * NSEC_PER_SEC);
}

static void latency(void)
{
	if (!last_cpu())
		return; /* there is nobody to ask */
	measure("call", call_other);
	measure("remote fence", fence_others);
}

static void count_own(void *info)
{
	for (unsigned int i = 0; i < 10000; i++)
		this_cpu_write(counter, this_cpu_read(counter) + 1 + smp_processor_id());
}

static void hart_local(void)
{
	for_each_online_cpu(cpu)
		per_cpu(counter, cpu) = 0;
	on_each_cpu(count_own, NULL, true);
	for_each_online_cpu(cpu) {
		EXPECT_EQ(per_cpu(counter, cpu), 10000UL * (1 + cpu));
		EXPECT_EQ(harts[cpu]->cpu, cpu);
		EXPECT_EQ(harts[cpu]->self == harts[cpu], 1);
		for (unsigned int other = 0; other < cpu; other++) {
			EXPECT(harts[cpu]->hartid != harts[other]->hartid);
			EXPECT(harts[cpu]->canary != harts[other]->canary);
		}
	}
	EXPECT(per_cpu_ptr(&counter, smp_processor_id()) == &counter);
}

/* What a hart is when C runs on it. */
static void look(void *info)
{
	unsigned long *seen = info, sp;

	__asm__("mv %0, sp" : "=r"(sp));
	seen[0] = csr_read(satp);
	seen[1] = sp - this_hart()->home_low < STACK_SIZE;
	seen[2] = csr_read(sstatus) & (SR_SIE | SR_FS | SR_VS);
	__asm__("mv %0, gp" : "=r"(seen[3]));
}

static void hart_state(void)
{
	for_each_online_cpu(cpu) {
		unsigned long here[4], there[4];

		look(here);
		EXPECT_EQ(smp_call_function_single(cpu, look, there, true), 0);
		EXPECT_EQ(there[0], here[0]);
		EXPECT_EQ(there[1], 1);
		EXPECT_EQ(there[2], 0);
		EXPECT_EQ(there[3], here[3]);
	}
}

static void start_stop(void)
{
	const unsigned int cpu = last_cpu();
	const unsigned long repeats = 20 * cmdline.ktest_work;
	unsigned long used;

	cpu_down(cpu); /* what it kept for itself is free again */
	cpu_up(cpu);
	used = pages_used();
	EXPECT_EQ(cpu_down(0), -EBUSY);
	EXPECT_EQ(cpu_down(nr_cpu_ids), -EINVAL);
	EXPECT_EQ(cpu_up(nr_cpu_ids), -EINVAL);
	EXPECT_EQ(cpu_up(0), 0);
	for (unsigned long i = 0; cpu && i < repeats; i++) {
		EXPECT_EQ(cpu_down(cpu), 0);
		EXPECT(!cpu_online(cpu));
		EXPECT_EQ(smp_call_function_single(cpu, note_cpu, NULL, true), -ENXIO);
		EXPECT_EQ(cpu_down(cpu), 0);
		EXPECT_EQ(cpu_up(cpu), 0);
		EXPECT_EQ(cpu_up(cpu), 0);
		asked[cpu] = 0;
		EXPECT_EQ(smp_call_function_single(cpu, note_cpu, (void *)5, true), 0);
		EXPECT_EQ(asked[cpu], 5);
	}
	EXPECT_EQ(pages_used(), used);
}

/* A hart that lacks the mode: here, one that no hart has. */
static void no_mode(void)
{
	const unsigned int cpu = last_cpu();
	const u64 satp = boot_record.satp;

	if (!cpu)
		return;
	EXPECT_EQ(cpu_down(cpu), 0);
	boot_record.satp |= 15UL << SATP_MODE_SHIFT;
	EXPECT_EQ(cpu_up(cpu), -ENXIO);
	EXPECT(!cpu_online(cpu));
	boot_record.satp = satp;
	EXPECT_EQ(cpu_up(cpu), 0);
}

/* A hart whose leaves mean something else: here, they seem to be the boot hart's that do. */
static void other_types(void)
{
	const unsigned int cpu = last_cpu();

	if (!cpu)
		return;
	EXPECT_EQ(cpu_down(cpu), 0);
	boot_record.maee ^= 1;
	EXPECT_EQ(cpu_up(cpu), -ENXIO);
	EXPECT_STREQ(hart_state_text(harts[cpu]->state), "other types");
	boot_record.maee ^= 1;
	EXPECT_EQ(cpu_up(cpu), 0);
}

static void lock_and_count(void *info)
{
	for (unsigned int i = 0; i < 5000; i++) {
		spin_lock(&lock);
		shared = shared + 1;
		spin_unlock(&lock);
	}
}

static void exclusion(void)
{
	shared = 0;
	on_each_cpu(lock_and_count, NULL, false);
	on_each_cpu(note_cpu, NULL, true);
	EXPECT_EQ(shared, 5000UL * num_online_cpus());
	EXPECT(!spin_is_locked(&lock));
}

static const struct ktest_case cases[] = {
	{ "calls", calls },
	{ "latency", latency },
	{ "hart_local", hart_local },
	{ "hart_state", hart_state },
	{ "start_stop", start_stop },
	{ "no_mode", no_mode },
	{ "other_types", other_types },
	{ "exclusion", exclusion },
};
KTEST_SUITE(smp, cases);
