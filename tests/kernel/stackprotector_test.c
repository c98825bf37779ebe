// SPDX-License-Identifier: BSD-2-Clause
/* The stack protector's guard, which the compiler reads through tp. */
#include <kernel/ktest.h>
#include <asm/hart.h>

static void canary(void)
{
	unsigned long guard;

	EXPECT(this_hart()->canary != 0);
	/* A string that runs over the end of its buffer stops at a zero byte. */
	EXPECT_EQ(this_hart()->canary & 0xff, 0);
	__asm__("ld %0, 0(tp)" : "=r"(guard));
	EXPECT_EQ(guard, this_hart()->canary);
}

static const struct ktest_case cases[] = {
	{ "canary", canary },
};
KTEST_SUITE(stackprotector, cases);
