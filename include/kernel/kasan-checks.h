/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_KASAN_CHECKS_H
#define KERNEL_KASAN_CHECKS_H

#include <kernel/types.h>

/**
 * kasan_check_write() - check a write that the compiler cannot see
 * In code that is built without checks they are nothing.
 * Return: whether it is allowed; else it has been reported.
 */
bool __kasan_check_read(const volatile void *p, size_t size);
bool __kasan_check_write(const volatile void *p, size_t size);

#ifdef __SANITIZE_ADDRESS__
#define kasan_check_write(p, size) __kasan_check_write(p, size)
#else
#define kasan_check_write(p, size) ((void)(p), (void)(size), true)
#endif

#endif
