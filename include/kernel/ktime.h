/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_KTIME_H
#define KERNEL_KTIME_H

#include <kernel/types.h>

/* Nanoseconds, as in Linux. */
typedef s64 ktime_t;

#define NSEC_PER_USEC 1000LL
#define NSEC_PER_MSEC 1000000LL
#define NSEC_PER_SEC  1000000000LL
#define KTIME_MAX     INT64_MAX

static inline ktime_t us_to_ktime(u64 us)
{
	return (ktime_t)us * NSEC_PER_USEC;
}

static inline ktime_t ms_to_ktime(u64 ms)
{
	return (ktime_t)ms * NSEC_PER_MSEC;
}

/** ktime_add_safe() - the sum of two times that are not negative, KTIME_MAX at most */
static inline ktime_t ktime_add_safe(ktime_t a, ktime_t b)
{
	return a > KTIME_MAX - b ? KTIME_MAX : a + b;
}

#endif
