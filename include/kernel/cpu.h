/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_CPU_H
#define KERNEL_CPU_H

#include <kernel/types.h>

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
