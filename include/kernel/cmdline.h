/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_CMDLINE_H
#define KERNEL_CMDLINE_H

#include <kernel/types.h>

#define COMMAND_LINE_SIZE 2048

/** boot_command_line - as it came, terminated */
extern char boot_command_line[COMMAND_LINE_SIZE];

/** What the command line asked for. Defaults where it said nothing. */
struct cmdline_options {
	bool quiet;
	bool debug;
	u64 loglevel;
	u64 mem; /* bytes of RAM to use; 0: all */
	u64 maxharts;
	char *fail_page_alloc;
	char *failslab;
	char *ktest;       /* globs; NULL: not given */
	u64 ktest_work;    /* factor for repeats in tests */
	u64 ktest_shuffle; /* seed of the order of tests; 0: as they are linked */
	char *console;     /* "sbi", "uart", or a node of the device tree; NULL: not given */
	char *bench;
	char *run; /* monitor commands separated by ';' */
};
extern struct cmdline_options cmdline;

enum param_type {
	PARAM_FLAG,
	PARAM_NUMBER,
	PARAM_SIZE,
	PARAM_STRING,
	PARAM_CHOICE,
	PARAM_EARLY,
	PARAM_EACH
};

/** param_take_t - take a value, "" where none was given. Return: NULL, or what is wrong with it */
typedef const char *param_take_t(const char *text);

/**
 * struct param - one row of the table of parameters
 * @value: bool, u64, u64, char * or char * by type; NULL for PARAM_EARLY, which is read before
 *         paging and only known here; for PARAM_EACH, which counts each time it is given,
 *         a pointer to a param_take_t
 */
struct param {
	char name[20];
	enum param_type type;
	void *value;
	const char *choices; /* of PARAM_CHOICE, PARAM_EARLY, separated by '|'; NULL: no value */
	const char *help;
};

/** cmdline_params() - the table, for people; ends with an empty name */
const struct param *cmdline_params(void);

/**
 * parse_params() - read a command line into what the rows of a table point to
 * @table: ends with an empty name
 * @text, @len: need not be terminated
 * @store: room for the words, @len + 1 bytes; values of PARAM_STRING point in here
 * What is unknown is listed once; a bad value is named and ignored. A quote that is not closed
 * is named, and ends with the text.
 */
void parse_params(const struct param *table, const char *text, size_t len, char *store);

/**
 * parse_args() - parse_params() into the options
 * @text, @len: need not be terminated; over COMMAND_LINE_SIZE - 1 stops the boot
 */
void parse_args(const char *text, size_t len);

#endif
