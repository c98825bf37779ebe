// SPDX-License-Identifier: BSD-2-Clause
/*
 * The C library's string functions and the text-to-number readers.
 *
 * Called by everything, from the first C line on: MMU off or on, any load
 * address, nothing relocated. So: no state, no tables of pointers, no calls
 * upwards.
 */
#include <kernel/errno.h>
#include <kernel/string.h>
#include "words.h"

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	/* Skip what is equal by words; the bytes then find and order the difference. */
	if (!misalignment(p) && !misalignment(q)) {
		for (; n >= WORD && *(const word_t *)p == *(const word_t *)q; n -= WORD) {
			p += WORD;
			q += WORD;
		}
	}
	for (; n; n--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; n--, p++) {
		if (*p == (u8)c)
			return (void *)p;
	}
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++)
		b++;
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	}
	return 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++) {
		if (!*s)
			return NULL;
	}
	return (char *)s;
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		dst[i] = src[i];
		if (!src[i])
			return (ssize_t)i;
	}
	if (size)
		dst[size - 1] = '\0';
	return -E2BIG;
}

/*
 * A '*' first takes nothing; each time the rest fails to match, the last '*'
 * takes one character more. Earlier ones never need another try, because a
 * later '*' can take whatever they could have taken.
 */
bool glob_match(const char *pattern, const char *str)
{
	const char *retry_pattern = NULL, *retry_str = NULL;

	while (*str) {
		if (*pattern == '*') {
			retry_pattern = ++pattern;
			retry_str = str;
		} else if (*pattern == *str || *pattern == '?') {
			pattern++;
			str++;
		} else if (retry_pattern) {
			pattern = retry_pattern;
			str = ++retry_str;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* The digit's value, or something no base has. */
static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'Z')
		return (unsigned int)(c - 'A') + 10;
	return 255;
}

/*
 * Reads as many digits as there are, saturating. "0x" counts as a prefix only
 * in front of a hexadecimal digit; else it is a 0 with text behind it.
 * Returns where it stopped: @s itself when there was no digit.
 */
static const char *read_digits(const char *s, unsigned int base, unsigned long long *res,
			       bool *overflow)
{
	unsigned long long value = 0;
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && digit_value(s[2]) < 16;

	if (base == 0)
		base = hex ? 16 : s[0] == '0' ? 8 : 10;
	if (base == 16 && hex)
		s += 2;
	*overflow = false;
	for (unsigned int digit; (digit = digit_value(*s)) < base; s++) {
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			*overflow = true;
	}
	*res = *overflow ? ~0ULL : value;
	return s;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long value;
	const char *end;
	bool overflow;

	if (base == 1 || base > 36)
		return -EINVAL;
	end = read_digits(s, base, &value, &overflow);
	if (end == s)
		return -EINVAL;
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*res = value;
	return 0;
}

/* What the suffix multiplies by, as a power of two; 0 is no suffix. */
static unsigned int suffix_shift(char c)
{
	switch (c) {
	case 'K':
	case 'k':
		return 10;
	case 'M':
	case 'm':
		return 20;
	case 'G':
	case 'g':
		return 30;
	case 'T':
	case 't':
		return 40;
	case 'P':
	case 'p':
		return 50;
	default:
		return 0;
	}
}

unsigned long long memparse(const char *ptr, char **retptr)
{
	unsigned long long value;
	bool overflow;
	const char *end = read_digits(ptr, 0, &value, &overflow);
	unsigned int shift = end == ptr ? 0 : suffix_shift(*end);

	if (shift)
		end++;
	if (value > ~0ULL >> shift)
		value = ~0ULL;
	else
		value <<= shift;
	if (retptr)
		*retptr = (char *)end;
	return value;
}
