// SPDX-License-Identifier: BSD-2-Clause
/*
 * lib/string.c against the host's C library: every small length at every
 * alignment, then random large ones. Blocks are malloc()ed to the byte, so that
 * ASan sees an access behind them; what lies in front is compared. UBSan sees a
 * word accessed at an address that is not a word's.
 */
#include "cairn.h"
#include "host.h"
#include "tests/glob_list.h"

#include <errno.h>
#include <fnmatch.h>

#define SMALL  80
#define ALIGNS 16 /* malloc()'s own alignment: offsets below it are all different */

/* Stops a case early: one mistake would otherwise print thousands of lines. */
#define GIVE_UP (host_failures > 10)

static unsigned char *random_block(size_t n)
{
	unsigned char *p = malloc(n ? n : 1);

	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)host_rand();
	return p;
}

static unsigned char *copy_of(const unsigned char *p, size_t n)
{
	return memcpy(malloc(n ? n : 1), p, n);
}

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

/* Were the renaming to fail, everything below would compare a thing to itself. */
static void test_two_sides(void)
{
	CHECK((void *)memcpy != (void *)cairn_memcpy);
	CHECK((void *)memmove != (void *)cairn_memmove);
	CHECK((void *)memset != (void *)cairn_memset);
	CHECK((void *)memcmp != (void *)cairn_memcmp);
	CHECK((void *)memchr != (void *)cairn_memchr);
	CHECK((void *)strlen != (void *)cairn_strlen);
	CHECK((void *)strnlen != (void *)cairn_strnlen);
	CHECK((void *)strcmp != (void *)cairn_strcmp);
	CHECK((void *)strncmp != (void *)cairn_strncmp);
	CHECK((void *)strchr != (void *)cairn_strchr);
}

static void check_memcpy(size_t to, size_t from, size_t n)
{
	unsigned char *src = random_block(from + n), *src_copy = copy_of(src, from + n);
	unsigned char *dst = random_block(to + n), *want = copy_of(dst, to + n);

	memcpy(want + to, src + from, n);
	CHECK(cairn_memcpy(dst + to, src + from, n) == dst + to);
	CHECK(!memcmp(dst, want, to + n));
	CHECK(!memcmp(src, src_copy, from + n));
	free(src);
	free(src_copy);
	free(dst);
	free(want);
}

static void test_memcpy(void)
{
	for (size_t to = 0; to < ALIGNS; to++)
		for (size_t from = 0; from < ALIGNS && !GIVE_UP; from++)
			for (size_t n = 0; n <= SMALL; n++)
				check_memcpy(to, from, n);
	for (unsigned long i = host_work(500); i && !GIVE_UP; i--)
		check_memcpy(host_rand_below(16), host_rand_below(16), host_rand_below(20000));
}

static void check_memmove(size_t to, size_t from, size_t n)
{
	size_t all = (to > from ? to : from) + n;
	unsigned char *buf = random_block(all), *want = copy_of(buf, all);

	memmove(want + to, want + from, n);
	CHECK(cairn_memmove(buf + to, buf + from, n) == buf + to);
	CHECK(!memcmp(buf, want, all));
	free(buf);
	free(want);
}

static void test_memmove(void)
{
	for (size_t to = 0; to < 24; to++)
		for (size_t from = 0; from < 24 && !GIVE_UP; from++)
			for (size_t n = 0; n <= SMALL; n++)
				check_memmove(to, from, n);
	/* Distances of whole words, around the block the copy loop moves. */
	for (size_t d = 0; d <= 200 && !GIVE_UP; d++) {
		for (size_t n = 0; n < 300; n += 1 + host_rand_below(8)) {
			check_memmove(d, 0, n);
			check_memmove(0, d, n);
		}
	}
	for (unsigned long i = host_work(500); i && !GIVE_UP; i--) {
		size_t near = host_rand_below(5000);

		check_memmove(near + host_rand_below(300), near + host_rand_below(300),
			      host_rand_below(20000));
	}
}

static void check_memset(size_t at, int c, size_t n)
{
	unsigned char *buf = random_block(at + n), *want = copy_of(buf, at + n);

	memset(want + at, c, n);
	CHECK(cairn_memset(buf + at, c, n) == buf + at);
	CHECK(!memcmp(buf, want, at + n));
	free(buf);
	free(want);
}

static void test_memset(void)
{
	static const int values[] = { 0, 1, 0x7f, 0x80, 0xff, -1, 0x1a5, -256 };

	for (size_t v = 0; v < ARRAY_SIZE(values); v++)
		for (size_t at = 0; at < ALIGNS && !GIVE_UP; at++)
			for (size_t n = 0; n <= 300; n++)
				check_memset(at, values[v], n);
	for (unsigned long i = host_work(500); i && !GIVE_UP; i--)
		check_memset(host_rand_below(16), (int)host_rand(), host_rand_below(20000));
}

static void check_memcmp(size_t off_a, size_t off_b, size_t n, size_t differ)
{
	unsigned char *a = random_block(off_a + n), *b = random_block(off_b + n);

	memcpy(b + off_b, a + off_a, n);
	if (differ < n) {
		b[off_b + differ] ^= (unsigned char)(1 + host_rand_below(255));
		/* What follows the first difference must not count. */
		for (size_t i = differ + 1; i < n; i++)
			b[off_b + i] = (unsigned char)host_rand();
	}
	CHECK_EQ(sign(cairn_memcmp(a + off_a, b + off_b, n)),
		 sign(memcmp(a + off_a, b + off_b, n)));
	free(a);
	free(b);
}

static void test_memcmp(void)
{
	for (size_t a = 0; a < 9; a++)
		for (size_t b = 0; b < 9 && !GIVE_UP; b++)
			for (size_t n = 0; n <= 40; n++)
				for (size_t differ = 0; differ <= n; differ++)
					check_memcmp(a, b, n, differ);
	for (unsigned long i = host_work(500); i && !GIVE_UP; i--) {
		size_t n = 1 + host_rand_below(5000);

		check_memcmp(8 * host_rand_below(2), 8 * host_rand_below(2), n,
			     host_rand_below(n + 1));
	}
}

/* Few letters, so that prefixes and repetitions happen; two of them negative as char. */
static char *random_string(size_t max)
{
	size_t n = host_rand_below(max + 1);
	char *s = malloc(n + 1);

	for (size_t i = 0; i < n; i++)
		s[i] = "ab\x80\xff"[host_rand_below(4)];
	s[n] = '\0';
	return s;
}

static void check_strings(const char *a, const char *b)
{
	size_t n = host_rand_below(24);
	int c = "ab\x80\xff"[host_rand_below(4)];

	if (!host_rand_below(8))
		c = 0;
	CHECK_EQ(cairn_strlen(a), strlen(a));
	CHECK_EQ(cairn_strnlen(a, n), strnlen(a, n));
	CHECK_EQ(cairn_strnlen(a, (size_t)-1), strlen(a));
	CHECK_EQ(sign(cairn_strcmp(a, b)), sign(strcmp(a, b)));
	CHECK_EQ(sign(cairn_strncmp(a, b, n)), sign(strncmp(a, b, n)));
	CHECK(cairn_strchr(a, c) == strchr(a, c));
	CHECK(cairn_strchr(a, c + 256) == strchr(a, c));
	n = host_rand_below(strlen(a) + 2);
	CHECK(cairn_memchr(a, c, n) == memchr(a, c, n));
	CHECK(cairn_memchr(a, c - 256, n) == memchr(a, c, n));
}

static void test_strings(void)
{
	char open[3] = { 'a', 'b', 'a' }; /* no terminator, and ASan behind it */

	for (unsigned long i = host_work(100000); i && !GIVE_UP; i--) {
		char *a = random_string(20), *b = random_string(host_rand_below(2) ? 3 : 20);

		check_strings(a, b);
		check_strings(b, a);
		check_strings(a, a);
		free(a);
		free(b);
	}
	CHECK_EQ(cairn_strnlen(open, 3), 3);
	CHECK_EQ(cairn_strncmp(open, "abab", 3), 0);
	CHECK(cairn_memchr(open, 'b', 1000) == open + 1); /* stops at the find, as C says */
}

static void test_strscpy(void)
{
	for (size_t n = 0; n < 20; n++) {
		for (size_t size = 0; size < 24; size++) {
			char src[24] = "abcdefghijklmnopqrstuvw", *dst = malloc(size ? size : 1);
			size_t kept = n < size ? n : size ? size - 1 : 0;

			src[n] = '\0';
			CHECK_EQ(cairn_strlen(src), n);
			CHECK_EQ(strscpy(dst, src, size), n < size ? (ssize_t)n : -E2BIG);
			CHECK(!size || (!memcmp(dst, src, kept) && !dst[kept]));
			free(dst);
		}
	}
}

static char *random_text(const char *alphabet, size_t max)
{
	size_t n = host_rand_below(max + 1), letters = strlen(alphabet);
	char *s = malloc(n + 1);

	for (size_t i = 0; i < n; i++)
		s[i] = alphabet[host_rand_below(letters)];
	s[n] = '\0';
	return s;
}

static void test_glob(void)
{
	unsigned long matched = 0, nr = host_work(300000);
	char *many = malloc(20001);

	for (unsigned long i = 0; i < nr && !GIVE_UP; i++) {
		char *pattern = random_text(i % 2 ? "ab*?" : "ab**?", 8);
		char *str = random_text("aab*?", 10);
		bool want = !fnmatch(pattern, str, FNM_NOESCAPE);

		matched += want;
		if (glob_match(pattern, str) != want) {
			printf("# '%s' against '%s'\n", pattern, str);
			CHECK(!"glob_match");
		}
		free(pattern);
		free(str);
	}
	CHECK(matched > nr / 20 && matched < nr / 2);
	CHECK(glob_match("", "") && glob_match("*", "") && !glob_match("?", ""));
	CHECK(glob_match("pgtable.*", "pgtable.split") && !glob_match("pgtable", "pgtable.x"));
	CHECK(glob_list_match("a,b*", "a") && glob_list_match("a,b*", "bc"));
	CHECK(!glob_list_match("a,b*", "ab") && !glob_list_match("a,b*", "a,b"));
	CHECK(glob_list_match("a,", "") && !glob_list_match("a,b", "") && glob_list_match("", ""));
	/* Endless for a matcher that tries every star again. */
	memset(many, 'a', 20000);
	many[20000] = '\0';
	CHECK(!glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*b", many));
	many[GLOB_MAX - 1] = '\0';
	CHECK(glob_list_match(many, many));
	many[GLOB_MAX - 1] = 'a';
	CHECK(!glob_list_match(many, many)); /* too long for a pattern, and not cut */
	free(many);
}

static const struct {
	const char *text;
	unsigned int base;
	int ret;
	unsigned long long value;
} numbers[] = {
	{ "0", 0, 0, 0 },
	{ "0\n", 0, 0, 0 },
	{ "0\n\n", 0, -EINVAL, 0 },
	{ "\n", 0, -EINVAL, 0 },
	{ "", 0, -EINVAL, 0 },
	{ " 1", 0, -EINVAL, 0 },
	{ "1 ", 0, -EINVAL, 0 },
	{ "+1", 0, -EINVAL, 0 },
	{ "-1", 0, -EINVAL, 0 },
	{ "017", 0, 0, 15 },
	{ "018", 0, -EINVAL, 0 },
	{ "017", 10, 0, 17 },
	{ "0x1f", 0, 0, 31 },
	{ "0X1F", 16, 0, 31 },
	{ "1f", 16, 0, 31 },
	{ "0x", 0, -EINVAL, 0 },
	{ "0x", 16, -EINVAL, 0 },
	{ "0xg", 0, -EINVAL, 0 },
	{ "0x1", 10, -EINVAL, 0 },
	{ "0x1", 36, 0, 33 * 36 + 1 },
	{ "zZ", 36, 0, 35 * 36 + 35 },
	{ "z", 35, -EINVAL, 0 },
	{ "12", 2, -EINVAL, 0 },
	{ "1", 1, -EINVAL, 0 },
	{ "1", 37, -EINVAL, 0 },
	{ "18446744073709551615", 0, 0, ~0ULL },
	{ "18446744073709551616", 0, -ERANGE, 0 },
	{ "18446744073709551620", 0, -ERANGE, 0 },
	{ "184467440737095516150", 0, -ERANGE, 0 },
	{ "99999999999999999999x", 0, -EINVAL, 0 },
	{ "0xffffffffffffffff", 0, 0, ~0ULL },
	{ "0x10000000000000000", 0, -ERANGE, 0 },
	{ "000000000000000000000000000000001", 0, 0, 1 },
};

/* What the host's strtoull() makes of it, without its spaces and signs. */
static int host_kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long value;
	char *end;

	if (!*s || strchr(" \t\n\v\f\r+-", *s))
		return -EINVAL;
	errno = 0;
	value = strtoull(s, &end, (int)base);
	if (end == s || strcmp(end, *end == '\n' ? "\n" : ""))
		return -EINVAL;
	if (errno)
		return -errno;
	*res = value;
	return 0;
}

static void check_number(const char *s, unsigned int base, int ret, unsigned long long value)
{
	unsigned long long got = 0x5eed;

	CHECK_EQ(kstrtoull(s, base, &got), ret);
	CHECK_EQ(got, ret ? 0x5eed : value);
	if (host_failures)
		printf("# '%s' to base %u\n", s, base);
}

static void test_kstrtoull(void)
{
	unsigned long ok = 0, range = 0;

	for (size_t i = 0; i < ARRAY_SIZE(numbers) && !GIVE_UP; i++)
		check_number(numbers[i].text, numbers[i].base, numbers[i].ret, numbers[i].value);
	for (unsigned long i = host_work(200000); i && !GIVE_UP; i--) {
		char *s = random_text(i % 2 ? "0123456789" : "01x79afFzX\n +", i % 4 ? 22 : 5);
		unsigned int base = (unsigned int)host_rand_below(37);
		unsigned long long want = 0;
		int ret;

		base = i % 3 ? (base == 1 ? 0 : base) : 10;
		ret = host_kstrtoull(s, base, &want);
		ok += !ret;
		range += ret == -ERANGE;
		check_number(s, base, ret, want);
		free(s);
	}
	CHECK(ok && range);
}

static const struct {
	const char *text;
	unsigned long long value;
	size_t stop;
} sizes[] = {
	{ "", 0, 0 },
	{ "K", 0, 0 },
	{ "-1", 0, 0 },
	{ " 1", 0, 0 },
	{ "64", 64, 2 },
	{ "1k", 1024, 2 },
	{ "1K", 1024, 2 },
	{ "3m", 3ULL << 20, 2 },
	{ "3M", 3ULL << 20, 2 },
	{ "3g", 3ULL << 30, 2 },
	{ "3G", 3ULL << 30, 2 },
	{ "3t", 3ULL << 40, 2 },
	{ "3T", 3ULL << 40, 2 },
	{ "3p", 3ULL << 50, 2 },
	{ "3P", 3ULL << 50, 2 },
	{ "3E", 3, 1 },
	{ "128M@0x80000000", 128ULL << 20, 4 },
	{ "0x80000000,", 0x80000000, 10 },
	{ "0x10K", 16384, 5 },
	{ "0xK", 0, 1 },
	{ "010k", 8192, 4 },
	{ "1KK", 1024, 2 },
	{ "18446744073709551615", ~0ULL, 20 },
	{ "18446744073709551616", ~0ULL, 20 },
	{ "99999999999999999999M,", ~0ULL, 21 },
	{ "16383P", 16383ULL << 50, 6 },
	{ "16384P", ~0ULL, 6 },
	{ "0P", 0, 2 },
};

static void test_memparse(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes) && !GIVE_UP; i++) {
		char *end;

		CHECK_EQ(memparse(sizes[i].text, &end), sizes[i].value);
		CHECK_EQ(end - sizes[i].text, sizes[i].stop);
		CHECK_EQ(memparse(sizes[i].text, NULL), sizes[i].value);
	}
	for (unsigned long i = host_work(100000); i && !GIVE_UP; i--) {
		char *s = random_text(i % 2 ? "01x79afKmGtP" : "0123456789kMgTp", 20);
		const char *letters = "kmgtp", *found;
		unsigned long long want;
		char *end, *stop;

		want = strtoull(s, &end, 0);
		found = end != s && *end ? strchr(letters, *end | 0x20) : NULL;
		for (long step = found ? found - letters + 1 : 0; step; step--)
			want = want > ~0ULL / 1024 ? ~0ULL : want * 1024;
		CHECK_EQ(memparse(s, &stop), want);
		CHECK(stop == end + !!found);
		free(s);
	}
}

static const struct host_case cases[] = {
	{ "the host's functions are not ours", test_two_sides },
	{ "memcpy", test_memcpy },
	{ "memmove", test_memmove },
	{ "memset", test_memset },
	{ "memcmp", test_memcmp },
	{ "string functions", test_strings },
	{ "strscpy", test_strscpy },
	{ "glob_match", test_glob },
	{ "kstrtoull", test_kstrtoull },
	{ "memparse", test_memparse },
};

HOST_MAIN(cases)
