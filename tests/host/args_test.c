// SPDX-License-Identifier: BSD-2-Clause
/*
 * lib/args.c: a table of what each piece of the grammar means, then random text against a second
 * splitter, which jumps from quote to quote. Text and words lie in blocks of exactly their size,
 * so ASan sees any access past their ends.
 */
#include <kernel/args.h>
#include <kernel/errno.h>

#include "host.h"

#include <string.h>

#define MAX_WORDS 32
#define MAX_TEXT  64
#define SPACE     " \t\n\v\f\r"

#define GIVE_UP   (host_failures > 10)

struct expected {
	char word[MAX_TEXT];
	bool open; /* a quote is not closed */
};

static const struct {
	const char *text;
	const char *words; /* '|' after each one, '!' if a quote is not closed */
} table[] = {
	{ "", "" },
	{ " \t\r\n\v\f", "" },
	{ "quiet", "quiet|" },
	{ " a  b\tc\n", "a|b|c|" },
	{ "mem=128M = ==", "mem=128M|=|==|" },
	{ "n=\"a b\"", "n=a b|" },
	{ "n='a b'", "n=a b|" },
	{ "\"n=a b\" c", "n=a b|c|" },
	{ "'n=a b' c", "n=a b|c|" },
	{ "n=\"a 'b\" c'd e'", "n=a 'b|cd e|" },
	{ "n='a \"b' c\"d e\"", "n=a \"b|cd e|" },
	{ "n=\"'a b' 'c;d'; e\"", "n='a b' 'c;d'; e|" },
	{ "\"a\"'b'\"'\"'\"'", "ab'\"|" },
	{ "n=a\" b\"c", "n=a bc|" },
	{ "n\"a=b\"", "na=b|" },
	{ "\"\"", "|" },
	{ "'' a", "|a|" },
	{ "n=\"\"", "n=|" },
	{ "\"", "!" },
	{ "'", "!" },
	{ "a\"'", "a'!" },
	{ "n=\"a b ", "n=a b !" },
	{ "n='a\" b ", "n=a\" b !" },
	{ "don't do ", "dont do !" },
	{ "a=\\\"b c\"", "a=\\b c|" },
	{ "--", "--|" },
	{ "a=\x80\xff", "a=\x80\xff|" },
};

static const struct {
	const char *text;
	size_t len;
} commands[] = {
	{ "", 0 },
	{ ";", 0 },
	{ "a b;c", 3 },
	{ "a \"b;c\";d", 7 },
	{ "a 'b;c';d", 7 },
	{ "a \"b';c\";d", 8 },
	{ "a 'b\";c';d", 8 },
	{ "a \"b;c", 6 },
	{ "it's;", 5 },
};

static char *exact_copy(const char *text, size_t n)
{
	return memcpy(malloc(n ? n : 1), text, n);
}

/* In blocks of the size that the words need, and of one byte less. */
static void check_word(const char *text, size_t n, const struct expected *want)
{
	const size_t len = strlen(want->word);

	for (size_t room = len ? len : 1; room <= len + 1; room++) {
		const char *s = text;
		char *word = malloc(room);
		size_t left = n;

		CHECK_EQ(args_next(&s, &left, word, room), want->open ? -EINVAL : 1);
		CHECK(!strcmp(word, room > len ? want->word : ""));
		free(word);
	}
}

static void check_text(const char *text, size_t n, const struct expected *want, int nr)
{
	char *block = exact_copy(text, n), word[MAX_TEXT];
	const char *s = block;
	size_t left = n;
	int i = 0;

	for (; i < nr; i++) {
		const char *start = s;

		check_word(s, left, &want[i]);
		if (!args_next(&s, &left, word, sizeof(word)))
			break;
		CHECK(s > start && s + left == block + n);
	}
	CHECK_EQ(i, nr);
	/* The end stays the end. */
	memset(word, 0x5a, sizeof(word));
	CHECK(!args_next(&s, &left, word, 0));
	CHECK(!args_next(&s, &left, word, sizeof(word)));
	CHECK(word[0] == 0x5a);
	CHECK(s + left == block + n);
	CHECK(!memcmp(block, text, n));
	if (host_failures)
		printf("# text: %.*s\n", (int)n, text);
	free(block);
}

/* Reads the right side of the table. */
static int read_expected(const char *s, struct expected *want)
{
	int nr = 0;

	for (; *s; s++, nr++) {
		size_t len = strcspn(s, "|!");

		memset(&want[nr], 0, sizeof(*want));
		memcpy(want[nr].word, s, len);
		s += len;
		want[nr].open = *s == '!';
	}
	return nr;
}

static void test_table(void)
{
	struct expected want[MAX_WORDS];

	for (size_t i = 0; i < ARRAY_SIZE(table) && !GIVE_UP; i++) {
		size_t n = strlen(table[i].text);
		char with_nul[MAX_TEXT] = "";
		int nr = read_expected(table[i].words, want);

		check_text(table[i].text, n, want, nr);
		/* A NUL ends the text, whatever comes after it; also inside quotes. */
		memcpy(with_nul, table[i].text, n);
		memcpy(with_nul + n + 1, "z=1 \"", 5);
		check_text(with_nul, n + 6, want, nr);
	}
}

static void check_command(const char *text, size_t n, size_t want)
{
	char *block = exact_copy(text, n);

	CHECK_EQ(args_command(block, n), want);
	free(block);
}

static void test_commands(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		size_t n = strlen(commands[i].text);

		check_command(commands[i].text, n, commands[i].len);
		check_command(commands[i].text, n + 1, commands[i].len);
	}
}

/* The end of a piece: one plain character, or a quote with all up to the same one. */
static const char *piece(const char *text)
{
	const char *close;

	if (*text != '"' && *text != '\'')
		return text + 1;
	close = strchr(text + 1, *text);
	return close ? close + 1 : strchr(text, '\0');
}

static int model(const char *text, struct expected *want)
{
	int nr = 0;

	for (;; nr++) {
		text += strspn(text, SPACE);
		if (!*text)
			return nr;
		memset(&want[nr], 0, sizeof(*want));
		while (*text && !strchr(SPACE, *text)) {
			bool quoted = *text == '"' || *text == '\'';
			const char *end = piece(text);

			want[nr].open = quoted && (end == text + 1 || end[-1] != *text);
			strncat(want[nr].word, text + quoted,
				(size_t)(end - text) - quoted - (quoted && !want[nr].open));
			text = end;
		}
	}
}

static size_t model_command(const char *text)
{
	const char *s = text;

	while (*s && *s != ';')
		s = piece(s);
	return (size_t)(s - text);
}

static void test_random(void)
{
	static const char letters[] = "ab=;\"\"'' \t\n";
	struct expected want[MAX_WORDS];

	for (unsigned long i = host_work(300000); i && !GIVE_UP; i--) {
		size_t n = host_rand_below(24), len;
		char text[MAX_TEXT] = "";

		for (size_t k = 0; k < n; k++)
			text[k] = letters[host_rand_below(sizeof(letters) - 1)];
		if (n && !host_rand_below(8))
			text[host_rand_below(n)] = '\0';
		len = strlen(text);
		check_text(text, n, want, model(text, want));
		check_command(text, n, model_command(text));
		/* Cut anywhere, without a NUL: the rest must not be seen. */
		text[len = host_rand_below(len + 1)] = '\0';
		check_text(text, len, want, model(text, want));
		check_command(text, len, model_command(text));
	}
}

static void test_value(void)
{
	static const char *const rows[][3] = {
		{ "a", "a", NULL }, { "", "", NULL }, { "a=", "a", "" },   { "a=b", "a", "b" },
		{ "=b", "", "b" },  { "=", "", "" },  { "==b", "", "=b" }, { "a=b=c", "a", "b=c" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *word = strdup(rows[i][0]);
		const char *value = args_value(word);

		CHECK(!strcmp(word, rows[i][1]));
		CHECK(!value == !rows[i][2] && (!value || !strcmp(value, rows[i][2])));
		free(word);
	}
}

static const struct host_case cases[] = {
	{ "the grammar, piece by piece", test_table },
	{ "a command ends at a semicolon outside quotes", test_commands },
	{ "random text against a model", test_random },
	{ "the first equals sign ends the name", test_value },
};

HOST_MAIN(cases)
