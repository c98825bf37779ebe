/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_EARLYCON_H
#define ASM_EARLYCON_H

#include <kernel/types.h>

/*
 * A UART to print to from before paging on, which the firmware has set up: earlycon=. Nothing
 * is read from it. Where none is asked for, or that cannot be had, the firmware prints.
 */

enum earlycon_kind {
	EARLYCON_FIRMWARE,
	EARLYCON_8250,
	EARLYCON_SIFIVE,
};

/* Each UART's compatible, kind, and driver: for earlycon=, and for drivers/table.c. */
#define UARTS(row)                                              \
	row("ns16550a", EARLYCON_8250, ns16550_probe),          \
		row("ns16550", EARLYCON_8250, ns16550_probe),   \
		row(DW_APB_UART, EARLYCON_8250, ns16550_probe), \
		row("sifive,uart0", EARLYCON_SIFIVE, sifive_uart_probe)
#define DW_APB_UART "snps,dw-apb-uart"

/* Why the firmware prints although a UART was asked for. */
enum earlycon_wrong {
	EARLYCON_OK,
	EARLYCON_UNKNOWN,
	EARLYCON_BAD_ADDRESS,
	EARLYCON_NO_STDOUT,
	EARLYCON_NO_DRIVER,
	EARLYCON_BAD_NODE,
	EARLYCON_IN_RAM,
	EARLYCON_NOT_THERE,
	EARLYCON_STUCK,
	NR_EARLYCON_WRONG,
};

/**
 * struct earlycon - where it is
 * @kind, @wrong: enum earlycon_*
 * @shift: registers are 1 << shift bytes apart
 * @width: bytes of an access
 */
struct earlycon {
	u8 kind;
	u8 wrong;
	u8 shift;
	u8 width;
	u64 pa;
};

struct fdt;

/** earlycon_parse() - earlycon=TEXT */
void earlycon_parse(struct earlycon *con, const char *text);

/** earlycon_from_fdt() - the UART that stdout-path of @chosen names */
void earlycon_from_fdt(struct earlycon *con, const struct fdt *fdt, int chosen);

/** earlycon_status() - the register that is read; reading it changes nothing that is needed */
u64 earlycon_status(const struct earlycon *con);

/** earlycon_check() - let the firmware print if the UART's registers lie in RAM */
void earlycon_check(struct earlycon *con, const struct fdt *fdt);

/**
 * earlycon_putc() - print; '\n' is two characters
 * @regs: where @con->pa can be reached
 * Return: false: it does not send, and never will be asked again.
 */
bool earlycon_putc(struct earlycon *con, volatile u8 *regs, char c);

/** earlycon_flush() - wait until all is out, or as long as that can take; as earlycon_putc() */
void earlycon_flush(const struct earlycon *con, volatile u8 *regs);

/** earlycon_wrong() - why the firmware prints instead, in words; NULL: nothing is wrong */
const char *earlycon_wrong(const struct earlycon *con);

#endif
