/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_VSPRINTF_H
#define KERNEL_VSPRINTF_H

#include <kernel/types.h>

/*
 * Formatting into memory. %d %i %u %x %X %o %c %s %p %% with flags "-0 +#",
 * width and precision ('*' too) and lengths hh h l ll z t j are the C
 * library's. Floating point and %n do not exist. Beyond C:
 *   %p    0x and 16 digits, always
 *   %pS   symbol+0xoffset/0xsize of a code address, as %p where it has no name
 *   %ps   the symbol's name only
 *   %pe   an ERR_PTR()-style negative errno by name, "-ENOMEM", or as a number
 *         where errno.h has no name for it; anything below -4095 as %p
 *   %s    of NULL is "(null)"
 * The pointer conversions take a width and '-'; precision and other flags do
 * nothing there, nor '0' with %s and %c. %lc and %ls do not exist.
 * An unknown conversion is printed as it stands and consumes no argument, not
 * even for a '*' in it.
 *
 * Context: any, MMU on or off (before paging %pS prints as %p).
 */

/**
 * vsnprintf() - as in C99: returns the length the whole text would have
 *
 * Cut text is terminated too; with @size 0 nothing is stored and @buf may be
 * NULL. Where C has no answer, a length over INT_MAX is returned as INT_MAX.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/** scnprintf() - as snprintf(), but returns the characters stored before the NUL (@size 0: 0). */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/**
 * vsprintf_set_symbolizer() - install the function behind %pS and %ps
 * @fn: writes a terminated text for @addr into @buf and returns its length, or
 *      0 when @addr has no name; @offset asks for "+0xoffset/0xsize". NULL
 *      takes it away again. Only once paging is on: @fn is called as it is.
 */
void vsprintf_set_symbolizer(int (*fn)(char *buf, size_t size, unsigned long addr, bool offset));

#endif
