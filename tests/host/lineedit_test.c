// SPDX-License-Identifier: BSD-2-Clause
/*
 * monitor/lineedit.c: a table of keystrokes and the line they make, then random keys against
 * a simple model of the text and a terminal that must show it after each one, then noise.
 */
#include <kernel/errno.h>
#include <kernel/lineedit.h>

#include "host.h"
#include "lineedit_term.h"

#include <string.h>

#define PROMPT  "cairn> "
#define GIVE_UP (host_failures > 5)

static const char *const words[] = { "help", "hello", "layout", "log", "walk", "mode" };

static struct lineedit editor;
static struct term term;

static const char *candidate(void *arg, const char *line, size_t start, unsigned int index)
{
	(void)arg;
	CHECK(start <= strlen(line));
	return index < sizeof(words) / sizeof(*words) ? words[index] : NULL;
}

static void write_term(void *arg, const char *s, size_t len)
{
	(void)arg;
	term_write(&term, s, len);
}

static void start(const struct lineedit_io *io)
{
	memset(&editor, 0, sizeof(editor));
	editor.io = io;
	term_init(&term);
}

/* --- Scripts --- */

struct script {
	const char *keys;
	size_t left;
};

static int script_getc(void *arg)
{
	struct script *script = arg;

	if (!script->left)
		return -1;
	script->left--;
	return (unsigned char)*script->keys++;
}

/* The lines typed, a ';' behind each; "^C;" for one given up. */
static const struct {
	const char *keys;
	const char *lines;
} table[] = {
	{ "", "" },
	{ "abc\r", "abc;" },
	{ "abc\n", "abc;" },
	{ "a\r\nb\r\nc\r\n", "a;b;c;" },
	{ "a\n\nb\r\rc\n", "a;;b;;c;" },
	{ "a\n\rb\n", "a;;b;" },
	{ "a\r\001\nb\n", "a;;b;" }, /* LF belongs to CR only right behind it */
	{ "ac\033[Db\r", "abc;" },
	{ "ac\033ODb\r", "abc;" },
	{ "bc\033[Ha\033[Fd\r", "abcd;" },
	{ "bc\033[1~a\033[4~d\r", "abcd;" },
	{ "bc\001a\005d\r", "abcd;" },
	{ "abc\002\002\006x\r", "abxc;" },
	{ "abx\177c\r", "abc;" },
	{ "abx\bc\r", "abc;" },
	{ "xabc\001\033[3~\r", "abc;" },
	{ "xabc\001\004\r", "abc;" },
	{ "\004abc\r", "abc;" },
	{ "abc def\002\002\v\r", "abc d;" },
	{ "abc def\002\002\025\r", "ef;" },
	{ "abc def  \027x\r", "abc x;" },
	{ "abc\003def\r", "^C;def;" },
	{ "abc\fd\r", "abcd;" },
	{ "abc\r\020\r", "abc;abc;" },
	{ "abc\rdef\r\020\020x\r", "abc;def;abcx;" },
	{ "abc\rdef\033[A\033[B!\r", "abc;def!;" },
	{ "a\ra\rb\r\020\020\r", "a;a;b;a;" },
	{ "a\r\020\020\020\r", "a;a;" },
	{ "a\r\r\020\r", "a;;a;" },
	{ "\016x\r", "x;" },
	{ "hel\tx\r", "helx;" },
	{ "he\tp\t\r", "help ;" },
	{ "help l\t\r", "help l;" },
	{ "help la\t\r", "help layout ;" },
	{ "mode;wa\tx\r", "mode;walk x;" }, /* printed as it is: two ';' */
	{ "z\t\r", "z;" },
	{ "a\000\001\002\003", "^C;" }, /* cut by the terminator: see script_text() */
	{ "a\033\rb\r", "a;b;" },
	{ "a\033[\rb\r", "a;b;" },
	{ "a\033[1;5Cb\r", "ab;" },
	{ "a\033[200~b\033[201~\r", "ab;" },
	{ "a\033\033[Db\r", "ba;" },
	{ "a\033xb\r", "ab;" },
	{ "a\033Ozb\r", "ab;" },
	{ "a\033[99999999999999999999999~b\r", "ab;" },
	{ "a\377\200\016\017\024\032b\r", "ab;" },
};

static void test_table(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct script script = { table[i].keys, strlen(table[i].keys) };
		const struct lineedit_io io = { script_getc, write_term, candidate, &script };
		char lines[256] = "";
		int len;

		if (strchr(table[i].lines, '^') && !strchr(table[i].keys, 3))
			script.left = 5; /* the row with a NUL in it */
		start(&io);
		while ((len = lineedit_read(&editor, PROMPT)) != -EIO) {
			strcat(lines, len == -EAGAIN ? "^C" : editor.line);
			strcat(lines, ";");
		}
		CHECK(!term.bad);
		CHECK(!strcmp(lines, table[i].lines));
		if (strcmp(lines, table[i].lines))
			printf("# row %zu: \"%s\", not \"%s\"\n", i, lines, table[i].lines);
	}
}

static void test_full(void)
{
	char keys[600];
	struct script script = { keys, sizeof(keys) };
	const struct lineedit_io io = { script_getc, write_term, candidate, &script };

	memset(keys, 'x', sizeof(keys));
	keys[500] = '\r';
	start(&io);
	CHECK_EQ(lineedit_read(&editor, PROMPT), LINEEDIT_MAX - 1);
	CHECK_EQ(term.bells, 500 - (LINEEDIT_MAX - 1));
	CHECK(!term.bad);
	CHECK_EQ(lineedit_read(&editor, PROMPT), -EIO);
}

/* --- Random keys against a model --- */

struct model {
	char text[LINEEDIT_MAX];
	size_t pos;
	char history[64][LINEEDIT_MAX]; /* newest last, more than the editor keeps */
	unsigned int lines, back;
	char kept[LINEEDIT_MAX];
	bool ended, given_up;
};

static struct model model;
static char pending[8]; /* bytes of the key being pressed */
static size_t pending_len, pending_at;

static void model_replace(size_t from, size_t to, const char *s)
{
	char tail[LINEEDIT_MAX];

	strcpy(tail, model.text + to);
	model.text[from] = '\0';
	strcat(model.text, s);
	model.pos = strlen(model.text);
	strcat(model.text, tail);
}

static void model_insert(const char *s)
{
	if (strlen(model.text) + strlen(s) < LINEEDIT_MAX)
		model_replace(model.pos, model.pos, s);
}

static void model_recall(unsigned int back)
{
	unsigned int most = model.lines < LINEEDIT_HISTORY ? model.lines : LINEEDIT_HISTORY;

	if (back > most)
		return;
	if (!model.back)
		strcpy(model.kept, model.text);
	model.back = back;
	strcpy(model.text, back ? model.history[model.lines - back] : model.kept);
	model.pos = strlen(model.text);
}

static void model_enter(void)
{
	model.ended = true;
	if (!model.text[0] || (model.lines && !strcmp(model.history[model.lines - 1], model.text)))
		return;
	if (model.lines == 64) { /* keep what the editor can still know */
		memmove(model.history[0], model.history[32], 32 * sizeof(model.history[0]));
		model.lines = 32;
	}
	strcpy(model.history[model.lines++], model.text);
}

static void model_kill_word(void)
{
	size_t from = model.pos;

	while (from && model.text[from - 1] == ' ')
		from--;
	while (from && model.text[from - 1] != ' ')
		from--;
	model_replace(from, model.pos, "");
}

static void model_complete(void)
{
	size_t from = model.pos, typed, common = 0;
	const char *first = NULL;
	char text[32] = "";
	int matches = 0;

	while (from && !strchr(" ;\"'", model.text[from - 1]))
		from--;
	typed = model.pos - from;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t same = 0;

		if (strlen(words[i]) < typed || memcmp(words[i], model.text + from, typed))
			continue;
		first = first ? first : words[i];
		while (first[same] && first[same] == words[i][same])
			same++;
		common = !matches || same < common ? same : common;
		matches++;
	}
	if (!matches)
		return;
	memcpy(text, first + typed, common - typed);
	if (matches == 1)
		strcat(text, " ");
	model_insert(text);
}

enum op {
	LEFT,
	RIGHT,
	HOME,
	END,
	BACKSPACE,
	DELETE,
	REST,
	START,
	WORD,
	CLEAR,
	UP,
	DOWN,
	COMPLETE,
	NOTHING,
	ENTER,
	GIVE_UP_LINE
};

static const struct {
	const char *bytes;
	enum op op;
} keys[] = {
	{ "\033[D", LEFT },       { "\033OD", LEFT },   { "\002", LEFT },
	{ "\033[C", RIGHT },      { "\006", RIGHT },    { "\033[H", HOME },
	{ "\001", HOME },         { "\033[F", END },    { "\005", END },
	{ "\177", BACKSPACE },    { "\b", BACKSPACE },  { "\033[3~", DELETE },
	{ "\004", DELETE },       { "\v", REST },       { "\025", START },
	{ "\027", WORD },         { "\f", CLEAR },      { "\033[A", UP },
	{ "\020", UP },           { "\033[B", DOWN },   { "\016", DOWN },
	{ "\t", COMPLETE },       { "\t", COMPLETE },   { "\t", COMPLETE },
	{ "\033[2~", NOTHING },   { "\033x", NOTHING }, { "\033[1;2C", NOTHING },
	{ "\r", ENTER },          { "\n", ENTER },      { "\r\n", ENTER },
	{ "\003", GIVE_UP_LINE },
};

static void model_apply(enum op op)
{
	size_t len = strlen(model.text);

	switch (op) {
	case LEFT:
		model.pos -= model.pos > 0;
		break;
	case RIGHT:
		model.pos += model.pos < len;
		break;
	case HOME:
		model.pos = 0;
		break;
	case END:
		model.pos = len;
		break;
	case BACKSPACE:
		if (model.pos)
			model_replace(model.pos - 1, model.pos, "");
		break;
	case DELETE:
		if (model.pos < len)
			model_replace(model.pos, model.pos + 1, "");
		break;
	case REST:
		model_replace(model.pos, len, "");
		break;
	case START:
		model_replace(0, model.pos, "");
		break;
	case WORD:
		model_kill_word();
		break;
	case UP:
		model_recall(model.back + 1);
		break;
	case DOWN:
		if (model.back)
			model_recall(model.back - 1);
		break;
	case COMPLETE:
		model_complete();
		break;
	case ENTER:
		model_enter();
		break;
	case GIVE_UP_LINE:
		model.ended = model.given_up = true;
		break;
	case CLEAR:
	case NOTHING:
		break;
	}
}

/* A deletion leaves the cursor where it began; model_replace() leaves it there too. */
static void press_random_key(void)
{
	/* Text mostly, in bursts long enough to scroll; few line ends. */
	if (host_rand_below(4)) {
		static const char letters[] = "helowaymd  ;\"'xyz";

		pending[0] = letters[host_rand_below(sizeof(letters) - 1)];
		pending[1] = '\0';
		model_insert(pending);
	} else {
		size_t i = host_rand_below(sizeof(keys) / sizeof(*keys));

		if (keys[i].op >= ENTER && host_rand_below(8))
			i = 0;
		strcpy(pending, keys[i].bytes);
		model_apply(keys[i].op);
	}
	pending_len = strlen(pending);
	pending_at = 0;
}

static void check_screen(void)
{
	size_t prompt = strlen(PROMPT), len = strlen(model.text), shown;

	CHECK(!strcmp(editor.line, model.text));
	CHECK_EQ(editor.len, len);
	CHECK_EQ(editor.pos, model.pos);
	CHECK(!term.bad);
	if (GIVE_UP)
		return;
	CHECK(!memcmp(term.row, PROMPT, prompt));
	CHECK(editor.view <= model.pos);
	CHECK_EQ(term.col, prompt + model.pos - editor.view);
	shown = len - editor.view;
	if (shown > TERM_COLUMNS - 3 - prompt)
		shown = TERM_COLUMNS - 3 - prompt; /* ^C and the cursor have room */
	CHECK(!memcmp(term.row + prompt, model.text + editor.view, shown));
	for (size_t i = prompt + shown; i < TERM_COLUMNS; i++)
		CHECK_EQ(term.row[i], ' ');
}

static unsigned long keys_left;

static int random_getc(void *arg)
{
	(void)arg;
	if (pending_at == pending_len) {
		check_screen();
		if (!keys_left || GIVE_UP)
			return -1;
		keys_left--;
		press_random_key();
	}
	return (unsigned char)pending[pending_at++];
}

static void test_random_keys(void)
{
	static const struct lineedit_io io = { random_getc, write_term, candidate, NULL };
	int ret;

	start(&io);
	memset(&model, 0, sizeof(model));
	pending_len = pending_at = 0;
	keys_left = host_work(200000);
	while ((ret = lineedit_read(&editor, PROMPT)) != -EIO && !GIVE_UP) {
		CHECK(model.ended);
		CHECK(!strcmp(editor.line, model.text));
		CHECK_EQ(ret, model.given_up ? -EAGAIN : (int)strlen(model.text));
		model.text[0] = '\0';
		model.pos = model.back = 0;
		model.ended = model.given_up = false;
	}
	CHECK(!model.ended);
}

/* --- Noise --- */

static int noise_getc(void *arg)
{
	static const char likely[] = "\033\033[[O~;0123ABCDFH\t\r\n\020\016";
	unsigned long *left = arg;

	CHECK(editor.len < LINEEDIT_MAX && editor.pos <= editor.len && editor.view <= editor.len);
	CHECK_EQ(strlen(editor.line), editor.len);
	CHECK(!term.bad);
	if (!*left || GIVE_UP)
		return -1;
	--*left;
	if (host_rand_below(2))
		return likely[host_rand_below(sizeof(likely) - 1)];
	return (int)host_rand_below(256);
}

static void test_noise(void)
{
	unsigned long left = host_work(300000);
	const struct lineedit_io io = { noise_getc, write_term, candidate, &left };

	start(&io);
	while (lineedit_read(&editor, PROMPT) != -EIO)
		;
}

static const struct host_case cases[] = {
	{ "keystrokes make lines", test_table },
	{ "a full line rings the bell", test_full },
	{ "random keys agree with the model and the screen", test_random_keys },
	{ "noise does no harm", test_noise },
};

HOST_MAIN(cases)
