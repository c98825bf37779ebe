/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_WATCHDOG_H
#define KERNEL_WATCHDOG_H

#include <kernel/ktime.h>

/*
 * Two ways to be stuck. A hart that takes interrupts and yet does not come back to its idle
 * loop or its prompt finds that out itself, in its timer's interrupt. One whose timer's
 * interrupts have ceased is found by its neighbour, the next online hart; with one hart, by
 * nobody.
 */

/* Seconds, from the command line; 0: there is no watchdog. */
extern u64 watchdog_thresh;

/* How long is too long; twice as long is allowed with interrupts on. Changed by tests only. */
extern ktime_t watchdog_limit;

/** watchdog_init() - take the limit from the command line. Context: boot, once. */
void watchdog_init(void);

/** watchdog_enable() - watch this hart; watchdog_disable() - no longer. Context: interrupts off. */
void watchdog_enable(void);
void watchdog_disable(void);

/** touch_softlockup_watchdog() - this hart gets on; for loops that last long. Context: any. */
void touch_softlockup_watchdog(void);

#endif
