// SPDX-License-Identifier: BSD-2-Clause
/* What the kernel log has got since a test looked last. */
#include <kernel/printk.h>
#include <kernel/string.h>
#include "log.h"

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
