// SPDX-License-Identifier: BSD-2-Clause
/*
 * lib/args.c: a table of what each piece of the grammar means, then random text
 * against a second, slower splitter that works on copies. The text lies in a
 * block of exactly its size, so ASan sees any look behind it.
 */
#include <kernel/args.h>

#include "host.h"

#include <string.h>

#define MAX_ARGS 32
#define MAX_TEXT 64

#define GIVE_UP  (host_failures > 10)

/* One argument as text: "name" or "name", "value". */
struct expected {
	char name[MAX_TEXT];
	char value[MAX_TEXT];
	bool has_value;
};

static const struct {
	const char *text;
	const char *args; /* name|value, '|' only with a value; ';' behind each one */
} table[] = {
	{ "", "" },
	{ " \t\r\n\v\f", "" },
	{ "quiet", "quiet;" },
	{ " a  b\tc\n", "a;b;c;" },
	{ "mem=128M", "mem|128M;" },
	{ "a=b=c", "a|b=c;" },
	{ "x=", "x|;" },
	{ "=x", "|x;" },
	{ "=", "|;" },
	{ "==", "|=;" },
	{ "= a", "|;a;" },
	{ "n=\"a b\"", "n|a b;" },
	{ "\"n=a b\"", "n|a b;" },
	{ "\"n m\"", "n m;" },
	{ "n=\"a b\" c", "n|a b;c;" },
	{ "n=\"\"", "n|;" },
	{ "\"\"", ";" },
	{ "\"\" a", ";a;" },
	{ "\"", ";" },
	{ "n=\"", "n|;" },
	{ "n=\"a b", "n|a b;" },
	{ "n=\"a b ", "n|a b ;" },
	{ "\"n=a b", "n|a b;" },
	{ "\"n", "n;" },
	{ "n=a\" b\"", "n|a\" b\";" },
	{ "n=\"a\"b", "n|a\"b;" },
	{ "n=\"a\" \"b\"", "n|a;b;" },
	{ "n\"a b\"=c", "n\"a b\"|c;" },
	{ "n\"a=b\"", "n\"a|b\";" },
	{ "\"n\"=\"v\"", "n\"|v;" },
	{ "\"n=\"v\"\"", "n|v\";" },
	{ "a=\\\"b c", "a|\\\"b c;" },
	{ "--", "--;" },
	{ "a=\x80\xff", "a|\x80\xff;" },
};

static char *exact_copy(const char *text, size_t n)
{
	return memcpy(malloc(n ? n : 1), text, n);
}

static bool same(const char *s, size_t len, const char *want)
{
	return len == strlen(want) && !memcmp(s, want, len);
}

/* Takes one argument and compares; false when there was none to take. */
static bool check_next(const char **s, size_t *left, const struct expected *want)
{
	const char *start = *s, *end = *s + *left;
	struct arg arg;

	if (!args_next(s, left, &arg))
		return false;
	CHECK(*s > start && *s + *left == end);
	CHECK(same(arg.name, arg.name_len, want->name));
	CHECK(!!arg.value == want->has_value);
	CHECK(same(arg.value ? arg.value : "", arg.value_len, want->value));
	CHECK(arg_is(&arg, want->name) && !arg_is(&arg, "no such name"));
	CHECK(arg_value_is(&arg, want->value) == want->has_value);
	return true;
}

static void check_text(const char *text, size_t n, const struct expected *want, int nr)
{
	char *block = exact_copy(text, n);
	const char *s = block;
	struct arg untouched;
	size_t left = n;
	int i = 0;

	while (i < nr && check_next(&s, &left, &want[i]))
		i++;
	CHECK_EQ(i, nr);
	/* The end stays the end. */
	memset(&untouched, 0x5a, sizeof(untouched));
	CHECK(!args_next(&s, &left, &untouched));
	CHECK(!args_next(&s, &left, &untouched));
	CHECK(untouched.name_len == 0x5a5a5a5a5a5a5a5a);
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

	for (; *s; s++) {
		size_t len = strcspn(s, "|;");

		memset(&want[nr], 0, sizeof(*want));
		memcpy(want[nr].name, s, len);
		s += len;
		if (*s == '|') {
			len = strcspn(++s, ";");
			memcpy(want[nr].value, s, len);
			want[nr].has_value = true;
			s += len;
		}
		nr++;
	}
	return nr;
}

static void test_table(void)
{
	struct expected want[MAX_ARGS];

	for (size_t i = 0; i < ARRAY_SIZE(table) && !GIVE_UP; i++) {
		size_t n = strlen(table[i].text);
		char with_nul[MAX_TEXT] = "";
		int nr = read_expected(table[i].args, want);

		check_text(table[i].text, n, want, nr);
		/* A NUL ends the text, whatever lies behind it; also inside quotes. */
		memcpy(with_nul, table[i].text, n);
		memcpy(with_nul + n + 1, "z=1 \"", 5);
		check_text(with_nul, n + 6, want, nr);
	}
}

static int quotes_in(const char *s, const char *end)
{
	int nr = 0;

	for (; s < end; s++)
		nr += *s == '"';
	return nr;
}

/* One word, cut out and terminated, by the words of the header. */
static void model_word(char *word, struct expected *want)
{
	size_t n = strlen(word);
	bool name_opened = word[0] == '"', value_opened;
	char *equals = strchr(word, '=');

	value_opened = equals && equals[1] == '"';
	/* The closing quote must be another one than the last opening quote. */
	if (value_opened ? &equals[1] < &word[n - 1] : name_opened && n > 1) {
		if (word[n - 1] == '"')
			word[n - 1] = '\0';
	}
	memset(want, 0, sizeof(*want));
	if (equals) {
		*equals = '\0';
		want->has_value = true;
		strcpy(want->value, equals + 1 + value_opened);
	}
	strcpy(want->name, word + name_opened);
}

static int model(const char *text, struct expected *want)
{
	int nr = 0;

	for (;;) {
		char word[MAX_TEXT] = "";
		const char *end;

		text += strspn(text, " \t\n\v\f\r");
		if (!*text)
			return nr;
		for (end = text; *end; end++) {
			if (strchr(" \t\n\v\f\r", *end) && quotes_in(text, end) % 2 == 0)
				break;
		}
		memcpy(word, text, (size_t)(end - text));
		model_word(word, &want[nr++]);
		text = end;
	}
}

static void test_random(void)
{
	static const char letters[] = "ab==\"\"  \t\n";
	struct expected want[MAX_ARGS];

	for (unsigned long i = host_work(300000); i && !GIVE_UP; i--) {
		size_t n = host_rand_below(24), len;
		char text[MAX_TEXT] = "";

		for (size_t k = 0; k < n; k++)
			text[k] = letters[host_rand_below(sizeof(letters) - 1)];
		if (n && !host_rand_below(8))
			text[host_rand_below(n)] = '\0';
		len = strlen(text);
		check_text(text, n, want, model(text, want));
		/* Cut anywhere, without a NUL: the rest must not be seen. */
		text[len = host_rand_below(len + 1)] = '\0';
		check_text(text, len, want, model(text, want));
	}
}

static void test_compare(void)
{
	char text[] = { 'm', 'e', 'm', '=', '1', '2' };
	struct arg arg = { text, 3, text + 4, 2 };

	CHECK(arg_is(&arg, "mem") && !arg_is(&arg, "me") && !arg_is(&arg, "mem=") &&
	      !arg_is(&arg, "") && !arg_is(&arg, "mex"));
	CHECK(arg_value_is(&arg, "12") && !arg_value_is(&arg, "1") && !arg_value_is(&arg, "123") &&
	      !arg_value_is(&arg, ""));
	arg.value_len = 0;
	CHECK(arg_value_is(&arg, ""));
	arg.value = NULL;
	CHECK(!arg_value_is(&arg, "") && !arg_value_is(&arg, "12"));
}

static const struct host_case cases[] = {
	{ "the grammar, piece by piece", test_table },
	{ "random text against a model", test_random },
	{ "names and values compare exactly", test_compare },
};

HOST_MAIN(cases)
