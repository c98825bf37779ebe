/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LINEEDIT_TERM_H
#define LINEEDIT_TERM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A terminal of one row, as much of it as the editor uses. Anything else it is sent, and
 * text in the last column, where real terminals differ, sets @bad.
 */

#define TERM_COLUMNS 80

struct term {
	char row[TERM_COLUMNS + 1]; /* blanks where nothing was written, terminated */
	size_t col;
	unsigned long bells, rows;
	bool bad;
	char sequence[8]; /* control sequence so far */
	size_t sequence_len;
};

void term_init(struct term *term);
void term_write(struct term *term, const char *s, size_t len);

#endif
