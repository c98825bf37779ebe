// SPDX-License-Identifier: BSD-2-Clause
/*
 * Splits the command line into arguments; what they mean is boot/'s business.
 * Called before paging and after it: no state, no tables, no writes to the text.
 */
#include <kernel/args.h>
#include <kernel/string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The first white space outside quotes, or the end of the text. */
static size_t word_length(const char *s, size_t left)
{
	bool quoted = false;
	size_t n;

	for (n = 0; n < left && s[n] && (quoted || !is_space(s[n])); n++) {
		if (s[n] == '"')
			quoted = !quoted;
	}
	return n;
}

/*
 * The text cannot be changed, so only quotes at the ends can be left out: one
 * that opens the word or its value, and then the one that ends the word.
 */
static void split_word(const char *s, const char *end, struct arg *arg)
{
	bool quoted = *s == '"';
	const char *value;

	if (quoted)
		s++;
	value = memchr(s, '=', (size_t)(end - s));
	arg->name = s;
	arg->name_len = (size_t)((value ? value : end) - s);
	if (value)
		s = ++value;
	if (value && value < end && *value == '"') {
		quoted = true;
		s = ++value;
	}
	/* @s is behind the opening quote, so a lone quote is not also its own end. */
	if (quoted && end > s && end[-1] == '"') {
		end--;
		if (!value)
			arg->name_len--;
	}
	arg->value = value;
	arg->value_len = value ? (size_t)(end - value) : 0;
}

bool args_next(const char **text, size_t *left, struct arg *arg)
{
	const char *s = *text;
	size_t n = *left, len;

	for (; n && is_space(*s); n--)
		s++;
	len = word_length(s, n);
	if (len)
		split_word(s, s + len, arg);
	*text = s + len;
	*left = n - len;
	return len != 0;
}

static bool is_text(const char *s, size_t len, const char *wanted)
{
	/* Most differ in the first character. */
	for (size_t i = 0; i < len; i++)
		if (!wanted[i] || s[i] != wanted[i])
			return false;
	return !wanted[len];
}

bool arg_is(const struct arg *arg, const char *name)
{
	return is_text(arg->name, arg->name_len, name);
}

bool arg_value_is(const struct arg *arg, const char *value)
{
	return arg->value && is_text(arg->value, arg->value_len, value);
}
