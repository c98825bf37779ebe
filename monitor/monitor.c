// SPDX-License-Identifier: BSD-2-Clause
/*
 * The prompt: lines into commands, commands into words, and each run so that a trap in
 * it costs only that command.
 */
#include <kernel/args.h>
#include <kernel/cmdline.h>
#include <kernel/completion.h>
#include <kernel/delay.h>
#include <kernel/errno.h>
#include <kernel/lineedit.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <asm/recovery.h>
#include <asm/sections.h>

#define PROMPT       "cairn> "
#define POLL_USECS   10000
#define MAX_NAME     31 /* longer words are not compared for a suggestion */
#define MAX_DISTANCE 2

static const struct monitor_command *running; /* for messages */

static const struct monitor_command *command_at(unsigned int index)
{
	const struct monitor_command *first = (const void *)__start_monitor_commands;

	return first + index < (const struct monitor_command *)__stop_monitor_commands
		       ? first + index
		       : NULL;
}

static const struct monitor_command *find_command(const char *name)
{
	const struct monitor_command *command;

	for (unsigned int i = 0; (command = command_at(i)); i++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

void monitor_error(const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	console_printf("%s: %s\n", running ? running->name : "monitor", text);
}

static void show_usage(const struct monitor_command *command)
{
	console_printf("usage: %s%s%s\n", command->name, command->args[0] ? " " : "",
		       command->args);
}

/* --- Unknown words --- */

/* Insertions, deletions and replacements that make one word of the other. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[MAX_NAME + 1];
	size_t len = strlen(b);

	for (unsigned int j = 0; j <= len; j++)
		row[j] = j;
	for (unsigned int i = 1; a[i - 1]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= len; j++) {
			unsigned int replaced = diagonal + (a[i - 1] != b[j - 1]);
			unsigned int shorter = min(row[j], row[j - 1]);

			diagonal = row[j];
			row[j] = min(replaced, shorter + 1);
		}
	}
	return row[len];
}

/* A command the word begins, else the nearest one, else NULL. */
static const struct monitor_command *suggestion(const char *word)
{
	const struct monitor_command *command, *best = NULL;
	unsigned int best_distance = MAX_DISTANCE + 1;
	size_t len = strlen(word);

	if (!len || len > MAX_NAME)
		return NULL;
	for (unsigned int i = 0; (command = command_at(i)); i++) {
		unsigned int d;

		if (strlen(command->name) > MAX_NAME)
			continue;
		if (!strncmp(command->name, word, len))
			return command;
		d = distance(word, command->name);
		if (d < best_distance && d < len) {
			best = command;
			best_distance = d;
		}
	}
	return best;
}

static int unknown_command(const char *word)
{
	const struct monitor_command *near = suggestion(word);

	if (near)
		console_printf("%s: unknown command; did you mean %s?\n", word, near->name);
	else
		console_printf("%s: unknown command; `help` lists them\n", word);
	return -ENOENT;
}

/* --- Running --- */

struct call {
	const struct monitor_command *command;
	int argc;
	char **argv;
	bool returned;
};

static int run_call(void *arg)
{
	struct call *call = arg;
	int ret = call->command->run(call->argc, call->argv);

	call->returned = true;
	return ret;
}

/* Counts the words of the usage. */
static bool argc_fits(const struct monitor_command *command, int argc, char **argv)
{
	int least = 1, most = 1;

	for (const char *p = command->args; *p;) {
		most++;
		least += *p != '[';
		while (*p && *p != ' ')
			p++;
		while (*p == ' ')
			p++;
	}
	if (argc > most)
		monitor_error("%s: a word too many", argv[most]);
	return argc >= least && argc <= most;
}

static int run_words(int argc, char **argv)
{
	const struct monitor_command *outer = running;
	struct call call = { find_command(argv[0]), argc, argv, false };
	int ret = -EINVAL;

	if (!call.command)
		return unknown_command(argv[0]);
	running = call.command;
	call.returned = true;
	if (argc_fits(call.command, argc, argv)) {
		call.returned = false;
		ret = try_call(run_call, &call);
	}
	running = outer;
	if (!call.returned)
		console_printf("%s: abandoned\n", call.command->name);
	else if (ret == -EINVAL)
		show_usage(call.command);
	return ret;
}

/*
 * Copies the words of a command, each terminated.
 * Return: the number of words, or -EINVAL after saying what is wrong.
 */
static int split_words(const char *text, size_t len, char *copy, char **argv)
{
	const char *end = copy + len + 1;
	int argc = 0, more;

	while ((more = args_next(&text, &len, copy, (size_t)(end - copy)))) {
		if (argc == MONITOR_MAX_ARGS) {
			monitor_error("%s: more than %d words", argv[0], MONITOR_MAX_ARGS);
			return -EINVAL;
		}
		if (more < 0) {
			monitor_error("%s: a quote is not closed", copy);
			return more;
		}
		argv[argc++] = copy;
		copy += strlen(copy) + 1;
	}
	argv[argc] = NULL;
	return argc;
}

static int run_command(const char *text, size_t len)
{
	char copy[LINEEDIT_MAX], *argv[MONITOR_MAX_ARGS + 1];
	int argc;

	if (len >= sizeof(copy)) {
		monitor_error("%.16s...: longer than %zu characters", text, sizeof(copy) - 1);
		return -EINVAL;
	}
	argc = split_words(text, len, copy, argv);
	return argc > 0 ? run_words(argc, argv) : argc;
}

int monitor_run_line(const char *line)
{
	int ret = 0;

	for (;;) {
		size_t len = args_command(line, strlen(line));
		int err = run_command(line, len);

		ret = err ? err : ret;
		if (!line[len])
			return ret;
		line += len + 1;
	}
}

/* --- The terminal --- */

static int wait_for_char(void *arg)
{
	for (;;) {
		struct completion *input = console_input();
		int c;

		if (input) /* before the question: what comes behind it is told */
			reinit_completion(input);
		c = console_getc();
		if (c >= 0)
			return c;
		if (input)
			wait_for_completion(input);
		else
			usleep_range(POLL_USECS, POLL_USECS);
	}
}

static void write_console(void *arg, const char *s, size_t len)
{
	console_write(s, len);
}

static const char *command_name(unsigned int index)
{
	const struct monitor_command *command = command_at(index);

	return command ? command->name : NULL;
}

/* For the first word of a command its name, for others what the command offers. */
static const char *candidate(void *arg, const char *line, size_t start, unsigned int index)
{
	const struct monitor_command *command;
	size_t left = start, len;
	char name[MAX_NAME + 1];

	while ((len = args_command(line, left)) < left) {
		line += len + 1;
		left -= len + 1;
	}
	if (args_next(&line, &left, name, sizeof(name)) <= 0)
		return command_name(index);
	command = find_command(name);
	return command && command->complete ? command->complete(index) : NULL;
}

/* As typed at the prompt: "test GLOB" and "bench GLOB" are there if they are configured. */
static int run_with_glob(const char *command, const char *glob)
{
	char line[LINEEDIT_MAX];

	if (snprintf(line, sizeof(line), "%s \"%s\"", command, glob) >= (int)sizeof(line)) {
		console_printf("%s: the glob is longer than a line\n", command);
		return -E2BIG;
	}
	return monitor_run_line(line);
}

/* What the command line asks for. Tests are the last thing a machine does. */
static void run_requests(void)
{
	if (cmdline.run)
		monitor_run_line(cmdline.run);
	if (cmdline.bench)
		run_with_glob("bench", cmdline.bench);
	if (cmdline.ktest)
		machine_power_off(run_with_glob("test", cmdline.ktest) != 0);
}

void monitor(void)
{
	static const struct lineedit_io io = { wait_for_char, write_console, candidate, NULL };
	static struct lineedit editor __noinit; /* cleared here, not before paging */

	memset(&editor, 0, sizeof(editor));
	editor.io = &io;
	run_requests();
	for (;;)
		if (lineedit_read(&editor, PROMPT) > 0)
			monitor_run_line(editor.line);
}

/* --- help --- */

static int help(int argc, char **argv)
{
	const struct monitor_command *command;
	char usage[64];

	if (argc == 2) {
		command = find_command(argv[1]);
		if (!command)
			return unknown_command(argv[1]);
		show_usage(command);
		console_printf("%s\n", command->help);
		return 0;
	}
	for (unsigned int i = 0; (command = command_at(i)); i++) {
		snprintf(usage, sizeof(usage), "%s %s", command->name, command->args);
		console_printf("%-28s %s\n", usage, command->help);
	}
	console_printf("';' separates commands; \"quotes\" and 'quotes' keep it and blanks.\n");
	return 0;
}

MONITOR_COMMAND(help, "[COMMAND]", "list the commands, or explain one", help, command_name);
