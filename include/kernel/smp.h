/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SMP_H
#define KERNEL_SMP_H

#include <kernel/percpu.h>

/*
 * The other harts: started, asked to run something, stopped. Numbers of harts ("cpu", as
 * in Linux) are those of harts[]; hart ids are the firmware's.
 *
 * A hart that has nothing to do sleeps in wfi, and runs what others ask of it when an
 * interprocessor interrupt wakes it. Interrupts are not taken anywhere else yet: a hart
 * that is busy answers when it is done, and the boot hart when it waits for a key.
 */

/** cpu_online() - whether hart @cpu runs and can be asked */
bool cpu_online(unsigned int cpu);

/** num_online_cpus() - how many can; known without looking at each */
extern unsigned int nr_online_cpus;
static inline unsigned int num_online_cpus(void)
{
	return READ_ONCE(nr_online_cpus);
}

#define for_each_online_cpu(cpu)                            \
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) \
		if (cpu_online(cpu))

/**
 * cpu_up() - start hart @cpu and wait until it is there
 * Context: any hart that may wait.
 * Return: 0, also when it runs already; -EINVAL: no such number; -ENXIO: it does not keep the
 * kernel's paging mode; -EIO: the firmware refuses; -ETIMEDOUT: it did not come in a second.
 */
int cpu_up(unsigned int cpu);

/**
 * cpu_down() - stop hart @cpu and wait until the firmware says so
 * Return: 0, also when it is stopped already; -EINVAL: no such number; -EBUSY: it is the boot
 * hart or the one that asks; -ETIMEDOUT: it did not stop in a second.
 */
int cpu_down(unsigned int cpu);

/**
 * smp_call_function_single() - run func(info) on hart @cpu
 * @wait: until it has returned; without, at most one call from this hart is under way, and
 *        the next one waits for it
 *
 * On the running hart it is an ordinary call. A trap in @func is reported and ends it.
 * Return: 0; -ENXIO: the hart is not online.
 */
int smp_call_function_single(unsigned int cpu, void (*func)(void *info), void *info, bool wait);

/** on_each_cpu() - run func(info) on all online harts, this one last; waits if @wait */
void on_each_cpu(void (*func)(void *info), void *info, bool wait);

/** smp_run_calls() - run what other harts have asked for; idle loops do */
void smp_run_calls(void);

/** remote_sfence_vma() - let the firmware fence [start, start + size) on all other online harts */
void remote_sfence_vma(unsigned long start, unsigned long size);

/** hart_state_text() - HART_* in words */
const char *hart_state_text(unsigned int state);

#endif
