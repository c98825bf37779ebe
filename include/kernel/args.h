/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_ARGS_H
#define KERNEL_ARGS_H

#include <kernel/types.h>

/*
 * The command line's grammar, and nothing of its meaning: words separated by
 * white space, "name" or "name=value"; double quotes keep white space inside a
 * value (name="a b" or "name=a b") and are not part of it. Works on text it may
 * not change and that need not be terminated, so it serves before paging too.
 *
 * In detail: a quote anywhere keeps white space until the next quote. Only one
 * that opens the word or the value is left out, and with it one that ends the
 * word; other quotes stay in the text. The first '=' ends the name, which may
 * be empty ("=x"), and so may the value ("x=", not NULL).
 */

struct arg {
	const char *name;
	size_t name_len;
	const char *value; /* NULL for a word without '=' */
	size_t value_len;
};

/**
 * args_next() - take the next argument
 * @text: in: where to go on; out: behind the argument
 * @left: bytes left at @text; a NUL ends the text too
 * @arg:  pointers into the text
 *
 * Context: any, MMU on or off; no state.
 * Return: false at the end (@arg untouched). An unclosed quote ends with the text.
 */
bool args_next(const char **text, size_t *left, struct arg *arg);

/** arg_is() - whether the argument's name is exactly @name */
bool arg_is(const struct arg *arg, const char *name);

/** arg_value_is() - whether it has a value, exactly @value */
bool arg_value_is(const struct arg *arg, const char *value);

#endif
