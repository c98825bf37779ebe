// SPDX-License-Identifier: BSD-2-Clause
/* The UART of earlycon= once there is a log: the boot record says where, its page is mapped. */
#include <kernel/printk.h>
#include <kernel/tty.h>
#include <asm/boot_record.h>

static void earlycon_write(const char *s, size_t len)
{
	struct earlycon *con = &boot_record.earlycon;
	volatile u8 *regs = (volatile u8 *)boot_record.earlycon_va;

	for (; len; s++, len--)
		if (*s != '\r' && !earlycon_putc(con, regs, *s))
			break;
	if (!len)
		return;
	sbi_console_init(); /* with all of the log */
	pr_err("tty: the UART of earlycon= does not send: the firmware's console is used\n");
}

static void earlycon_wait(void)
{
	earlycon_flush(&boot_record.earlycon, (volatile u8 *)boot_record.earlycon_va);
}

void earlycon_init(void)
{
	static const struct console earlycon = {
		.name = "earlycon",
		.write = earlycon_write,
		.flush = earlycon_wait,
	};

	if (boot_record.earlycon.kind)
		register_console(&earlycon);
	else
		sbi_console_init();
}

void earlycon_exit(void)
{
	if (boot_record.earlycon.kind)
		sbi_console_switch();
	boot_record.earlycon.kind = EARLYCON_FIRMWARE;
}
