// SPDX-License-Identifier: BSD-2-Clause
/* The clock, the counter, and the short sleep. Bounds are wide: the machine is shared. */
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

/* Something else may end a sleep early, but not each time. */
static void idle(void)
{
	u64 wanted = ticks_per_second() / 500, longest = 0;

	for (unsigned int i = 0; i < 5; i++) {
		u64 start = rdtime();

		idle_wait(2000);
		longest = max(longest, rdtime() - start);
	}
	EXPECT(longest >= wanted);
	EXPECT(longest < (u64)ticks_per_second() * 2);
	EXPECT_EQ(csr_read(sie) & SIE_STIE, 0);
	EXPECT_EQ(csr_read(sstatus) & SR_SIE, 0);
}

static const struct ktest_case cases[] = {
	{ "monotonic", monotonic },
	{ "frequency", frequency },
	{ "instret", instret },
	{ "idle", idle },
};
KTEST_SUITE(time, cases);
