// SPDX-License-Identifier: BSD-2-Clause
/* The firmware's console: SBI debug console, else the legacy calls. */
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <kernel/tty.h>
#include <asm/page.h>
#include <asm/sbi.h>

/* The firmware wants physical addresses: what is printed passes through the image. */
static char buffer[256];

static void dbcn_write(const char *s, size_t len)
{
	while (len) {
		size_t n = min(len, sizeof(buffer));
		size_t done = 0;

		memcpy(buffer, s, n);
		while (done < n) {
			struct sbiret ret = sbi_ecall(SBI_EXT_DBCN, SBI_DBCN_WRITE, n - done,
						      __pa_symbol(buffer + done), 0);

			if (ret.error)
				return;
			done += (size_t)ret.value;
		}
		s += n;
		len -= n;
	}
}

static int dbcn_getc(void)
{
	struct sbiret ret = sbi_ecall(SBI_EXT_DBCN, SBI_DBCN_READ, 1, __pa_symbol(buffer), 0);

	return !ret.error && ret.value == 1 ? (unsigned char)buffer[0] : -EAGAIN;
}

static void legacy_write(const char *s, size_t len)
{
	while (len--)
		sbi_ecall(SBI_EXT_LEGACY_PUTCHAR, 0, (unsigned char)*s++, 0, 0);
}

/* Legacy calls return their value where others have the error. */
static int legacy_getc(void)
{
	long c = sbi_ecall(SBI_EXT_LEGACY_GETCHAR, 0, 0, 0, 0).error;

	return c >= 0 ? (int)c : -EAGAIN;
}

static const struct console *sbi_console(void)
{
	static const struct console dbcn = {
		.name = "sbi-dbcn",
		.write = dbcn_write,
		.getc = dbcn_getc,
	};
	static const struct console legacy = {
		.name = "sbi-legacy",
		.write = legacy_write,
		.getc = legacy_getc,
	};

	return sbi_probe(SBI_EXT_DBCN) ? &dbcn : &legacy;
}

void sbi_console_init(void)
{
	register_console(sbi_console());
}

void sbi_console_switch(void)
{
	switch_console(sbi_console());
}
