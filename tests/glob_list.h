/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_GLOB_LIST_H
#define TESTS_GLOB_LIST_H

#include <kernel/string.h>

#define GLOB_MAX 64 /* a pattern of a list that is not shorter matches nothing */

/** glob_list_match() - glob_match() with any of the patterns of a list "a,b*" */
static inline bool glob_list_match(const char *list, const char *str)
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

#endif
