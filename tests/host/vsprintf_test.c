// SPDX-License-Identifier: BSD-2-Clause
/*
 * lib/vsprintf.c against the host's printf: each combination of flags, width,
 * precision, length and conversion with values at the edges, all buffer sizes,
 * and random formats. What the host does not have (%pS, %pe) or leaves open
 * (unknown conversions) is checked by hand.
 */
#include "cairn.h"
#include "host.h"

#include <kernel/errno.h>

#include <limits.h>

#define GIVE_UP (host_failures > 10)

/* Fills a block of exactly @size bytes and compares it with the cut of @want. */
static void check_cut(size_t size, const char *want, int len, const char *fmt, va_list args)
{
	size_t kept = (size_t)len < size ? (size_t)len : size ? size - 1 : 0;
	char *buf = malloc(size ? size : 1);

	memset(buf, 0x5a, size);
	CHECK_EQ(cairn_vsnprintf(size ? buf : NULL, size, fmt, args), len);
	if (size) {
		CHECK(!memcmp(buf, want, kept) && !buf[kept]);
		for (size_t i = kept + 1; i < size; i++)
			CHECK(buf[i] == 0x5a);
	}
	if (host_failures)
		printf("# format '%s', size %zu, kept '%.*s', want '%s'\n", fmt, size, (int)kept,
		       size ? buf : "", want);
	free(buf);
}

/* @sizes: also with each buffer size up to one more than is needed. */
static void both(bool sizes, const char *fmt, ...)
{
	static char want[4096], got[4096];
	va_list args, again;
	int len, got_len;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(want, sizeof(want), fmt, again);
	va_end(again);
	va_copy(again, args);
	got_len = cairn_vsnprintf(got, sizeof(got), fmt, again);
	va_end(again);
	if (got_len != len || memcmp(got, want, (size_t)len + 1)) {
		CHECK(!"as the host's");
		printf("# format '%s': '%s' (%d), want '%s' (%d)\n", fmt, got, got_len, want, len);
	}
	for (size_t size = 0; sizes && size <= (size_t)len + 2 && !GIVE_UP; size++) {
		va_copy(again, args);
		check_cut(size, want, len, fmt, again);
		va_end(again);
	}
	va_end(args);
}

/* As it must come out; the compiler does not know %pS, so no format attribute. */
static void gives(const char *want, const char *fmt, ...)
{
	va_list args, again;
	int len = (int)strlen(want);

	va_start(args, fmt);
	for (size_t size = 0; size <= (size_t)len + 2; size++) {
		va_copy(again, args);
		check_cut(size, want, len, fmt, again);
		va_end(again);
	}
	va_end(args);
}

static const char *const widths[] = { "", "1", "5", "12", "30", "*" };
static const char *const precisions[] = { "", ".", ".0", ".1", ".5", ".25", ".*" };
static const char *const lengths[] = { "", "hh", "h", "l", "ll", "z", "t", "j" };
static const int stars[] = { 0, 7, -7, 1 };

static const long long values[] = {
	0,        1,         -1,        7,       9,        10,        -10,     127,
	128,      255,       0x8000,    -0x8000, 0xffff,   0x10000,   INT_MAX, INT_MIN,
	UINT_MAX, LLONG_MAX, LLONG_MIN, 1234567, -9999999, 0xabcdef0,
};

static void flags_text(char *to, unsigned int set)
{
	for (int i = 0; i < 5; i++) {
		if (set & (1U << i))
			*to++ = "-0 +#"[i];
	}
	*to = '\0';
}

/* The argument has to be passed as the type the length and conversion ask for. */
static void with_value(const char *fmt, bool wide, int nr_stars, long long v, bool sizes)
{
	int a = stars[host_rand_below(ARRAY_SIZE(stars))];
	int b = stars[host_rand_below(ARRAY_SIZE(stars))];

	if (wide && nr_stars == 2)
		both(sizes, fmt, a, b, v);
	else if (wide && nr_stars)
		both(sizes, fmt, a, v);
	else if (wide)
		both(sizes, fmt, v);
	else if (nr_stars == 2)
		both(sizes, fmt, a, b, (int)v);
	else if (nr_stars)
		both(sizes, fmt, a, (int)v);
	else
		both(sizes, fmt, (int)v);
}

static void all_values(unsigned int flags, const char *width, const char *precision,
		       const char *length, char conversion)
{
	char fmt[64], text[8];
	int nr_stars = (*width == '*') + (precision[0] && precision[1] == '*');
	bool wide = *length && *length != 'h';

	flags_text(text, flags);
	snprintf(fmt, sizeof(fmt), "%%%s%s%s%s%c", text, width, precision, length, conversion);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		with_value(fmt, wide, nr_stars, values[i], !host_rand_below(400));
}

static void test_numbers(void)
{
	for (unsigned int flags = 0; flags < 32; flags++)
		for (size_t w = 0; w < ARRAY_SIZE(widths); w++)
			for (size_t p = 0; p < ARRAY_SIZE(precisions); p++)
				for (size_t l = 0; l < ARRAY_SIZE(lengths) && !GIVE_UP; l++)
					for (const char *c = "diuxXo"; *c; c++)
						all_values(flags, widths[w], precisions[p],
							   lengths[l], *c);
}

/* Flags other than '-' have no meaning here in C, and none in ours. */
static void test_text(void)
{
	static const char *const texts[] = { "", "a", "abcde", "a longer text than widths are" };
	char fmt[64];

	for (size_t w = 0; w < 2 * ARRAY_SIZE(widths); w++) {
		const char *width = widths[w / 2], *left = w % 2 ? "-" : "";
		bool star = *width == '*';

		snprintf(fmt, sizeof(fmt), "[%%%s%sc]", left, width);
		star ? both(true, fmt, -3, 'x') : both(true, fmt, 'x');
		star ? both(true, fmt, 3, 0) : both(true, fmt, 0);
		for (size_t p = 0; p < ARRAY_SIZE(precisions) - 1; p++) {
			snprintf(fmt, sizeof(fmt), "[%%%s%s%ss]", left, width, precisions[p]);
			for (size_t t = 0; t < ARRAY_SIZE(texts) && !GIVE_UP; t++)
				star ? both(true, fmt, 9, texts[t]) : both(true, fmt, texts[t]);
		}
	}
	both(true, "%.*s|%*.*s", 2, "abc", 6, -1, "abc");
	both(true, "plain text, 100%% of it%%");
	both(true, "");
	/* The precision bounds what is read, not only what is written. */
	gives("abc", "%.3s", (const char[]){ 'a', 'b', 'c' });
	gives("(null)", "%s", NULL);
	gives("  (null)", "%8s", NULL);
	gives("(nu", "%.3s", NULL);
	gives("[    x][x    ]", "[%05c][%-05c]", 'x', 'x');
	gives("[  abc]", "[%05s]", "abc");
}

/* A piece of a format and what it takes; returns how many arguments that was. */
static int random_piece(char *to, long long *args)
{
	char text[8], width[16] = "", precision[16] = "";
	int nr = 0;

	if (!host_rand_below(3))
		return sprintf(to, "%s", host_rand_below(2) ? "some text " : "%%") * 0;
	flags_text(text, (unsigned int)host_rand_below(32));
	switch (host_rand_below(4)) {
	case 0:
		snprintf(width, sizeof(width), "%d", 1 + (int)host_rand_below(40));
		break;
	case 1:
		strcpy(width, "*");
		args[nr++] = (int)host_rand_below(80) - 40;
	}
	switch (host_rand_below(4)) {
	case 0:
		snprintf(precision, sizeof(precision), ".%d", (int)host_rand_below(40));
		break;
	case 1:
		strcpy(precision, ".*");
		args[nr++] = (int)host_rand_below(40) - 5;
	}
	if (!host_rand_below(5)) {
		sprintf(to, "%%%s%s%ss", text[0] == '-' ? "-" : "", width, precision);
		args[nr++] = (long long)(uintptr_t)"abcdefghijklmnopqrstuvwxyz";
		return nr;
	}
	sprintf(to, "%%%s%s%s%s%c", text, width, precision,
		lengths[host_rand_below(ARRAY_SIZE(lengths))], "diuxXo"[host_rand_below(6)]);
	args[nr++] = (long long)(host_rand() >> host_rand_below(64));
	return nr;
}

/*
 * All arguments go as 64 bits, also where the format reads an int or a pointer:
 * the calling conventions of the 64-bit hosts give each of them a full slot.
 */
static void test_random(void)
{
	for (unsigned long i = host_work(100000); i && !GIVE_UP; i--) {
		long long args[12] = { 0 };
		char fmt[512] = "";
		int nr = 0;

		for (int pieces = 1 + (int)host_rand_below(5); pieces && nr <= 9; pieces--)
			nr += random_piece(fmt + strlen(fmt), args + nr);
		both(i % 50 == 0, fmt, args[0], args[1], args[2], args[3], args[4], args[5],
		     args[6], args[7], args[8], args[9], args[10], args[11]);
	}
}

static void test_unknown(void)
{
	gives("%y 5", "%y %d", 5);
	gives("%-08.3ly 5", "%-08.3ly %d", 5);
	gives("%*.*y 5", "%*.*y %d", 5);
	gives("%lc%ls%lp%hs", "%lc%ls%lp%hs");
	gives("%f %e %n 1", "%f %e %n %d", 1);
	gives("%5%d", "%5%d", 1);
	gives("100%", "100%");
	gives("%-5.", "%-5.");
	gives("%l", "%l");
	gives("%hhh", "%hhh");
	gives("%\x80", "%\x80");
}

static void test_pointers(void)
{
	void *p = (void *)0xffffffff80201abcUL;

	vsprintf_set_symbolizer(NULL);
	gives("0xffffffff80201abc", "%p", p);
	gives("0x0000000000000000", "%p", NULL);
	gives("[  0xffffffff80201abc]", "[%20p]", p);
	gives("[0xffffffff80201abc  ]x", "[%-20p]x", p);
	gives("0xffffffff80201abc", "%#+ 05.3p", p);
	gives("0xffffffff80201abc|0xffffffff80201abc 7", "%pS|%ps %d", p, p, 7);
	gives("0xffffffff80201abcx", "%px", p);
}

static void test_errnos(void)
{
#define KNOWN(e) gives("-" #e, "%pe", (void *)(long)-e)
	KNOWN(EPERM);
	KNOWN(ENOENT);
	KNOWN(EIO);
	KNOWN(E2BIG);
	KNOWN(EAGAIN);
	KNOWN(ENOMEM);
	KNOWN(EFAULT);
	KNOWN(EBUSY);
	KNOWN(EEXIST);
	KNOWN(ENODEV);
	KNOWN(EINVAL);
	KNOWN(ENOSPC);
	KNOWN(ERANGE);
	KNOWN(ENOSYS);
	KNOWN(EOVERFLOW);
	KNOWN(EILSEQ);
	KNOWN(EOPNOTSUPP);
	gives("[-EIO    ]", "[%-8pe]", (void *)(long)-EIO);
	gives("[    -EIO] 3", "[%8pe] %d", (void *)(long)-EIO, 3);
	gives("-3", "%pe", (void *)-3L);
	gives("-257", "%pe", (void *)-257L); /* EPERM and 256 */
	gives("-4095", "%pe", (void *)-4095L);
	gives("0xfffffffffffff000", "%pe", (void *)-4096L);
	gives("0x0000000000000000", "%pe", NULL);
	gives("0x000000000000000c", "%pe", (void *)12);
}

static int symbol_return;

static int fake_symbolizer(char *buf, size_t size, unsigned long addr, bool offset)
{
	if (symbol_return <= 0)
		return symbol_return;
	memset(buf, 0, size); /* it may use all of it */
	return snprintf(buf, size, "sym_%lx%s", addr, offset ? "+0x4/0x10" : "");
}

static void test_symbols(void)
{
	vsprintf_set_symbolizer(fake_symbolizer);
	symbol_return = 1;
	gives("at sym_12+0x4/0x10.", "at %pS.", (void *)0x12);
	gives("at sym_12.", "at %ps.", (void *)0x12);
	gives("[      sym_12]", "[%12ps]", (void *)0x12);
	gives("[sym_12      ]", "[%-12ps]", (void *)0x12);
	gives("0x0000000000000012", "%p", (void *)0x12);
	symbol_return = 0;
	gives("0x0000000000000012", "%pS", (void *)0x12);
	symbol_return = -1;
	gives("0x0000000000000012", "%ps", (void *)0x12);
	vsprintf_set_symbolizer(NULL);
	symbol_return = 1;
	gives("0x0000000000000012", "%pS", (void *)0x12);
}

static void test_limits(void)
{
	char buf[8];

	CHECK_EQ(cairn_snprintf(NULL, 0, "%d", 12345), 5);
	CHECK_EQ(cairn_snprintf(buf, 4, "%d", 12345), 5);
	CHECK(!strcmp(buf, "123"));
	CHECK_EQ(cairn_snprintf(buf, SIZE_MAX, "%s-%3d", "abc", 7), 7);
	CHECK(!strcmp(buf, "abc-  7"));
	CHECK_EQ(cairn_snprintf(buf, sizeof(buf), "%2147483647d", 1), INT_MAX);
	CHECK(!strcmp(buf, "       "));
	CHECK_EQ(cairn_snprintf(buf, sizeof(buf), "%99999999999999999999d", 1), INT_MAX);
	CHECK_EQ(cairn_snprintf(buf, sizeof(buf), "%.2147483647d", -1), INT_MAX);
	CHECK(!strcmp(buf, "-000000"));
	CHECK_EQ(cairn_snprintf(buf, sizeof(buf), "%+#2147483647.2147483647x", 1), INT_MAX);
	CHECK_EQ(cairn_snprintf(buf, sizeof(buf), "%*d", INT_MIN, 1), INT_MAX);
	CHECK(!strcmp(buf, "1      "));
	CHECK_EQ(cairn_snprintf(buf, sizeof(buf), "%.*d", INT_MIN, 0), 1);
	CHECK_EQ(cairn_snprintf(buf, sizeof(buf), "%2147483647s%2147483647s", "", ""), INT_MAX);
	CHECK_EQ(scnprintf(buf, 0, "%d", 12345), 0);
	CHECK_EQ(scnprintf(NULL, 0, "%d", 12345), 0);
	CHECK_EQ(scnprintf(buf, 1, "%d", 12345), 0);
	CHECK_EQ(scnprintf(buf, 5, "%d", 12345), 4);
	CHECK_EQ(scnprintf(buf, 6, "%d", 12345), 5);
	CHECK_EQ(scnprintf(buf, 7, "%d", 12345), 5);
	CHECK_EQ(scnprintf(buf, sizeof(buf), "%2147483647d", 1), 7);
}

static const struct host_case cases[] = {
	{ "numbers, all combinations", test_numbers },
	{ "characters and strings", test_text },
	{ "random formats", test_random },
	{ "unknown conversions", test_unknown },
	{ "pointers", test_pointers },
	{ "errno names", test_errnos },
	{ "symbols", test_symbols },
	{ "limits", test_limits },
};

HOST_MAIN(cases)
