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
 * cpu_up() - start hart @cpu and wait until it is there
 * Context: interrupts on.
 * Return: 0, also when it runs already; -EINVAL: no such number; -ENXIO: it does not keep the
 * kernel's paging mode, or has other memory types; -EOPNOTSUPP: it lacks an extension that is
 * in use (struct hart, lacks); -EIO: the firmware refuses; -ETIMEDOUT: it did not come in 5 s.
 */
int cpu_up(unsigned int cpu);

/**
 * cpu_down() - stop hart @cpu when it is idle, and wait until the firmware says so
 * Its timers and external interrupts are the boot hart's then.
 * Context: interrupts on.
 * Return: 0, also when it is stopped already; -EINVAL: no such number; -EBUSY: it is the boot
 * hart or the one that asks; -ETIMEDOUT: it did not stop in 5 s, and goes on.
 */
int cpu_down(unsigned int cpu);

/**
 * set_cpu_dead_hook() - what is to be done about hart @cpu when it has stopped or failed; one at
 * most. May be called more than once for one that has failed. Context: as cpu_down().
 */
void set_cpu_dead_hook(void (*dead)(unsigned int cpu));

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

/** cpu_idle() - sleep until an interrupt, unless there is work or @x is done; NULL: none */
void cpu_idle(const struct completion *x);

/** this_hart_wanted() - whether there is work for this hart, or it is to stop */
bool this_hart_wanted(void);

/** hart_failed() - stop this hart after a report; not the boot hart. Context: any. */
__noreturn void hart_failed(void);

/** hart_stop_for_good() - stop this hart, as the machine ends. Context: any; takes no lock. */
__noreturn void hart_stop_for_good(void);

/**
 * hart_starting() - set up what a hart has of its own: timers, watchdog, events, interrupts
 * Context: on the hart itself, interrupts disabled; the boot hart, and each that starts.
 */
void hart_starting(void);

/** hart_state_text() - HART_* in words */
const char *hart_state_text(unsigned int state);

#endif
