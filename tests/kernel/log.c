// SPDX-License-Identifier: BSD-2-Clause
/* What the kernel log has got since a test looked last. */
#include <kernel/printk.h>
#include <kernel/string.h>
#include "log.h"

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

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

u64 log_cursor(void)
{
	char line[16];
	u64 cursor = 0;
	int level;

	while (log_read(&cursor, line, sizeof(line), &level) >= 0)
		;
	return cursor;
}

bool logged(u64 cursor, const char *text)
{
	char line[200];
	int level;

	while (log_read(&cursor, line, sizeof(line), &level) >= 0)
		if (strstr(line, text))
			return true;
	return false;
}
