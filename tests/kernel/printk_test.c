// SPDX-License-Identifier: BSD-2-Clause
/* The log and its way to the console. The boot's messages fall out of the log here. */
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <asm/recovery.h>
#include "log.h"

/* A console that keeps what it is given. */
static char caught[2048] __noinit;
static size_t caught_len;

static void catch_write(const char *s, size_t len)
{
	for (size_t i = 0; i < len && caught_len < sizeof(caught) - 1; i++)
		caught[caught_len++] = s[i];
	caught[caught_len] = '\0';
}

static int call(void *arg)
{
	((void (*)(void))arg)();
	return 0;
}

/*
 * Run @fn with our console at log level @level. Nothing may go wrong in between: the
 * report would not be seen. So a trap is caught too.
 */
static const char *console_shows(int level, void (*fn)(void))
{
	static const struct console con = { .name = "ktest", .write = catch_write };
	const struct console *usual;
	int usual_level = console_loglevel;
	struct pt_regs trap;
	int err;

	console_loglevel = 0; /* register_console() shows the log so far */
	usual = register_console(&con);
	caught[0] = '\0';
	caught_len = 0;
	console_loglevel = level;
	err = catch_trap(call, (void *)fn, &trap);
	console_loglevel = 0;
	register_console(usual);
	console_loglevel = usual_level;
	EXPECT_EQ(err, 0);
	return caught;
}

static void expect_line(u64 *cursor, int level, const char *text)
{
	char line[600];
	int got = -1;

	EXPECT_EQ(log_read(cursor, line, sizeof(line), &got), strlen(text));
	EXPECT_STREQ(line, text);
	EXPECT_EQ(got, level);
}

static void expect_end(u64 *cursor)
{
	char line[16];
	int level;

	EXPECT_EQ(log_read(cursor, line, sizeof(line), &level), -ENOENT);
}

static void one_of_each(void)
{
	pr_emerg("emerg\n");
	pr_err("err\n");
	pr_warn("warn\n");
	pr_notice("notice\n");
	pr_info("info\n");
	pr_debug("debug %d\n", 7);
	printk("none\n");
}

static void levels(void)
{
	u64 cursor = log_cursor();

	EXPECT_STREQ(console_shows(7, one_of_each),
		     "emerg\r\nerr\r\nwarn\r\nnotice\r\ninfo\r\nnone\r\n");
	expect_line(&cursor, 0, "emerg");
	expect_line(&cursor, 3, "err");
	expect_line(&cursor, 4, "warn");
	expect_line(&cursor, 5, "notice");
	expect_line(&cursor, 6, "info");
	expect_line(&cursor, 7, "debug 7");
	expect_line(&cursor, 4, "none");
	expect_end(&cursor);
	EXPECT_STREQ(console_shows(LOGLEVEL_QUIET, one_of_each), "emerg\r\nerr\r\n");
	EXPECT_STREQ(console_shows(0, one_of_each), "");
	EXPECT(strstr(console_shows(8, one_of_each), "debug 7"));
}

static void pieces(void)
{
	pr_info("a");
	pr_cont("b");
	pr_cont("c\n");
	pr_debug("hidden");
	pr_cont(" as a whole\n");
	pr_err("cut off");
	pr_info("by this\n");
	pr_cont("as the one before\n");
}

static void continuation(void)
{
	u64 cursor = log_cursor();

	EXPECT_STREQ(console_shows(7, pieces),
		     "abc\r\ncut off\r\nby this\r\nas the one before\r\n");
	expect_line(&cursor, 6, "abc");
	expect_line(&cursor, 7, "hidden as a whole");
	expect_line(&cursor, 3, "cut off");
	expect_line(&cursor, 6, "by this");
	expect_line(&cursor, 6, "as the one before");
	expect_end(&cursor);
}

/* A line is given to readers when it is whole. */
static void open_line(void)
{
	u64 cursor = log_cursor();

	pr_debug("first");
	expect_end(&cursor);
	pr_cont(" and second\n");
	expect_line(&cursor, 7, "first and second");
	expect_end(&cursor);
}

static void long_line(void)
{
	u64 cursor = log_cursor();
	char text[600], line[600];
	int level;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	pr_debug("%s\n", text);
	pr_debug("next\n");
	EXPECT_EQ(log_read(&cursor, line, sizeof(line), &level), 510);
	EXPECT(line[0] == 'x' && line[509] == 'x');
	expect_line(&cursor, 7, "next");
	/* A reader with little room gets the line's start, and then the next line. */
	cursor = log_cursor();
	pr_debug("0123456789\n");
	pr_debug("next\n");
	EXPECT_EQ(log_read(&cursor, line, 5, &level), 4);
	EXPECT_STREQ(line, "0123");
	expect_line(&cursor, 7, "next");
}

#define WRAP_LINES 2000

/* Lines of all lengths, more than the ring holds: what is left is whole and in order. */
static void ring_wraps(void)
{
	char line[200], wanted[200];
	u64 stale = log_cursor(), cursor = 0;
	int level, len, next = -1;
	unsigned int left = 0;
	size_t bytes = 0;

	for (int i = 0; i < WRAP_LINES; i++)
		pr_debug("wrap %*d\n", i % 150, i);
	while ((len = log_read(&cursor, line, sizeof(line), &level)) >= 0) {
		if (next < 0) {
			unsigned long long number;

			/* Of an "wrap    17" the number is the last word. */
			EXPECT(!strncmp(line, "wrap ", 5));
			EXPECT_EQ(kstrtoull(strrchr(line, ' ') + 1, 10, &number), 0);
			next = (int)number;
			EXPECT(next > 0);
		}
		snprintf(wanted, sizeof(wanted), "wrap %*d", next % 150, next);
		EXPECT_STREQ(line, wanted);
		EXPECT_EQ(level, 7);
		next++;
		left++;
		bytes += (size_t)len + 4;
	}
	EXPECT_EQ(next, WRAP_LINES);
	EXPECT(bytes <= 1UL << CONFIG_LOG_BUF_SHIFT);
	EXPECT(bytes > (1UL << CONFIG_LOG_BUF_SHIFT) - 512);
	/* A cursor whose line fell out goes on with the oldest line. */
	while (log_read(&stale, line, sizeof(line), &level) >= 0)
		left--;
	EXPECT_EQ(left, 0);
}

static void print_to_console(void)
{
	console_printf("%s\n%d", "one\ntwo", 3);
	console_write("\n\nx", 3);
}

static void console_only(void)
{
	u64 before = log_cursor();

	EXPECT_STREQ(console_shows(0, print_to_console), "one\r\ntwo\r\n3\r\n\r\nx");
	EXPECT_EQ(log_cursor(), before);
	EXPECT(console_registered());
}

static const struct ktest_case cases[] = {
	{ "levels", levels },         { "continuation", continuation },
	{ "open_line", open_line },   { "long_line", long_line },
	{ "ring_wraps", ring_wraps }, { "console_only", console_only },
};
KTEST_SUITE(printk, cases);
