/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIB_WORDS_H
#define LIB_WORDS_H

/* Bytes by words, for mem.c and string.c. */
#include <kernel/types.h>

/* May look at any object, whatever type it was declared with. */
typedef unsigned long __attribute__((may_alias)) word_t;

#define WORD sizeof(word_t)

static inline size_t misalignment(const void *p)
{
	return (uintptr_t)p % WORD;
}

#endif
