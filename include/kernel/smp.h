/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SMP_H
#define KERNEL_SMP_H

#include <kernel/completion.h>
#include <kernel/llist.h>
#include <kernel/percpu.h>

/*
 * The other harts: started, asked to run something, stopped. Numbers of harts ("cpu", as
 * in Linux) are those of harts[]; hart ids are the firmware's.
 *
 * A hart is asked by an interrupt for what is short, and runs what lasts longer
 * (<kernel/workqueue.h>) when it is idle; then it sleeps in wfi.
 */

/* One request to another hart: smp.c's own, and what benchmarks count. */
struct smp_call {
	struct llist_node node;
	void (*func)(void *info);
	void *info;
	int ret; /* CALL_UNDER_WAY, then 0, or -ENXIO if its hart is gone */
};

#define CALL_UNDER_WAY 1

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
 * smp_call_function_single() - run func(info) on hart @cpu, in an interrupt
 * @wait: until it has returned; without, at most one call from this hart is under way, and
 *        the next one waits for it
 *
 * On the running hart it is an ordinary call, with interrupts disabled. A trap in @func is
 * reported and stops the hart; on the boot hart it is the end, as in any interrupt.
 * Context: with @wait, interrupts on.
 * Return: 0; -ENXIO: the hart is not online, or not any more when it is done.
 */
int smp_call_function_single(unsigned int cpu, void (*func)(void *info), void *info, bool wait);

/** on_each_cpu() - run func(info) on all online harts, this one last; waits if @wait */
void on_each_cpu(void (*func)(void *info), void *info, bool wait);

/** smp_run_calls() - run what other harts have asked for: the interrupt that tells of it */
void smp_run_calls(void);

/** smp_kick() - wake another hart from wfi. Context: any. */
void smp_kick(const struct hart *hart);

/** smp_send_stop() - stop all other harts for good, those that can be interrupted */
void smp_send_stop(void);

/** fail_calls() - hart @cpu is gone: who has asked it gets -ENXIO */
void fail_calls(unsigned int cpu);

#endif
