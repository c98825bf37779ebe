/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_MONITOR_H
#define KERNEL_MONITOR_H

#include <kernel/types.h>

/*
 * The prompt. A command is a row in a linker section; its file needs to be linked,
 * nothing else.
 */

#define MONITOR_MAX_ARGS 16

/**
 * struct monitor_command - one command
 * @name: the word typed
 * @args: its arguments as the help shows them, "" for none. One word for each, in brackets
 *        if it may be left out: the monitor refuses fewer and more than that
 * @help: one line
 * @run:  argc words in argv, argv[0] is the name. Return: 0, or -errno after saying
 *        what was wrong; -EINVAL alone makes the monitor show the usage.
 * @complete: candidate number @index for the word being typed, valid until the next call;
 *        NULL behind the last. May be NULL itself
 */
struct monitor_command {
	const char *name;
	const char *args;
	const char *help;
	int (*run)(int argc, char **argv);
	const char *(*complete)(unsigned int index);
};

#define MONITOR_COMMAND(id, ...)                                                             \
	static const struct monitor_command monitor_command_##id __used __aligned(ROW_ALIGN) \
		__section(".monitor_commands." #id) = { #id, __VA_ARGS__ }

/**
 * monitor_run_line() - run commands separated by ';'
 * Each runs under try_call(): one that traps is reported and ends.
 * Return: 0, or the error of the last command that failed.
 */
int monitor_run_line(const char *line);

/** monitor() - read and run lines for ever */
__noreturn void monitor(void);

/** monitor_error() - say what is wrong, behind the running command's name */
void monitor_error(const char *fmt, ...) __printf(1, 2);

/**
 * monitor_parse_number() - a number; says which word is wrong otherwise
 * Decimal, 0x… or 0… as in C; 16 digits, as dumps print them, are hexadecimal.
 * Return: 0, or -EINVAL after saying so.
 */
int __must_check monitor_parse_number(const char *word, u64 *value);

/**
 * monitor_parse_hart() - the id of a hart that Cairn knows; says what is wrong otherwise
 * Return: 0, and its number in harts[] in @cpu; -EINVAL or -ENOENT after saying so.
 */
int __must_check monitor_parse_hart(const char *word, unsigned int *cpu);

/** monitor_parse_address() - as monitor_parse_number(), or FUNCTION or FUNCTION+OFFSET */
int __must_check monitor_parse_address(const char *word, u64 *value);

#define HUMAN_SIZE_LEN 16

/** human_size() - "40 PiB", "23.5 KiB", "612 B"; one decimal place means it is rounded */
const char *human_size(u64 bytes, char buf[HUMAN_SIZE_LEN]);

#endif
