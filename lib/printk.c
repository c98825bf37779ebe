// SPDX-License-Identifier: BSD-2-Clause
/*
 * The log: a ring of bytes, each line "<level>text\n". Old lines fall out whole.
 */
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>

#define LOG_SIZE (1UL << CONFIG_LOG_BUF_SHIFT)
#define LINE_MAX 512

int console_loglevel = LOGLEVEL_DEFAULT;

/* Need not be cleared at boot: only [log_first, log_end) is ever read. */
static char log_buf[LOG_SIZE] __noinit;
static u64 log_first, log_end; /* count bytes for ever; the ring position is their remainder */
static bool log_open;          /* the last message had no '\n' yet */
static int last_level;
static const struct console *console;

/*
 * One hart at a time writes, a whole message each. A trap in here may print again: the
 * hart that holds the lock passes.
 */
static spinlock_t log_lock;
static const void *log_holder;

struct log_entry {
	bool entered;
	unsigned long flags;
};

static struct log_entry log_enter(void)
{
	struct log_entry entry = { .entered = true };

	if (READ_ONCE(log_holder) == __builtin_thread_pointer())
		return (struct log_entry){ 0 };
	spin_lock_irqsave(&log_lock, entry.flags);
	log_holder = __builtin_thread_pointer();
	return entry;
}

static void log_leave(struct log_entry entry)
{
	if (!entry.entered)
		return;
	WRITE_ONCE(log_holder, NULL);
	spin_unlock_irqrestore(&log_lock, entry.flags);
}

static char *log_at(u64 pos)
{
	return &log_buf[pos % LOG_SIZE];
}

static void log_put(const char *s, size_t len)
{
	for (size_t done = 0; done < len;) {
		size_t room = LOG_SIZE - (log_end + done) % LOG_SIZE;
		size_t n = min(room, len - done);

		memcpy(log_at(log_end + done), s + done, n);
		done += n;
	}
	log_end += len;
	if (log_end - log_first <= LOG_SIZE)
		return;
	log_first = log_end - LOG_SIZE;
	while (*log_at(log_first++) != '\n' && log_first < log_end)
		;
}

void console_write(const char *s, size_t len)
{
	const char *end = s + len;
	struct log_entry entry = log_enter();

	while (console && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));

		console->write(s, (size_t)((nl ? nl : end) - s));
		if (!nl)
			break;
		console->write("\r\n", 2);
		s = nl + 1;
	}
	log_leave(entry);
}

void console_flush(void)
{
	struct log_entry entry = log_enter();

	if (console && console->flush)
		console->flush();
	log_leave(entry);
}

bool console_registered(void)
{
	return console;
}

struct completion *console_input(void)
{
	return console ? console->input : NULL;
}

int console_getc(void)
{
	struct log_entry entry = log_enter();
	int c = console && console->getc ? console->getc() : -EAGAIN;

	log_leave(entry);
	return c;
}

/* Takes the level off the front; -1 means the line goes on. */
static int take_level(const char **fmt)
{
	const char *f = *fmt;

	if (f[0] != KERN_SOH[0] || !f[1])
		return 4;
	*fmt = f + 2;
	return f[1] == 'c' ? -1 : f[1] - '0';
}

static void end_open_line(void)
{
	log_put("\n", 1);
	log_open = false;
	if (last_level < console_loglevel)
		console_write("\n", 1);
}

static void log_message(const char *fmt, va_list args)
{
	char line[LINE_MAX];
	int level = take_level(&fmt);
	int len = vsnprintf(line, sizeof(line), fmt, args);
	size_t n = min((size_t)len, sizeof(line) - 1);

	if (!n)
		return;
	if (n < (size_t)len)
		line[n - 1] = '\n';
	if (level < 0 && log_open)
		level = last_level;
	else if (log_open)
		end_open_line();
	if (!log_open) {
		level = level < 0 ? last_level : level;
		log_put((char[]){ '<', (char)('0' + level), '>' }, 3);
	}
	last_level = level;
	log_put(line, n);
	log_open = line[n - 1] != '\n';
	if (level < console_loglevel)
		console_write(line, n);
}

void printk(const char *fmt, ...)
{
	struct log_entry entry = log_enter();
	va_list args;

	va_start(args, fmt);
	log_message(fmt, args);
	va_end(args);
	log_leave(entry);
}

void console_printf(const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	console_write(line, min((size_t)len, sizeof(line) - 1));
}

static int read_line(u64 *cursor, char *line, size_t size, int *level)
{
	u64 pos = max(*cursor, log_first);
	size_t len = 0;

	if (pos >= log_end || log_end - pos < 4)
		return -ENOENT;
	*level = *log_at(pos + 1) - '0';
	for (pos += 3; pos < log_end && *log_at(pos) != '\n'; pos++)
		if (len + 1 < size)
			line[len++] = *log_at(pos);
	if (pos == log_end)
		return -ENOENT; /* not ended yet: its next piece has no level of its own */
	line[len] = '\0';
	*cursor = pos + 1;
	return (int)len;
}

int log_read(u64 *cursor, char *line, size_t size, int *level)
{
	struct log_entry entry = log_enter();
	int len = read_line(cursor, line, size, level);

	log_leave(entry);
	return len;
}

const struct console *switch_console(const struct console *con)
{
	struct log_entry entry = log_enter();
	const struct console *before = console;

	console = con;
	log_leave(entry);
	return before;
}

const struct console *register_console(const struct console *con)
{
	const struct console *before = switch_console(con);
	char line[LINE_MAX];
	u64 cursor = 0;
	int level, len;

	/* Not by console_printf(), whose line would lie on the stack as well. */
	while ((len = log_read(&cursor, line, sizeof(line), &level)) >= 0) {
		line[len] = '\n';
		if (level < console_loglevel)
			console_write(line, (size_t)len + 1);
	}
	return before;
}
