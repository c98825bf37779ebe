// SPDX-License-Identifier: BSD-2-Clause
/* The firmware's console against firmware with DBCN (SBI 2.0 chapter 12) and without it. */
#include "host.h"

#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/tty.h>
#include <asm/page.h>
#include <asm/sbi.h>
#include <string.h>

struct kernel_mapping kernel_map;

static struct {
	bool dbcn;
	unsigned long most; /* bytes one call takes */
	long error;
	const char *typed;
	char printed[2000];
	size_t nr;
	unsigned int calls;
} firmware;

static const struct console *console;

bool sbi_probe(unsigned long ext)
{
	return ext == SBI_EXT_DBCN && firmware.dbcn;
}

static long take(const char *from, unsigned long len)
{
	unsigned long n = len < firmware.most ? len : firmware.most;

	memcpy(firmware.printed + firmware.nr, from, n);
	firmware.nr += n;
	return (long)n;
}

struct sbiret sbi_ecall4(unsigned long ext, unsigned long fid, unsigned long a0, unsigned long a1,
			 unsigned long a2, unsigned long a3)
{
	char *at = (char *)(a1 + kernel_map.va_kernel_pa_offset), byte = (char)a0;

	(void)a2, (void)a3;
	firmware.calls++;
	if (ext == SBI_EXT_LEGACY_PUTCHAR) {
		take(&byte, 1);
		return (struct sbiret){ 0, 0 };
	}
	if (ext == SBI_EXT_LEGACY_GETCHAR) /* its value is where others have the error */
		return (struct sbiret){ *firmware.typed ? (u8)*firmware.typed++ : -1, 0 };
	CHECK_EQ(ext, SBI_EXT_DBCN);
	CHECK(firmware.dbcn);
	if (firmware.error)
		return (struct sbiret){ firmware.error, 0 };
	if (fid == SBI_DBCN_WRITE)
		return (struct sbiret){ 0, take(at, a0) };
	CHECK_EQ(fid, SBI_DBCN_READ);
	CHECK_EQ(a0, 1);
	if (*firmware.typed)
		*at = *firmware.typed++;
	else
		return (struct sbiret){ 0, 0 };
	return (struct sbiret){ 0, 1 };
}

const struct console *switch_console(const struct console *new)
{
	const struct console *before = console;

	console = new;
	return before;
}

const struct console *register_console(const struct console *new)
{
	return switch_console(new);
}

static void start(bool dbcn)
{
	memset(&firmware, 0, sizeof(firmware));
	firmware.dbcn = dbcn;
	firmware.most = ~0UL;
	firmware.typed = "";
	kernel_map.va_kernel_pa_offset = 0x1000; /* what the firmware gets is no pointer */
	console = NULL;
	sbi_console_init();
	CHECK(console && !strcmp(console->name, dbcn ? "sbi-dbcn" : "sbi-legacy"));
}

static void talks(void)
{
	char text[1000];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 26);
	console->write(text, sizeof(text));
	CHECK_EQ(firmware.nr, sizeof(text));
	CHECK(!memcmp(firmware.printed, text, sizeof(text)));
	CHECK_EQ(console->getc(), -EAGAIN);
	firmware.typed = "k\xff";
	CHECK_EQ(console->getc(), 'k');
	CHECK_EQ(console->getc(), 0xff);
	CHECK_EQ(console->getc(), -EAGAIN);
}

static void dbcn(void)
{
	start(true);
	talks();
	CHECK(firmware.calls < 20); /* a line at a time, not a character */
}

static void dbcn_in_pieces(void)
{
	start(true);
	firmware.most = 7;
	talks();
}

static void dbcn_refuses(void)
{
	start(true);
	firmware.error = -5;
	console->write("lost", 4);
	CHECK_EQ(firmware.nr, 0);
	CHECK_EQ(console->getc(), -EAGAIN);
}

static void legacy(void)
{
	start(false);
	talks();
	CHECK(firmware.calls >= 1000);
}

static void switched(void)
{
	start(false);
	firmware.dbcn = true;
	sbi_console_switch();
	CHECK(!strcmp(console->name, "sbi-dbcn"));
}

static const struct host_case cases[] = {
	{ "DBCN", dbcn },
	{ "DBCN that takes a few bytes at once", dbcn_in_pieces },
	{ "DBCN that refuses", dbcn_refuses },
	{ "no DBCN: the legacy calls", legacy },
	{ "switched to without the log", switched },
};
HOST_MAIN(cases)
