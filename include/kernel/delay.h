/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_DELAY_H
#define KERNEL_DELAY_H

/**
 * msleep(), usleep_range() - sleep in wfi so long, at least
 * There is no scheduler: the hart does nothing else meanwhile but serve others.
 * Context: interrupts on, no spinlock held, not in an interrupt.
 */
void msleep(unsigned int msecs);
void usleep_range(unsigned long min, unsigned long max);

#endif
