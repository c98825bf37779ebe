// SPDX-License-Identifier: BSD-2-Clause
#include "lineedit_term.h"

#include <stdlib.h>
#include <string.h>

static void clear_from(struct term *term, size_t col)
{
	memset(term->row + col, ' ', TERM_COLUMNS - col);
}

void term_init(struct term *term)
{
	memset(term, 0, sizeof(*term));
	clear_from(term, 0);
}

static void end_sequence(struct term *term, char last)
{
	const char *args = term->sequence + 2; /* behind ESC [ */
	size_t n = *args ? strtoul(args, NULL, 10) : 1;

	if (last == 'C' && n && term->col + n < TERM_COLUMNS)
		term->col += n;
	else if (last == 'K' && !*args)
		clear_from(term, term->col);
	else if (last == 'H' && !*args)
		term->col = 0;
	else if (last == 'J' && !*args)
		clear_from(term, term->col);
	else
		term->bad = true;
}

static void sequence_byte(struct term *term, char c)
{
	if (term->sequence_len == 1 ? c != '[' : c < '0') {
		term->bad = true;
		term->sequence_len = 0;
	} else if (term->sequence_len > 1 && c > '9') {
		end_sequence(term, c);
		term->sequence_len = 0;
	} else if (term->sequence_len + 1 < sizeof(term->sequence)) {
		term->sequence[term->sequence_len++] = c;
		term->sequence[term->sequence_len] = '\0';
	} else {
		term->bad = true;
	}
}

static void plain_byte(struct term *term, char c)
{
	if (c >= ' ' && c <= '~' && term->col < TERM_COLUMNS - 1)
		term->row[term->col++] = c;
	else
		term->bad = true;
}

void term_write(struct term *term, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (term->sequence_len) {
			sequence_byte(term, s[i]);
			continue;
		}
		switch (s[i]) {
		case '\r':
			term->col = 0;
			break;
		case '\n':
			term->col = 0;
			term->rows++;
			clear_from(term, 0);
			break;
		case '\a':
			term->bells++;
			break;
		case '\033':
			memcpy(term->sequence, "\033", 2);
			term->sequence_len = 1;
			break;
		default:
			plain_byte(term, s[i]);
		}
	}
}
