/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_PRINTK_H
#define KERNEL_PRINTK_H

#include <kernel/types.h>

/*
 * The kernel log. A message goes to the log buffer always, and to the console when
 * its level is below the console's. Levels and their spelling are Linux's: a format
 * starts with KERN_*, without one it is KERN_WARNING.
 */

#define KERN_SOH     "\001"
#define KERN_EMERG   KERN_SOH "0"
#define KERN_ERR     KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE  KERN_SOH "5"
#define KERN_INFO    KERN_SOH "6"
#define KERN_DEBUG   KERN_SOH "7"
/* Continues the line before it, whatever its level was. */
#define KERN_CONT        KERN_SOH "c"

#define LOGLEVEL_DEFAULT 7 /* all but debug messages */
#define LOGLEVEL_QUIET   4 /* errors and worse */

/**
 * printk() - log a message
 * Context: any, once translation is on. Bounded: a line over 512 bytes is cut.
 */
void printk(const char *fmt, ...) __printf(1, 2);

#define pr_emerg(fmt, ...)  printk(KERN_EMERG fmt, ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR fmt, ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING fmt, ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE fmt, ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO fmt, ##__VA_ARGS__)
#define pr_debug(fmt, ...)  printk(KERN_DEBUG fmt, ##__VA_ARGS__)
#define pr_cont(fmt, ...)   printk(KERN_CONT fmt, ##__VA_ARGS__)

/**
 * console_printf() - print to the console, whatever the level, and not to the log
 * For answers to a person and for test protocols.
 */
void console_printf(const char *fmt, ...) __printf(1, 2);

/** console_loglevel - messages below it reach the console */
extern int console_loglevel;

struct completion;

/**
 * struct console - a device to print to and read from
 * @name:  for the log
 * @write: prints all of it; '\n' has been made "\r\n" already
 * @getc:  next character, or -EAGAIN when there is none yet
 * @input: completed when there may be a character; NULL: it has to be asked for
 * @flush: wait, within bounds, until all is out; NULL: it is, or that is the firmware's business
 */
struct console {
	const char *name;
	void (*write)(const char *s, size_t len);
	int (*getc)(void);
	struct completion *input;
	void (*flush)(void);
};

/**
 * register_console() - use this one from now on, and give it the log so far
 * Return: the one used before, or NULL.
 */
const struct console *register_console(const struct console *console);

/** switch_console() - as register_console(), for another way to the same terminal: no log */
const struct console *switch_console(const struct console *console);

bool console_registered(void);

/** console_input() - @input of the console in use */
struct completion *console_input(void);

/** console_write() - raw bytes to the console; '\n' becomes "\r\n" */
void console_write(const char *s, size_t len);

/** console_flush() - wait until all is out: a reset or a power-off loses what is not */
void console_flush(void);

/** console_getc() - next character typed, or -EAGAIN */
int console_getc(void);

/**
 * log_read() - go through the log buffer
 * @cursor: 0 at first, then as the last call left it
 * @line:   receives one line with its "<level>" taken off, without '\n'
 * @level:  out
 * Return: length of the line, -ENOENT at the end.
 */
int log_read(u64 *cursor, char *line, size_t size, int *level);

#endif
