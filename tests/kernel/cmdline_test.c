// SPDX-License-Identifier: BSD-2-Clause
/* Typed parameters, with a table of the test's own: the boot's options stay as they are. */
#include <kernel/cmdline.h>
#include <kernel/ktest.h>
#include <kernel/printk.h>
#include <kernel/string.h>

static struct {
	bool flag;
	u64 number, size;
	char *string, *other;
} opt;

static const struct param table[] = {
	{ "flag", PARAM_FLAG, &opt.flag, NULL, "" },
	{ "number", PARAM_NUMBER, &opt.number, NULL, "" },
	{ "size", PARAM_SIZE, &opt.size, NULL, "" },
	{ "string", PARAM_STRING, &opt.string, NULL, "" },
	{ "other", PARAM_STRING, &opt.other, NULL, "" },
	{ "early", PARAM_EARLY, NULL, "one|two", "" },
	{ "bare", PARAM_EARLY, NULL, NULL, "" },
	{ "", PARAM_FLAG, NULL, NULL, NULL },
};

/* Parses; returns the log's lines about it, each ended by '\n'. */
static const char *parse(const char *text)
{
	static char store[256], said[512];
	int level, usual = console_loglevel;
	size_t len = 0;
	u64 cursor = 0;

	memset(&opt, 0, sizeof(opt));
	while (log_read(&cursor, said, sizeof(said), &level) >= 0)
		;
	console_loglevel = 0;
	parse_params(table, text, strlen(text), store);
	console_loglevel = usual;
	said[0] = '\0';
	while (len < sizeof(said) - 1 &&
	       log_read(&cursor, said + len, sizeof(said) - 1 - len, &level) >= 0) {
		len = strlen(said);
		said[len++] = '\n';
		said[len] = '\0';
	}
	return said;
}

static void values(void)
{
	EXPECT_STREQ(parse("flag number=17 size=3M string=\"a b\" other= early=two bare"), "");
	EXPECT(opt.flag);
	EXPECT_EQ(opt.number, 17);
	EXPECT_EQ(opt.size, 3 << 20);
	EXPECT_STREQ(opt.string, "a b");
	EXPECT_STREQ(opt.other, "");
	EXPECT_STREQ(parse(""), "");
	EXPECT(!opt.flag && !opt.string);
	EXPECT_STREQ(parse("string=\"a 'b;\" 'other=\"c d\"'"), "");
	EXPECT_STREQ(opt.string, "a 'b;");
	EXPECT_STREQ(opt.other, "\"c d\"");
	/* The last one counts. */
	EXPECT_STREQ(parse("number=1 number=0x20 string=x string=y"), "");
	EXPECT_EQ(opt.number, 32);
	EXPECT_STREQ(opt.string, "y");
}

static void bad_values(void)
{
	static const char *const bad[][2] = {
		{ "flag=1", "cmdline: flag=1: takes no value\n" },
		{ "bare=1", "cmdline: bare=1: takes no value\n" },
		{ "number", "cmdline: number: needs a value\n" },
		{ "number=", "cmdline: number=: not a number\n" },
		{ "number=x", "cmdline: number=x: not a number\n" },
		{ "number=1K", "cmdline: number=1K: not a number\n" },
		{ "size=1Q", "cmdline: size=1Q: not a number\n" },
		{ "string", "cmdline: string: needs a value\n" },
		{ "early=three", "cmdline: early=three: unknown value\n" },
		{ "early=on", "cmdline: early=on: unknown value\n" },
		{ "early", "cmdline: early: needs a value\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_STREQ(parse(bad[i][0]), bad[i][1]);
		EXPECT(!opt.flag && !opt.number && !opt.size && !opt.string);
	}
	EXPECT_STREQ(parse("number=5 string='a \"flag\""),
		     "cmdline: string=a \"flag\": a quote is not closed\n");
	EXPECT(opt.number == 5 && !opt.flag);
	EXPECT_STREQ(opt.string, "a \"flag\"");
	/* What is wrong does not stop what comes behind it. */
	EXPECT_STREQ(parse("size=z number=5"), "cmdline: size=z: not a number\n");
	EXPECT_EQ(opt.number, 5);
}

static void unknown(void)
{
	EXPECT_STREQ(parse("a flag b=c flagg fla"), "cmdline: unknown, ignored: a b=c flagg fla\n");
	EXPECT(opt.flag);
}

/* The boot's own table is well formed, and this boot's line is kept. */
static void boot_table(void)
{
	const struct param *p = cmdline_params();

	for (; p->name[0]; p++) {
		EXPECT(memchr(p->name, '\0', sizeof(p->name)));
		EXPECT(p->help && p->help[0]);
		EXPECT(!p->value == (p->type == PARAM_EARLY));
		if (p != cmdline_params())
			EXPECT(strcmp(p[-1].name, p->name) < 0);
	}
	EXPECT(p > cmdline_params());
	EXPECT(strlen(boot_command_line) < COMMAND_LINE_SIZE);
}

static const struct ktest_case cases[] = {
	{ "values", values },
	{ "bad_values", bad_values },
	{ "unknown", unknown },
	{ "boot_table", boot_table },
};
KTEST_SUITE(cmdline, cases);
