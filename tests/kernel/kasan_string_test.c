// SPDX-License-Identifier: BSD-2-Clause
/* What is checked as a whole: copies of structures, mem*() and str*(), bits, atomic numbers. */
#include <kernel/atomic.h>
#include <kernel/bitops.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include "kasan_expect.h"

#define OOB "slab-out-of-bounds"
#define UAF "slab-use-after-free"

static char *get(size_t size)
{
	return hide(kmalloc(hide_size(size), GFP_KERNEL | __GFP_ZERO));
}

struct words {
	u64 word[2];
};

static noinline void copy(struct words *to, const struct words *from)
{
	*to = *from;
}

static void kmalloc_oob_16(void)
{
	char *small = get(13), *large = get(16);

	EXPECT_SILENT(copy(hide(large), hide(large)));
	EXPECT_REPORT(OOB, small + 13, 16, true, copy(hide(small), hide(large)));
	EXPECT_REPORT(OOB, small + 13, 16, false, copy(hide(large), hide(small)));
	kfree(small);
	kfree(large);
}

static void kmalloc_uaf_16(void)
{
	char *to = get(16), *from = get(16);

	kfree(from);
	EXPECT_REPORT(UAF, from, 16, false, copy(hide(to), hide(from)));
	kfree(to);
}

/* --- mem*(): a call that may not be made is not made --- */

static void kmalloc_oob_in_memset(void)
{
	char *p = get(120);

	EXPECT_SILENT(memset(p, 'x', hide_size(120)));
	EXPECT_REPORT(OOB, p + 120, 128, true, memset(p, 'y', hide_size(128)));
	EXPECT_EQ(p[0], 'x');
	EXPECT_SILENT(memset(p + 120, 0, hide_size(0)));
	kfree(p);
}

static void oob_memset(size_t size)
{
	char *p = get(120);

	EXPECT_SILENT(memset(p + 120 - size, 'x', size));
	for (size_t over = 1; over <= size; over++)
		EXPECT_REPORT(OOB, p + 120, size, true, memset(p + 120 - size + over, 0, size));
	kfree(p);
}

static void kmalloc_oob_memset_2(void)
{
	oob_memset(hide_size(2));
}

static void kmalloc_oob_memset_4(void)
{
	oob_memset(hide_size(4));
}

static void kmalloc_oob_memset_8(void)
{
	oob_memset(hide_size(8));
}

static void kmalloc_oob_memset_16(void)
{
	oob_memset(hide_size(16));
}

static void kmalloc_memmove_negative_size(void)
{
	char *p = get(64);
	size_t size = hide_size(-2UL);

	EXPECT_REPORT("out-of-bounds", p + 4, size, false, memmove(p, p + 4, size));
	EXPECT_REPORT("out-of-bounds", p, size, true, memset(p, 0, size));
	kfree(p);
}

static void kmalloc_memmove_invalid_size(void)
{
	char *p = get(64);

	EXPECT_SILENT(memmove(p, p + 4, hide_size(60)));
	EXPECT_REPORT(OOB, p + 64, 64, false, memmove(p, p + 4, hide_size(64)));
	EXPECT_REPORT(OOB, p + 64, 64, true, memmove(p + 4, p, hide_size(64)));
	kfree(p);
}

static void kmalloc_memcpy_invalid_size(void)
{
	char *p = get(64), *q = get(63);

	EXPECT_SILENT(memcpy(p, q, hide_size(63)));
	EXPECT_REPORT(OOB, q + 63, 64, false, memcpy(p, q, hide_size(64)));
	EXPECT_REPORT(OOB, q + 63, 64, true, memcpy(q, p, hide_size(64)));
	kfree(p);
	kfree(q);
}

/* --- Those that read byte by byte, or word by word --- */

static void kasan_memchr(void)
{
	char *p = get(24);

	EXPECT_SILENT(EXPECT(!memchr(p, '1', hide_size(24))));
	EXPECT_REPORT(OOB, p + 24, 1, false, memchr(p, '1', hide_size(25)));
	kfree(p);
}

static void kasan_memcmp(void)
{
	long other[9] = { 0 };
	char *p = get(24);

	EXPECT_SILENT(EXPECT(!memcmp(p, hide(other), hide_size(24))));
	EXPECT_REPORT(OOB, p + 24, 1, false, memcmp(p, hide(other), hide_size(25)));
	EXPECT_REPORT(OOB, p + 24, 8, false, memcmp(p, hide(other), hide_size(32)));
	kfree(p);
}

/* All zero: each call reads one byte. */
static void kasan_strings(void)
{
	char *p = get(24), buf[24];

	memset(p, 'x', 23);
	EXPECT_SILENT(EXPECT_EQ(strscpy(hide(buf), p, sizeof(buf)), 23));
	EXPECT_SILENT(EXPECT(strlen(p) == 23 && strnlen(p, 24) == 23 && !strchr(p, '1')));
	memset(p, 0, 24);
	kfree(p);
	p += 16;
	EXPECT_REPORT(UAF, p, 1, false, strchr(p, '1'));
	EXPECT_REPORT(UAF, p, 1, false, (void)strcmp(p, "2"));
	EXPECT_REPORT(UAF, p, 1, false, (void)strncmp(p, "2", 1));
	EXPECT_REPORT(UAF, p, 1, false, (void)strlen(p));
	EXPECT_REPORT(UAF, p, 1, false, (void)strnlen(p, 1));
	EXPECT_REPORT(UAF, p, 1, false, strscpy(hide(buf), p, sizeof(buf)));
}

/* A string that fills its memory is read no further than that. */
static void strscpy_exact(void)
{
	char *to = get(13), *full = get(13), *text = get(14);

	memset(full, 'x', 13);
	memset(text, 'x', 13);
	EXPECT_SILENT(EXPECT(strscpy(to, full, 13) < 0));
	EXPECT_REPORT(OOB, to + 13, 1, true, strscpy(to, text, 14));
	EXPECT_REPORT(OOB, full + 13, 1, false, (void)strlen(full));
	kfree(to);
	kfree(full);
	kfree(text);
}

/* --- Bits: the word they are in is accessed as a whole --- */

/* clang-format off */
#define BITOPS(X) \
	X(set_bit) X(__set_bit) X(clear_bit) X(__clear_bit) X(clear_bit_unlock) X(change_bit) \
	X(__change_bit) X(test_and_set_bit) X(__test_and_set_bit) X(test_and_set_bit_lock) \
	X(test_and_clear_bit) X(__test_and_clear_bit) X(test_and_change_bit) \
	X(__test_and_change_bit) X(test_bit)
/* clang-format on */

#define BIT_SILENT(op) EXPECT_SILENT((void)op(nr % BITS_PER_LONG, map));
#define BIT_REPORT(op) EXPECT_REPORTS(OOB, p + 9, 8, (void)op(nr, map));

static void kasan_bitops_generic(void)
{
	char *p = get(9);
	unsigned long *map = (unsigned long *)p;
	unsigned long nr = hide_size(BITS_PER_LONG + 1);

	BITOPS(BIT_SILENT)
	BITOPS(BIT_REPORT)
	kfree(p);
}

/* --- Numbers --- */

/* @a: the number; @other: one that may be accessed. */
/* clang-format off */
#define ATOMICS(X, t) \
	X(t##_read(a)) X(t##_read_acquire(a)) X(t##_set(a, 0)) X(t##_set_release(a, 0)) \
	X(t##_add(1, a)) X(t##_sub(1, a)) X(t##_and(1, a)) X(t##_andnot(1, a)) X(t##_or(1, a)) \
	X(t##_xor(1, a)) X(t##_inc(a)) X(t##_dec(a)) X(t##_add_return(1, a)) \
	X(t##_sub_return_acquire(1, a)) X(t##_fetch_add_release(1, a)) \
	X(t##_fetch_or_relaxed(1, a)) X(t##_inc_return(a)) X(t##_fetch_dec(a)) \
	X(t##_xchg(a, 1)) X(t##_cmpxchg(a, 0, 1)) X(t##_cmpxchg_acquire(a, 0, 1)) \
	X(t##_cmpxchg_release(a, 0, 1)) X(t##_cmpxchg_relaxed(a, 0, 1)) \
	X(t##_try_cmpxchg(a, other, 1)) X(t##_sub_and_test(1, a)) X(t##_dec_and_test(a)) \
	X(t##_inc_and_test(a)) X(t##_add_negative(1, a)) X(t##_add_unless(a, 1, 5)) \
	X(t##_inc_not_zero(a)) X(t##_dec_if_positive(a))
/* clang-format on */

#define ATOMIC_GOOD(call) EXPECT_SILENT((void)call);
#define ATOMIC_BAD(call)  EXPECT_REPORTS(OOB, at, sizeof(*other), (void)call);

#define ATOMIC_CASE(t, T)                                 \
	static noinline void good_##t(void *at, T *other) \
	{                                                 \
		t##_t *a = at;                            \
		ATOMICS(ATOMIC_GOOD, t)                   \
	}                                                 \
	static noinline void bad_##t(void *at, T *other)  \
	{                                                 \
		t##_t *a = at;                            \
		ATOMICS(ATOMIC_BAD, t)                    \
	}
ATOMIC_CASE(atomic, int)
ATOMIC_CASE(atomic64, s64)
ATOMIC_CASE(atomic_long, long)

static void kasan_atomics(void)
{
	char *p = get(48);
	long value = 0;
	void *other = hide(&value);

	good_atomic(p + 44, other);
	good_atomic64(p + 40, other);
	good_atomic_long(p + 40, other);
	bad_atomic(p + 48, other);
	bad_atomic64(p + 48, other);
	bad_atomic_long(p + 48, other);
	BAD_READ(OOB, u32, p + 48);
	BAD_WRITE(OOB, u32, p + 48);
	kfree(p);
}

static const struct ktest_case cases[] = {
	{ "kmalloc_oob_16", kmalloc_oob_16 },
	{ "kmalloc_uaf_16", kmalloc_uaf_16 },
	{ "kmalloc_oob_in_memset", kmalloc_oob_in_memset },
	{ "kmalloc_oob_memset_2", kmalloc_oob_memset_2 },
	{ "kmalloc_oob_memset_4", kmalloc_oob_memset_4 },
	{ "kmalloc_oob_memset_8", kmalloc_oob_memset_8 },
	{ "kmalloc_oob_memset_16", kmalloc_oob_memset_16 },
	{ "kmalloc_memmove_negative_size", kmalloc_memmove_negative_size },
	{ "kmalloc_memmove_invalid_size", kmalloc_memmove_invalid_size },
	{ "kmalloc_memcpy_invalid_size", kmalloc_memcpy_invalid_size },
	{ "kasan_memchr", kasan_memchr },
	{ "kasan_memcmp", kasan_memcmp },
	{ "kasan_strings", kasan_strings },
	{ "strscpy_exact", strscpy_exact },
	{ "kasan_bitops_generic", kasan_bitops_generic },
	{ "kasan_atomics", kasan_atomics },
};
KTEST_SUITE(kasan_string, cases);
