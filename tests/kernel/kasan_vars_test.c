// SPDX-License-Identifier: BSD-2-Clause
/* Variables: on the stack, in the image, of a hart. */
#include <kernel/errno.h>
#include <kernel/percpu.h>
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/recovery.h>
#include "crowd.h"
#include "kasan_expect.h"

#define STACK  "stack-out-of-bounds"
#define ALLOCA "alloca-out-of-bounds"
#define SCOPE  "use-after-scope"
#define GLOBAL "global-out-of-bounds"

/* --- The stack --- */

static void stack_oob(void)
{
	char array[10];
	char *p = hide(array);

	EXPECT_SILENT(memset(p, 0, 10));
	BAD_READ(STACK, u8, p + 10);
	BAD_READ(STACK, u8, p + 13);
	BAD_READ(STACK, u8, p - 1);
	EXPECT_REPORT(STACK, p + 10, 11, true, memset(p, 0, hide_size(11)));
}

static noinline void touch_alloca(size_t size)
{
	char *p = hide(__builtin_alloca(size));

	EXPECT_SILENT(memset(p, 0, size));
	BAD_READ(ALLOCA, u8, p - 1);
	BAD_READ(ALLOCA, u8, p + size);
	BAD_READ(ALLOCA, u8, p + size + 9);
}

static void kasan_alloca_oob_left(void)
{
	char *p = hide(__builtin_alloca(hide_size(10)));

	GOOD_READ(u8, p);
	BAD_READ(ALLOCA, u8, p - 1);
	BAD_READ(ALLOCA, u8, p - 32);
}

static void kasan_alloca_oob_right(void)
{
	static const u16 sizes[] = { 10, 1, 8, 31, 32, 33, 1000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		touch_alloca(hide_size(sizes[i]));
}

static void use_after_scope(void)
{
	char *small, *large;

	for (unsigned int i = 0; i < 2; i++) {
		char a[24], b[1000];

		small = hide(a);
		large = hide(b);
		EXPECT_SILENT(memset(small, 0, sizeof(a)));
		EXPECT_SILENT(memset(large, 0, sizeof(b)));
	}
	BAD_READ(SCOPE, u8, small);
	BAD_READ(SCOPE, u8, small + 23);
	BAD_READ(SCOPE, u8, large);
	BAD_WRITE(SCOPE, u64, large + 992);
}

/* --- Frames that are left without a return --- */

static int trap(void *arg)
{
	char array[900];

	memset(hide(array), 0, sizeof(array));
	*(volatile char *)arg = 0;
	__asm__ __volatile__(".4byte 0"); /* no instruction */
	return array[0];
}

static noinline void use_stack(void)
{
	u64 words[500];
	char *p = hide(words);

	EXPECT_SILENT(memset(p, 0, sizeof(words)));
	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		GOOD_WRITE(u64, p + i * 8);
}

static void left_stack(void)
{
	struct pt_regs regs;
	char byte;

	EXPECT(catch_trap(trap, hide(&byte), &regs) < 0);
	use_stack();
}

/* --- The image --- */

static char in_bss[10], before_bss[10];
static char in_data[10] = { 1 };
static const char in_rodata[10] = { 1 };
static u64 word = 1;

static void expect_end(const char *p, size_t size)
{
	GOOD_READ(u8, p);
	GOOD_READ(u8, p + size - 1);
	BAD_READ(GLOBAL, u8, p + size);
	BAD_READ(GLOBAL, u8, p + size + 3);
	BAD_READ(GLOBAL, u8, p + ALIGN(size + 1, 32) - 1);
}

static void kasan_global_oob_right(void)
{
	static char in_function[33];
	static const char *const text = "a string";

	expect_end(hide(in_bss), sizeof(in_bss));
	expect_end(hide(in_data), sizeof(in_data));
	expect_end(hide(in_rodata), sizeof(in_rodata));
	expect_end(hide(in_function), sizeof(in_function));
	expect_end(hide(text), sizeof("a string"));
	expect_end(hide(&word), sizeof(word));
	BAD_WRITE(GLOBAL, u8, (char *)hide(in_bss) + sizeof(in_bss));
}

/* Compilers leave room behind them only: it is the neighbour that is overrun. */
static void kasan_global_oob_left(void)
{
	char *a = hide(in_bss), *b = hide(before_bss);

	EXPECT(max(a, b) - min(a, b) == (IS_ENABLED(__clang__) ? 32 : 64));
	GOOD_WRITE(u8, a);
	GOOD_WRITE(u8, b);
	BAD_READ(GLOBAL, u8, max(a, b) - 1);
	BAD_WRITE(GLOBAL, u8, max(a, b) - 1);
}

/* --- A hart's own --- */

static DEFINE_PER_CPU(u64, own_word);
static DEFINE_PER_CPU(char, own_byte);

static void use_own(unsigned int index, void *info)
{
	WRITE(u64, hide(this_cpu_ptr(&own_word)));
	WRITE(u8, hide(this_cpu_ptr(&own_byte)));
}

/* They have no redzones, but shadow: nothing is said of what is right, of any hart's, by any. */
static void percpu(void)
{
	EXPECT_SILENT(EXPECT(crowd_run(NR_CPUS, use_own, NULL) > 0));
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		GOOD_READ(u64, hide(per_cpu_ptr(&own_word, cpu)));
		GOOD_WRITE(u8, hide(per_cpu_ptr(&own_byte, cpu)));
	}
}

#if defined(CONFIG_KASAN_USE_AFTER_RETURN) && !defined(__clang__)
#define RETURNED "stack-use-after-return"

/* The address of a variable that is gone; it is good while it is there. */
#define GONE(size)                                        \
	static noinline char *gone_##size(void)           \
	{                                                 \
		char variable[size], *p = hide(variable); \
		GOOD_WRITE(u8, p);                        \
		GOOD_WRITE(u8, p + (size) - 1);           \
		return p;                                 \
	}
GONE(8)
GONE(100)
GONE(1500)

static void use_after_return(void)
{
	char *p = gone_8();

	BAD_READ(RETURNED, u8, p);
	BAD_WRITE(RETURNED, u64, p);
	p = gone_100();
	BAD_READ(RETURNED, u32, p + 96);
	p = gone_1500();
	BAD_READ(RETURNED, u8, p + 1499);
	/* More calls than there are frames: they are used again, and good again. */
	for (unsigned int i = 0; i < 1000; i++)
		p = gone_100();
	BAD_READ(RETURNED, u8, p);
}

static int leave(void *unused)
{
	char variable[1000];

	__asm__ __volatile__("unimp" : : "r"(hide(variable)) : "memory");
	return 0;
}

/* Frames of functions that a trap has ended are given back. */
static void abandoned_frames(void)
{
	struct pt_regs trap;
	char *p;

	for (unsigned int i = 0; i < 200; i++)
		EXPECT_EQ(catch_trap(leave, NULL, &trap), -EFAULT);
	p = gone_1500();
	BAD_READ(RETURNED, u8, p);
}
#endif

static const struct ktest_case stack_cases[] = {
#if defined(CONFIG_KASAN_USE_AFTER_RETURN) && !defined(__clang__)
	{ "use_after_return", use_after_return },
	{ "abandoned_frames", abandoned_frames },
#endif
	{ "stack_oob", stack_oob },
	{ "kasan_alloca_oob_left", kasan_alloca_oob_left },
	{ "kasan_alloca_oob_right", kasan_alloca_oob_right },
	{ "use_after_scope", use_after_scope },
	{ "stack_abandoned", left_stack },
};
KTEST_SUITE(kasan_stack, stack_cases);

static const struct ktest_case global_cases[] = {
	{ "kasan_global_oob_right", kasan_global_oob_right },
	{ "kasan_global_oob_left", kasan_global_oob_left },
	{ "percpu", percpu },
};
KTEST_SUITE(kasan_global, global_cases);
