/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_ARGS_H
#define KERNEL_ARGS_H

#include <kernel/types.h>

/*
 * The grammar of the command line and of the monitor, and nothing of its meaning. White space
 * separates words, and ';' separates commands. "..." and '...' keep both as they are, and each
 * is a plain character within the other. A quote may stand anywhere in a word and is not part
 * of it: a"b c" is the same as "ab c". The text is not changed and need not be terminated, so
 * this serves before paging too.
 */

/**
 * args_next() - take the next word, without its quotes
 * @text: in: where to go on; out: after the word
 * @left: bytes left at @text; a NUL ends the text too
 * @word: out: the word, terminated; empty if it does not fit
 * @room: bytes at @word
 *
 * Context: any, MMU on or off; no state.
 * Return: 1; 0: there is no more, and @word is untouched; -EINVAL: @word has a quote that is not
 * closed, and is the rest of the text.
 */
int args_next(const char **text, size_t *left, char *word, size_t room);

/**
 * args_value() - cut "name=value" at the first '='
 * Return: the value, which may be empty; NULL: there is no '='.
 */
char *args_value(char *word);

/** args_command() - bytes before the first ';' outside quotes, or before the end of the text */
size_t args_command(const char *text, size_t left);

#endif
