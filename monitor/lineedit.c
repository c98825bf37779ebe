// SPDX-License-Identifier: BSD-2-Clause
/*
 * Editing one line. What a key does is a row of a table; every change ends in redraw(),
 * except text typed at the end, which is only echoed.
 */
#include <kernel/errno.h>
#include <kernel/lineedit.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>

#define CTRL(c)    ((c) & 0x1f)
#define KEY_ESCAPE 0x1b
#define KEY_DELETE 0x7f
/* Bytes of a control sequence before its last one; real ones have up to about 10. */
#define SEQUENCE_MAX 32

static void put(const struct lineedit *le, const char *s)
{
	le->io->write(le->io->arg, s, strlen(s));
}

static void bell(struct lineedit *le)
{
	put(le, "\a");
}

/* Columns for text. Behind it the cursor may stand, or ^C; the last column would wrap. */
static size_t room(const struct lineedit *le)
{
	return LINEEDIT_COLUMNS - strlen("^C") - 1 - strlen(le->prompt);
}

static void redraw(struct lineedit *le)
{
	size_t width = room(le), shown, column;
	char move[16];

	if (le->pos < le->view || le->pos > le->view + width)
		le->view = le->pos > width / 2 ? le->pos - width / 2 : 0;
	shown = min(le->len - le->view, width);
	put(le, "\r");
	put(le, le->prompt);
	le->io->write(le->io->arg, le->line + le->view, shown);
	put(le, "\033[K\r");
	column = strlen(le->prompt) + le->pos - le->view;
	snprintf(move, sizeof(move), "\033[%zuC", column);
	if (column) /* 0 means 1 there */
		put(le, move);
}

static void erase(struct lineedit *le, size_t from, size_t to)
{
	memmove(le->line + from, le->line + to, le->len + 1 - to);
	le->len -= to - from;
	le->pos = from;
	redraw(le);
}

static void insert(struct lineedit *le, const char *s, size_t n)
{
	if (n > LINEEDIT_MAX - 1 - le->len) {
		bell(le);
		return;
	}
	memmove(le->line + le->pos + n, le->line + le->pos, le->len + 1 - le->pos);
	memcpy(le->line + le->pos, s, n);
	le->len += n;
	le->pos += n;
	if (le->pos == le->len && le->len - le->view <= room(le))
		le->io->write(le->io->arg, s, n);
	else
		redraw(le);
}

static void set_line(struct lineedit *le, const char *text)
{
	strscpy(le->line, text, sizeof(le->line));
	le->len = le->pos = strlen(le->line);
	le->view = 0;
	redraw(le);
}

/* --- Moving and erasing --- */

static void key_left(struct lineedit *le)
{
	le->pos -= le->pos > 0;
	redraw(le);
}

static void key_right(struct lineedit *le)
{
	le->pos += le->pos < le->len;
	redraw(le);
}

static void key_home(struct lineedit *le)
{
	le->pos = 0;
	redraw(le);
}

static void key_end(struct lineedit *le)
{
	le->pos = le->len;
	redraw(le);
}

static void key_backspace(struct lineedit *le)
{
	if (le->pos)
		erase(le, le->pos - 1, le->pos);
}

static void key_delete(struct lineedit *le)
{
	if (le->pos < le->len)
		erase(le, le->pos, le->pos + 1);
}

static void key_kill_rest(struct lineedit *le)
{
	erase(le, le->pos, le->len);
}

static void key_kill_start(struct lineedit *le)
{
	erase(le, 0, le->pos);
}

static void key_kill_word(struct lineedit *le)
{
	size_t from = le->pos;

	while (from && le->line[from - 1] == ' ')
		from--;
	while (from && le->line[from - 1] != ' ')
		from--;
	erase(le, from, le->pos);
}

static void key_clear(struct lineedit *le)
{
	put(le, "\033[H\033[J");
	redraw(le);
}

/* --- History --- */

static char *history_line(struct lineedit *le, unsigned int back)
{
	return le->history[(le->lines - back) % LINEEDIT_HISTORY];
}

static void recall(struct lineedit *le, unsigned int back)
{
	if (!le->back)
		strscpy(le->kept, le->line, sizeof(le->kept));
	le->back = back;
	set_line(le, back ? history_line(le, back) : le->kept);
}

static void key_previous(struct lineedit *le)
{
	if (le->back < min(le->lines, (unsigned int)LINEEDIT_HISTORY))
		recall(le, le->back + 1);
	else
		bell(le);
}

static void key_next(struct lineedit *le)
{
	if (le->back)
		recall(le, le->back - 1);
	else
		bell(le);
}

static void remember(struct lineedit *le)
{
	if (!le->len || (le->lines && !strcmp(history_line(le, 1), le->line)))
		return;
	memcpy(le->history[le->lines % LINEEDIT_HISTORY], le->line, le->len + 1);
	le->lines++;
}

/* --- Completion --- */

static size_t word_start(const struct lineedit *le)
{
	size_t start = le->pos;

	while (start && !strchr(" ;\"'", le->line[start - 1]))
		start--;
	return start;
}

/* The next candidate that begins with what is typed, or NULL; @index: in and out. */
static const char *next_match(struct lineedit *le, size_t start, unsigned int *index)
{
	const char *candidate;

	while ((candidate = le->io->candidate(le->io->arg, le->line, start, (*index)++)))
		if (!strncmp(candidate, le->line + start, le->pos - start))
			return candidate;
	return NULL;
}

static void list_matches(struct lineedit *le, size_t start)
{
	size_t column = 0;
	const char *match;
	char text[LINEEDIT_MAX];

	for (unsigned int index = 0; (match = next_match(le, start, &index));) {
		size_t len = (size_t)scnprintf(text, sizeof(text), "%-15s ", match);

		if (!column || column + len >= LINEEDIT_COLUMNS) {
			put(le, "\n");
			column = 0;
		}
		put(le, text);
		column += len;
	}
	put(le, "\n");
	redraw(le);
}

static void key_complete(struct lineedit *le)
{
	size_t start = word_start(le), typed = le->pos - start, common = 0;
	unsigned int index = 0, matches = 0;
	char text[LINEEDIT_MAX];
	const char *match;

	while (le->io->candidate && (match = next_match(le, start, &index))) {
		if (!matches++) {
			strscpy(text, match, sizeof(text) - 1);
			common = strlen(text);
		}
		for (size_t i = typed; i < common; i++)
			if (match[i] != text[i])
				common = i;
	}
	if (!matches) {
		bell(le);
	} else if (matches == 1) {
		text[common++] = ' ';
		insert(le, text + typed, common - typed);
	} else if (common > typed) {
		insert(le, text + typed, common - typed);
	} else {
		list_matches(le, start);
	}
}

/* --- Keys --- */

struct key {
	u8 code;
	void (*press)(struct lineedit *le);
};

static const struct key control_keys[] = {
	{ CTRL('A'), key_home },      { CTRL('B'), key_left },       { CTRL('D'), key_delete },
	{ CTRL('E'), key_end },       { CTRL('F'), key_right },      { CTRL('H'), key_backspace },
	{ CTRL('I'), key_complete },  { CTRL('K'), key_kill_rest },  { CTRL('L'), key_clear },
	{ CTRL('N'), key_next },      { CTRL('P'), key_previous },   { CTRL('U'), key_kill_start },
	{ CTRL('W'), key_kill_word }, { KEY_DELETE, key_backspace },
};

/* Last byte of CSI and SS3 sequences without a number. */
static const struct key letter_keys[] = {
	{ 'A', key_previous }, { 'B', key_next }, { 'C', key_right },
	{ 'D', key_left },     { 'F', key_end },  { 'H', key_home },
};

/* The number in CSI number ~. */
static const struct key tilde_keys[] = {
	{ 1, key_home }, { 3, key_delete }, { 4, key_end }, { 7, key_home }, { 8, key_end },
};

static bool press(struct lineedit *le, const struct key *keys, size_t nr, unsigned int code)
{
	for (size_t i = 0; i < nr; i++) {
		if (keys[i].code == code) {
			keys[i].press(le);
			return true;
		}
	}
	return false;
}

/*
 * What follows ESC. A byte that cannot be part of a sequence ends it.
 * Return: that byte, to be taken as a key of its own; 0: the sequence is complete;
 * negative: no more input.
 */
static int read_sequence(struct lineedit *le)
{
	int c = le->io->getc(le->io->arg);
	unsigned int number = 0;
	bool plain = true;

	if (c != '[' && c != 'O')
		return c >= ' ' && c < KEY_DELETE ? 0 : c; /* Alt and a letter */
	if (c == '[') {
		for (unsigned int n = 0;; n++) {
			c = le->io->getc(le->io->arg);
			if (c < ' ' || c > '?' || n == SEQUENCE_MAX)
				break;
			plain = plain && c >= '0' && c <= '9';
			if (plain && number < 100)
				number = number * 10 + (unsigned int)(c - '0');
		}
	} else {
		c = le->io->getc(le->io->arg);
	}
	if (c < ' ' || c >= KEY_DELETE)
		return c;
	if (c == '~' && plain)
		press(le, tilde_keys, ARRAY_SIZE(tilde_keys), number);
	else if (!number && plain)
		press(le, letter_keys, ARRAY_SIZE(letter_keys), (unsigned int)c);
	return 0;
}

static int finish(struct lineedit *le)
{
	le->pos = le->len;
	put(le, "\n");
	remember(le);
	return (int)le->len;
}

int lineedit_read(struct lineedit *le, const char *prompt)
{
	le->prompt = prompt;
	le->line[0] = '\0';
	le->len = le->pos = le->view = le->back = 0;
	put(le, prompt);
	for (;;) {
		int c = le->io->getc(le->io->arg);
		bool after_cr = le->after_cr;

		while (c == KEY_ESCAPE)
			c = read_sequence(le);
		le->after_cr = c == '\r';
		if (c < 0)
			return -EIO;
		if (c == '\r' || (c == '\n' && !after_cr))
			return finish(le);
		if (c == CTRL('C')) {
			put(le, "^C\n");
			return -EAGAIN;
		}
		if (c >= ' ' && c < KEY_DELETE)
			insert(le, &(char){ (char)c }, 1);
		else
			press(le, control_keys, ARRAY_SIZE(control_keys), (unsigned int)c);
	}
}
