/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_LINEEDIT_H
#define KERNEL_LINEEDIT_H

#include <kernel/types.h>

/*
 * A line editor for a terminal that knows "\r", "\b", BEL and the sequences CSI K,
 * CSI C, CSI J and CSI H (ECMA-48), 80 columns wide; a longer line scrolls sideways.
 * It knows no device: characters come from and go to a struct lineedit_io. Nothing but
 * plain text is printed while a line is typed without editing it, so a pipe serves too.
 */

#define LINEEDIT_MAX     256 /* bytes of a line with its terminator */
#define LINEEDIT_HISTORY 16
#define LINEEDIT_COLUMNS 80

/**
 * struct lineedit_io - the editor's outside
 * @getc:  next byte of input; waits for it. Negative: there is no more
 * @write: print; '\n' starts a new line at column 0
 * @candidate: what the word starting at @line[@start] could become: number @index of the
 *         list, valid until the next call, NULL behind the last; those that do not begin
 *         with what is typed are passed over. May be NULL
 * @arg:   handed to all three
 */
struct lineedit_io {
	int (*getc)(void *arg);
	void (*write)(void *arg, const char *s, size_t len);
	const char *(*candidate)(void *arg, const char *line, size_t start, unsigned int index);
	void *arg;
};

/**
 * struct lineedit - an editor and its history; all zero but @io at first
 * @line:  the text, terminated; @len, @pos: its length and the cursor in it
 * @view:  first character shown
 * @after_cr: the last byte was CR; an LF now belongs to it
 * @history: a ring of lines; @lines: how many were ever put into it
 * @back:  how many lines back in it the edited line is, 0: it is @kept's successor
 * @kept:  the new line while an old one is shown
 */
struct lineedit {
	const struct lineedit_io *io;
	const char *prompt;
	char line[LINEEDIT_MAX];
	size_t len, pos, view;
	bool after_cr;
	char history[LINEEDIT_HISTORY][LINEEDIT_MAX];
	unsigned int lines, back;
	char kept[LINEEDIT_MAX];
};

/**
 * lineedit_read() - print the prompt and let a line be typed
 * The line, without its end, is in @le->line and, unless empty, in the history.
 * Return: its length; -EAGAIN: given up with ^C; -EIO: no more input.
 */
int lineedit_read(struct lineedit *le, const char *prompt);

#endif
