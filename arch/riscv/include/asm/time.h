/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TIME_H
#define ASM_TIME_H

#include <kernel/ktime.h>
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

/** time_init() - @frequency: ticks per second, from the device tree; 0: it does not say */
void time_init(u32 frequency);

/** ticks_per_second() - Return: as given to time_init() */
u32 ticks_per_second(void);

/** ktime_get() - nanoseconds since time_init(). Context: any. */
ktime_t ktime_get(void);

/**
 * set_next_event() - let this hart's timer interrupt come, once
 * @when: on the clock of ktime_get(); KTIME_MAX: not at all
 * Through stimecmp where harts have Sstc, else by the firmware.
 */
void set_next_event(ktime_t when);

#endif
