/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UART_MODEL_H
#define UART_MODEL_H

#include "uart_io.h"

#include <stddef.h>

/*
 * Models of UARTs, register by register, after their manuals: National Semiconductor's
 * PC16550D, Synopsys' DW_apb_uart, SiFive's of the FU540-C000. They count what no driver
 * may do: accesses of another width, between registers, behind them.
 */
struct uart_model {
	enum {
		MODEL_16550,
		MODEL_DESIGNWARE,
		MODEL_SIFIVE,
		MODEL_NONE
	} kind;
	unsigned int shift, width; /* of the first two */
	size_t size;               /* bytes of registers */
	unsigned int busy;         /* reads of LCR until DesignWare's is idle */
	unsigned int busy_again;   /* likewise, after the first one that was written */
	bool stuck;                /* sends nothing */
	unsigned int char_time;    /* ticks that a character takes; 0: none */
	char sent[256];
	unsigned int nr_sent;
	const char *typed; /* what is received next */
	unsigned int wrong;
	u8 lcr, ier, dll, dlm, fcr, mcr;
	u32 txctrl, rxctrl, ie;
	bool busy_detect;
	u64 line_free; /* when the last character is out */
};
extern struct uart_model model;

/* Where the model's registers lie. Nothing is there: each access must go through it. */
volatile u8 *model_regs(void);

/* How many characters are not out: in the FIFO, and the one on the line. */
unsigned int model_unsent(void);

/* Whether it raises its interrupt. */
bool model_raised(void);

#endif
