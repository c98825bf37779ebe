/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_KERNEL_LOG_H
#define TESTS_KERNEL_LOG_H

#include <kernel/types.h>

/** log_cursor() - the log's end now; logged() - whether a line behind it contains @text */
u64 log_cursor(void);
bool logged(u64 cursor, const char *text);

/* As in C. */
char *strrchr(const char *s, int c);
char *strstr(const char *haystack, const char *needle);

#endif
