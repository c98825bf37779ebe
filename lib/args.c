// SPDX-License-Identifier: BSD-2-Clause
/*
 * Splits the command line and the monitor's lines; what the words mean is their readers' business.
 * Called before paging and after it: no state, no tables, no writes to the text.
 */
#include <kernel/args.h>
#include <kernel/errno.h>
#include <kernel/string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The quote that is open after @c, 0 if none is, where @quote was open before it. */
static char quote_after(char quote, char c)
{
	if ((c != '"' && c != '\'') || (quote && quote != c))
		return quote;
	return quote ? 0 : c;
}

int args_next(const char **text, size_t *left, char *word, size_t room)
{
	const char *s = *text, *end = s + *left, *start;
	char quote = 0, before;
	size_t n = 0;

	while (s < end && is_space(*s))
		s++;
	for (start = s; s < end && *s && (quote || !is_space(*s)); s++) {
		before = quote;
		quote = quote_after(quote, *s);
		if (quote != before)
			continue;
		if (n < room)
			word[n] = *s;
		n++;
	}
	*text = s;
	*left = (size_t)(end - s);
	if (s == start)
		return 0;
	word[n < room ? n : 0] = '\0';
	return quote ? -EINVAL : 1;
}

char *args_value(char *word)
{
	char *equals = strchr(word, '=');

	if (!equals)
		return NULL;
	*equals = '\0';
	return equals + 1;
}

size_t args_command(const char *text, size_t left)
{
	char quote = 0;
	size_t n;

	for (n = 0; n < left && text[n] && (quote || text[n] != ';'); n++)
		quote = quote_after(quote, text[n]);
	return n;
}
