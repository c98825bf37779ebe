// SPDX-License-Identifier: BSD-2-Clause
/*
 * The C library's string functions and the text-to-number readers.
 *
 * Called by everything, from the first C line on: MMU off or on, any load
 * address, nothing relocated. So: no state, no tables of pointers, no calls
 * upwards. Not instrumented; the checks belong to the callers.
 *
 * Build this file with -fno-builtin, and with gcc also with
 * -fno-tree-loop-distribute-patterns: otherwise the compiler recognises the
 * loop in memset() as a memset() and calls it, for ever.
 *
 * Words are only read and written at aligned addresses, because a hart may
 * trap on anything else and before paging nobody is there to emulate it.
 */
#include <kernel/errno.h>
#include <kernel/string.h>

/* May look at any object, whatever type it was declared with. */
typedef unsigned long __attribute__((may_alias)) word_t;

#define WORD       sizeof(word_t)
#define BLOCK      8                     /* words that copy_block() moves */
#define ROUND      64                    /* words that one round of a long loop moves */
#define EACH_BYTE  ((word_t) - 1 / 0xff) /* 0x0101...: times c is c in each byte */
#define WORTHWHILE (2 * WORD)            /* below it, aligning costs more than it saves */
#define MERGEABLE  (4 * WORD)            /* likewise, where words must be put together */

static inline size_t misalignment(const void *p)
{
	return (uintptr_t)p % WORD;
}

/*
 * All words of a round are loaded before the first is stored. memmove() needs
 * that, and in-order cores get eight independent loads to overlap.
 */
static inline void copy_block(word_t *d, const word_t *s)
{
	word_t a = s[0], b = s[1], c = s[2], e = s[3];
	word_t f = s[4], g = s[5], h = s[6], i = s[7];

	d[0] = a;
	d[1] = b;
	d[2] = c;
	d[3] = e;
	d[4] = f;
	d[5] = g;
	d[6] = h;
	d[7] = i;
}

/* Ascending. A long copy is mostly the first loop. */
static inline void copy_words_up(word_t *d, const word_t *s, size_t nr)
{
	const word_t *end;

	for (end = s + nr / ROUND * ROUND; s != end; s += ROUND, d += ROUND) {
#pragma GCC unroll 8
		for (int i = 0; i < ROUND; i += BLOCK)
			copy_block(d + i, s + i);
	}
	for (end = s + nr % ROUND / BLOCK * BLOCK; s != end; s += BLOCK, d += BLOCK)
		copy_block(d, s);
	for (end = s + nr % BLOCK; s != end;)
		*d++ = *s++;
}

/*
 * Words at @d of bytes that begin inside the word before @s: @low is that word, its
 * bytes from bit @shift on come first. Little-endian.
 */
static inline void merge_words_up(word_t *d, const word_t *s, size_t nr, word_t low,
				  unsigned int shift)
{
	word_t high;

	for (size_t rounds = nr / 16; rounds; rounds--, d += 16, s += 16) {
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++, low = high) {
			high = s[i];
			d[i] = low >> shift | high << (8 * WORD - shift);
		}
	}
	for (nr %= 16; nr; nr--, low = high) {
		high = *s++;
		*d++ = low >> shift | high << (8 * WORD - shift);
	}
}

/* Ascending; right for overlaps with @d below @s too. */
static inline void copy_up(u8 *d, const u8 *s, size_t n)
{
	size_t done = 0;

	if (n >= WORTHWHILE && misalignment(d) == misalignment(s)) {
		for (; misalignment(d); n--)
			*d++ = *s++;
		done = n / WORD * WORD;
		copy_words_up((word_t *)d, (const word_t *)s, n / WORD);
	} else if (n >= MERGEABLE) {
		const word_t *sw;

		for (; misalignment(d); n--)
			*d++ = *s++;
		/*
		 * The first word has a byte of the source in it, the last one nothing else: no
		 * load is outside a page of the source, or outside what a sanitizer can see.
		 */
		sw = (const word_t *)(s - misalignment(s));
		done = (n - (WORD - misalignment(s))) / WORD * WORD;
		merge_words_up((word_t *)d, sw + 1, done / WORD, *sw, 8 * misalignment(s));
	}
	d += done;
	s += done;
	for (const u8 *end = s + n - done; s != end;)
		*d++ = *s++;
}

/* Descending, from one past the end; right for overlaps with @d above @s. */
static void copy_down(u8 *d, const u8 *s, size_t n)
{
	if (n >= WORTHWHILE && misalignment(d) == misalignment(s)) {
		const word_t *sw, *end;
		word_t *dw;

		for (; misalignment(d); n--)
			*--d = *--s;
		dw = (word_t *)d;
		sw = (const word_t *)s;
		for (end = sw - n / WORD / BLOCK * BLOCK; sw != end;) {
			sw -= BLOCK;
			dw -= BLOCK;
			copy_block(dw, sw);
		}
		for (end = sw - n / WORD % BLOCK; sw != end;)
			*--dw = *--sw;
		d = (u8 *)dw;
		s = (const u8 *)sw;
		n %= WORD;
	}
	for (const u8 *end = s - n; s != end;)
		*--d = *--s;
}

void *memcpy(void *dst, const void *src, size_t n)
{
	copy_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	/* Unsigned: also true for dst below src, where ascending is right. */
	if ((uintptr_t)dst - (uintptr_t)src >= n)
		return memcpy(dst, src, n);
	copy_down((u8 *)dst + n, (const u8 *)src + n, n);
	return dst;
}

/* Many stores a round: clearing page tables is most of what setup_vm() does. */
static inline word_t *set_words(word_t *w, word_t v, size_t nr)
{
	word_t *end;

	for (end = w + nr / ROUND * ROUND; w != end; w += ROUND) {
#pragma GCC unroll 64
		for (int i = 0; i < ROUND; i++)
			w[i] = v;
	}
	for (end = w + nr % ROUND / BLOCK * BLOCK; w != end; w += BLOCK) {
#pragma GCC unroll 8
		for (int i = 0; i < BLOCK; i++)
			w[i] = v;
	}
	for (end = w + nr % BLOCK; w != end;)
		*w++ = v;
	return w;
}

void *memset(void *dst, int c, size_t n)
{
	u8 *d = dst;

	if (n >= WORTHWHILE) {
		for (; misalignment(d); n--)
			*d++ = (u8)c;
		d = (u8 *)set_words((word_t *)d, EACH_BYTE * (u8)c, n / WORD);
		n %= WORD;
	}
	for (u8 *end = d + n; d != end;)
		*d++ = (u8)c;
	return dst;
}

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

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

/* Quadratic, which is right for the short needles a kernel looks for. */
char *strstr(const char *haystack, const char *needle)
{
	size_t n = strlen(needle);

	for (;; haystack++) {
		if (!strncmp(haystack, needle, n))
			return (char *)haystack;
		if (!*haystack)
			return NULL;
	}
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

bool glob_list_match(const char *list, const char *str)
{
	char pattern[GLOB_MAX];
	const char *end;

	for (;; list = end + 1) {
		size_t len;

		end = strchr(list, ',');
		len = end ? (size_t)(end - list) : strlen(list);
		if (len < sizeof(pattern)) {
			memcpy(pattern, list, len);
			pattern[len] = '\0';
			if (glob_match(pattern, str))
				return true;
		}
		if (!end)
			return false;
	}
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
