/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_STRING_H
#define KERNEL_STRING_H

#include <kernel/types.h>

/*
 * The C library's string functions, with the C library's meaning. They hold no
 * state and no pointers, so they run before paging as well as after it.
 */

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

/**
 * strscpy() - copy a string into a buffer of a known size
 * @dst:  destination; always terminated when @size > 0
 * @src:  terminated source
 * @size: bytes at @dst
 *
 * Context: any, MMU on or off.
 * Return: bytes copied without the terminator, or -E2BIG when @src did not fit
 *         (@dst then holds what did) or @size is 0.
 */
ssize_t strscpy(char *dst, const char *src, size_t size);

/**
 * glob_match() - match a whole string against a shell pattern
 * @pattern: '*' any run, '?' any one character, others themselves
 * @str:     terminated string
 *
 * Context: any. No recursion: cost is bounded by len(pattern) * len(str).
 */
bool glob_match(const char *pattern, const char *str);

/**
 * kstrtoull() - read a whole string as an unsigned number
 * @s:    terminated string; one trailing newline is allowed, signs and white
 *        space in front are not
 * @base: 2..36, or 0: "0x" is 16, "0" is 8, otherwise 10; "0x" may also stand
 *        in front when it is 16
 * @res:  the number; untouched on error
 *
 * Context: any, MMU on or off.
 * Return: 0, -EINVAL (not a number, anything left over, or no such base),
 *         -ERANGE (a number, but over 64 bits).
 */
int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *res);

/**
 * memparse() - read a size with an optional K, M, G, T or P suffix (powers of 1024)
 * @ptr:    start of the text; bases as kstrtoull() with base 0, suffixes in
 *          either case
 * @retptr: where parsing stopped; equal to @ptr when no digit was found; may
 *          be NULL
 *
 * Context: any, MMU on or off.
 * Return: the size in bytes, saturating at ULLONG_MAX.
 */
unsigned long long memparse(const char *ptr, char **retptr);

#endif
