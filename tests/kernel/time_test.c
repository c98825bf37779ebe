// SPDX-License-Identifier: BSD-2-Clause
/* The clock and the counter. */
#include <kernel/devicetree.h>
#include <kernel/ktest.h>
#include <asm/time.h>

static void monotonic(void)
{
	u64 start = rdtime(), last = start;
	unsigned long spins = 0;

	/* A tick takes 0.1 us to 30 us; this many reads take far longer. */
	for (; last - start < 10 && spins < 10000000; spins++) {
		u64 now = rdtime();

		EXPECT(now >= last);
		last = now;
	}
	EXPECT(last - start >= 10);
}

static void frequency(void)
{
	EXPECT_EQ(ticks_per_second(), dt_timebase_frequency());
}

static void instret(void)
{
	u64 before = rdinstret();

	if (!before) {
		ktest_skip("the firmware keeps the instret counter closed");
		return;
	}
	for (unsigned int i = 0; i < 1000; i++)
		barrier();
	EXPECT(rdinstret() - before >= 1000);
}

/* ktime_get() and the clock tell of the same time. */
static void nanoseconds(void)
{
	const u64 hz = ticks_per_second();
	u64 ticks = rdtime();
	ktime_t before = ktime_get(), passed;

	while (rdtime() - ticks < hz / 100)
		;
	passed = ktime_get() - before;
	ticks = rdtime() - ticks; /* read around the other two */
	EXPECT(passed > 0);
	EXPECT(passed >= (ktime_t)(NSEC_PER_SEC / 100 - 2 * NSEC_PER_SEC / (ktime_t)hz));
	EXPECT(passed <= (ktime_t)((ticks + 2) * NSEC_PER_SEC / hz));
}

static const struct ktest_case cases[] = {
	{ "monotonic", monotonic },
	{ "frequency", frequency },
	{ "instret", instret },
	{ "nanoseconds", nanoseconds },
};
KTEST_SUITE(time, cases);
