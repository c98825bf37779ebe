// SPDX-License-Identifier: BSD-2-Clause
/* UBSan: each kind of failure is reported, and what is just within the rules is not. */
#include <kernel/errno.h>
#include <kernel/kasan.h>
#include <kernel/ktest.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <kernel/ubsan.h>
#include <asm/csr.h>
#include <asm/recovery.h>
#include "log.h"

/* The compiler must not see what is wrong. */
static long hide(long v)
{
	OPTIMIZER_HIDE_VAR(v);
	return v;
}
#define HIDE(v) ((__typeof__(v))hide((long)(v)))

/* Where results go, so that they are needed. */
static volatile long sink;
static int object;

/* --- What is done; @bad: against the rules --- */

static int overflow_add(void *bad)
{
	sink = HIDE(INT_MAX - 1) + HIDE(bad ? 2 : 1);
	return 0;
}

static int overflow_sub(void *bad)
{
	sink = HIDE(INT_MIN + 1) - HIDE(bad ? 2 : 1);
	return 0;
}

static int overflow_mul(void *bad)
{
	sink = HIDE(INT_MIN / 2) * HIDE(bad ? 3 : 2);
	return 0;
}

static int overflow_negate(void *bad)
{
	sink = -HIDE(bad ? INT_MIN : INT_MAX);
	return 0;
}

static int overflow_divide(void *bad)
{
	sink = HIDE(INT_MIN) / HIDE(bad ? -1 : 1);
	return 0;
}

static int division_by_zero(void *bad)
{
	sink = HIDE(7) % HIDE(bad ? 0 : 7);
	return 0;
}

static int shift_too_far(void *bad)
{
	sink = HIDE(1) >> HIDE(bad ? 32 : 31);
	return 0;
}

static int shift_negative(void *bad)
{
	sink = (long)(HIDE(1UL) << HIDE(bad ? -1 : 63));
	return 0;
}

static int invalid_bool(void *bad)
{
	u8 byte = HIDE(bad ? 2 : 1);

	sink = *HIDE((bool *)&byte);
	return 0;
}

static int out_of_bounds(void *bad)
{
	struct {
		int array[4], behind[4];
	} s = { { 0 }, { 0 } };

	HIDE(&s)->array[HIDE(bad ? 4 : 3)] = 1;
	sink = s.behind[0];
	return 0;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wvla"
static int vla_bound(void *bad)
{
	char array[HIDE(bad ? 0 : 1)];

	sink = (long)HIDE(&array[0]);
	return 0;
}
#pragma GCC diagnostic pop

static noinline char *behind(char *p, unsigned long offset)
{
	return p + offset;
}

static int pointer_overflow(void *bad)
{
	sink = (long)behind((char *)&object, bad ? 1UL << 32 : 4UL);
	return 0;
}

static int null_pointer(void *bad)
{
	sink = *HIDE(bad ? NULL : &object);
	return 0;
}

static int misaligned(void *bad)
{
	u64 whole = 0;

	sink = *(u32 *)HIDE((char *)&whole + HIDE(bad ? 2 : 4));
	return 0;
}

static int too_small(void *bad)
{
	char *small = __builtin_alloca(8);

	*HIDE(&small[0]) = 0;
	sink = *(int *)(small + HIDE(bad ? 8 : 4));
	return 0;
}

static noinline __attribute__((nonnull)) void wants_pointer(void *p)
{
	sink = (long)p;
}

static int null_argument(void *bad)
{
	wants_pointer(HIDE(bad ? NULL : (void *)&object));
	return 0;
}

static noinline __attribute__((returns_nonnull)) void *gives_pointer(void *p)
{
	return p;
}

static int null_return(void *bad)
{
	sink = (long)gives_pointer(HIDE(bad ? NULL : (void *)&object));
	return 0;
}

static int unreachable(void *bad)
{
	if (HIDE(bad))
		__builtin_unreachable();
	return 0;
}

/* --- What is said of it --- */

/* Into the log only, and once even if it is told to end the machine. */
static int quietly(int (*fn)(void *bad), bool bad, struct pt_regs *trap)
{
	u64 end = panic_on_warn;
	int level = console_loglevel, err;

	ktest_expect_reports();
	console_loglevel = 0;
	panic_on_warn = 0;
	kasan_disable_current();
	err = catch_trap(fn, bad ? &object : NULL, trap);
	kasan_enable_current();
	panic_on_warn = end;
	console_loglevel = level;
	return err;
}

/* @cause: of the trap that follows, or -1 */
static void expect(int (*fn)(void *bad), const char *kind, long cause)
{
	unsigned long nr = ubsan_last_report.nr;
	struct pt_regs trap;

	EXPECT_EQ(quietly(fn, false, &trap), 0);
	EXPECT_EQ(ubsan_last_report.nr, nr);
	EXPECT_EQ(quietly(fn, true, &trap), cause < 0 ? 0 : -EFAULT);
	EXPECT_EQ(ubsan_last_report.nr, nr + 1);
	if (ubsan_last_report.nr == nr)
		return;
	EXPECT_STREQ(ubsan_last_report.kind, kind);
	EXPECT(strstr(ubsan_last_report.file, "ubsan_test.c"));
	if (cause >= 0)
		EXPECT_EQ(trap.cause, cause);
}

#define CASE(fn, kind, cause)            \
	static void fn##_case(void)      \
	{                                \
		expect(fn, kind, cause); \
	}

CASE(overflow_add, "signed-integer-overflow", -1)
CASE(overflow_sub, "signed-integer-overflow", -1)
CASE(overflow_mul, "signed-integer-overflow", -1)
CASE(overflow_negate, "signed-integer-overflow", -1)
CASE(overflow_divide, "signed-integer-overflow", -1)
CASE(division_by_zero, "division-by-zero", -1)
CASE(shift_too_far, "shift-out-of-bounds", -1)
CASE(shift_negative, "shift-out-of-bounds", -1)
CASE(invalid_bool, "invalid-load", -1)
CASE(out_of_bounds, "array-index-out-of-bounds", -1)
CASE(vla_bound, "vla-bound-not-positive", -1)
CASE(pointer_overflow, "pointer-overflow", -1)
CASE(null_pointer, "null-ptr-deref", EXC_LOAD_PAGE_FAULT)
CASE(misaligned, "misaligned-access", -1)
CASE(too_small, "object-too-small", -1)
CASE(null_argument, "null-argument", -1)
CASE(null_return, "null-return", -1)
CASE(unreachable, "unreachable", EXC_BREAKPOINT)

static int shift_here(void *by)
{
	sink = HIDE(1) << HIDE((int)(long)by);
	return 0;
}

/* Another test's place is used up the first time; a second run of this is silent. */
static void report(void)
{
	static bool done;
	struct pt_regs trap;
	u64 cursor = log_cursor();

	EXPECT_EQ(quietly(shift_here, true, &trap), 0);
	EXPECT_EQ(logged(cursor, "UBSAN: shift-out-of-bounds in tests/kernel/ubsan_test.c:"),
		  !done);
	EXPECT_EQ(logged(cursor, " is no 'int' of 32 bits"), !done);
	EXPECT_EQ(logged(cursor, "shift_here+"), !done);
	done = true;
	cursor = log_cursor();
	EXPECT_EQ(quietly(shift_here, true, &trap), 0);
	EXPECT(!logged(cursor, "UBSAN"));
}

static const struct ktest_case cases[] = {
	{ "overflow_add", overflow_add_case },
	{ "overflow_sub", overflow_sub_case },
	{ "overflow_mul", overflow_mul_case },
	{ "overflow_negate", overflow_negate_case },
	{ "overflow_divide", overflow_divide_case },
	{ "division_by_zero", division_by_zero_case },
	{ "shift_too_far", shift_too_far_case },
	{ "shift_negative", shift_negative_case },
	{ "invalid_bool", invalid_bool_case },
	{ "out_of_bounds", out_of_bounds_case },
	{ "vla_bound", vla_bound_case },
	{ "pointer_overflow", pointer_overflow_case },
	{ "null_pointer", null_pointer_case },
	{ "misaligned", misaligned_case },
	{ "too_small", too_small_case },
	{ "null_argument", null_argument_case },
	{ "null_return", null_return_case },
	{ "unreachable", unreachable_case },
	{ "report", report },
};
KTEST_SUITE(ubsan, cases);
