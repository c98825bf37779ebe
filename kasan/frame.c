// SPDX-License-Identifier: BSD-2-Clause
/*
 * Stack frames of instrumented functions. A frame that has variables starts with three words:
 * a magic number, a string that lists the variables, and the function's address; and its
 * shadow starts with that of a left redzone.
 */
#include <kernel/printk.h>
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/page.h>
#include "kasan.h"

#define FRAME_MAGIC 0x41b58ab3UL
#define FRAME_MAX   4096UL /* how far down a frame is looked for */

struct frame {
	unsigned long magic;
	const char *variables; /* "N", then for each: offset size length-of-name name[:line] */
	unsigned long function;
};

static const struct frame *find_frame(unsigned long addr)
{
	const u8 *shadow = kasan_mem_to_shadow((void *)addr);
	const u8 *limit = shadow - FRAME_MAX / KASAN_GRANULE_SIZE;
	const struct frame *frame;

	for (; shadow > limit; shadow--) {
		if (*shadow != KASAN_STACK_LEFT || shadow[-1] == KASAN_STACK_LEFT)
			continue;
		frame = kasan_shadow_to_mem(shadow);
		if (frame->magic == FRAME_MAGIC)
			return frame;
	}
	return NULL;
}

static unsigned long take_number(const char **s)
{
	unsigned long n = 0;

	for (; **s >= '0' && **s <= '9'; (*s)++)
		n = n * 10 + (unsigned long)(**s - '0');
	if (**s == ' ')
		(*s)++;
	return n;
}

void kasan_describe_variables(const void *start, unsigned long addr)
{
	const struct frame *frame = start;
	unsigned long offset, size, len, nr;
	const char *s;

	offset = addr - (unsigned long)frame;
	pr_err("at offset %lu in the frame of %pS, which has:\n", offset, (void *)frame->function);
	s = frame->variables;
	for (nr = take_number(&s); nr; nr--) {
		offset = take_number(&s);
		size = take_number(&s);
		len = take_number(&s);
		pr_err("  [%lu, %lu) %.*s\n", offset, offset + size, (int)len, s);
		s += len;
		if (*s == ' ')
			s++;
	}
}

void kasan_describe_frame(unsigned long addr)
{
	const struct frame *frame = find_frame(addr);

	if (frame)
		kasan_describe_variables(frame, addr);
}
