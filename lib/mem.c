// SPDX-License-Identifier: BSD-2-Clause
/*
 * memcpy(), memmove() and memset().
 *
 * Called by everything, from the first C line on, and by the compiler: MMU off or on, any
 * load address, nothing relocated. So: no state, no calls upwards. Not instrumented: what
 * KASAN checks of their callers stands in front of them.
 *
 * Build this file with -fno-builtin, and with gcc also with
 * -fno-tree-loop-distribute-patterns: otherwise the compiler recognises the
 * loop in memset() as a memset() and calls it, for ever.
 *
 * Words are only read and written at aligned addresses, because a hart may
 * trap on anything else and before paging nobody is there to emulate it.
 */
#include <kernel/string.h>
#include "words.h"

#define BLOCK      8                     /* words that copy_block() moves */
#define ROUND      64                    /* words that one round of a long loop moves */
#define EACH_BYTE  ((word_t) - 1 / 0xff) /* 0x0101...: times c is c in each byte */
#define WORTHWHILE (2 * WORD)            /* below it, aligning costs more than it saves */
#define MERGEABLE  (4 * WORD)            /* likewise, where words must be put together */

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

static inline void set_block(word_t *w, word_t v)
{
#pragma GCC unroll 8
	for (int i = 0; i < BLOCK; i++)
		w[i] = v;
}

/*
 * Many stores a round: clearing page tables is most of what setup_vm() does. What is left
 * behind the last whole block is set by one that ends with it, over words that are set.
 */
static inline word_t *set_words(word_t *w, word_t v, size_t nr)
{
	word_t *end, *last = w + nr;

	for (end = w + nr / ROUND * ROUND; w != end; w += ROUND) {
#pragma GCC unroll 8
		for (int i = 0; i < ROUND; i += BLOCK)
			set_block(w + i, v);
	}
	for (end = w + nr % ROUND / BLOCK * BLOCK; w != end; w += BLOCK)
		set_block(w, v);
	if (w != last && nr >= BLOCK)
		set_block(last - BLOCK, v);
	else
		while (w != last)
			*w++ = v;
	return last;
}

void *memset(void *dst, int c, size_t n)
{
	u8 *d = dst;

	if (n >= WORTHWHILE) {
		if (misalignment(d)) { /* some of them twice */
			size_t before = WORD - misalignment(d);

#pragma GCC unroll 8
			for (unsigned int i = 0; i < WORD; i++)
				d[i] = (u8)c;
			d += before;
			n -= before;
		}
		d = (u8 *)set_words((word_t *)d, EACH_BYTE * (u8)c, n / WORD);
		n %= WORD;
	}
	for (u8 *end = d + n; d != end;)
		*d++ = (u8)c;
	return dst;
}
