/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TIME_H
#define ASM_TIME_H

#include <kernel/types.h>
#include <asm/csr.h>

/** rdtime() - the machine's clock, in ticks of the timebase */
static inline u64 rdtime(void)
{
	return csr_read(time);
}

/**
 * rdinstret() - instructions this hart has retired, in all privilege modes
 * Return: 0 where the firmware keeps the counter closed (see boot_record).
 */
u64 rdinstret(void);

/** time_init() - @frequency: ticks per second, from the device tree */
void time_init(u32 frequency);

/** ticks_per_second() - Return: as given to time_init() */
u32 ticks_per_second(void);

/**
 * idle_wait() - let the hart sleep, at most so long
 * @usecs: microseconds. Needs a timer from the firmware; without one it returns at once.
 * Context: translation on, interrupts off; nothing is handled, only waited for.
 */
void idle_wait(unsigned long usecs);

#endif
