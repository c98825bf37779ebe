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
	/* The one's readings lie between two of the other: the machine may stand still anywhere. */
	u64 outer = rdtime();
	ktime_t passed = ktime_get();
	u64 inner = rdtime();

	while (rdtime() - inner < hz / 100)
		;
	inner = rdtime() - inner;
	passed = ktime_get() - passed;
	outer = rdtime() - outer;
	EXPECT(passed >= (ktime_t)((inner - 2) * NSEC_PER_SEC / hz));
	EXPECT(passed <= (ktime_t)((outer + 2) * NSEC_PER_SEC / hz));
}

static const struct ktest_case cases[] = {
	{ "monotonic", monotonic },
	{ "frequency", frequency },
	{ "instret", instret },
	{ "nanoseconds", nanoseconds },
};
KTEST_SUITE(time, cases);
