// SPDX-License-Identifier: BSD-2-Clause
/*
 * UARTs like National Semiconductor's 16550, among them Synopsys' DesignWare APB UART, which
 * has its registers 4 bytes apart and takes no accesses but of 4 bytes.
 */
#include "uart.h"

#include <kernel/errno.h>
#include <kernel/string.h>
#include <asm/earlycon.h>
#include <asm/io.h>
#include <asm/time.h>

enum reg {       /* before reg-shift */
	RBR = 0, /* read: what was received */
	THR = 0, /* write: what to send */
	DLL = 0, /* divisor, while LCR_DLAB */
	IER = 1,
	DLM = 1,
	IIR = 2, /* read */
	FCR = 2, /* write */
	LCR = 3,
	MCR = 4,
	LSR = 5,
	USR = 31, /* DesignWare's own */
};

#define IER_RDI    0x01 /* something was received */
#define IER_RLSI   0x04 /* something is wrong with it */
#define IIR_NO_INT 0x01
#define IIR_ID     0x0f
#define IIR_BUSY   0x07 /* DesignWare's own: LCR was written while busy, and ignored */
#define IIR_FIFOS  0xc0
#define FCR_ENABLE 0x01
#define LCR_8N1    0x03
#define LCR_DLAB   0x80
#define MCR_DTR    0x01
#define MCR_RTS    0x02
#define MCR_OUT2   0x08 /* on PCs, the gate of the interrupt line */
#define LSR_DR     0x01
#define LSR_OE     0x02
#define LSR_THRE   0x20
#define LSR_TEMT   0x40

#define FIFO_SIZE  16

static struct {
	volatile u8 *regs;
	u32 shift, width;
	unsigned int fifo; /* bytes the transmitter takes at once */
	bool designware;
} port;

static u32 read_reg(enum reg reg)
{
	volatile u8 *at = port.regs + ((u32)reg << port.shift);

	return port.width == 4 ? readl(at) : readb(at);
}

static void write_reg(enum reg reg, u32 value)
{
	volatile u8 *at = port.regs + ((u32)reg << port.shift);

	if (port.width == 4)
		writel(value, at);
	else
		writeb((u8)value, at);
}

/* Reading it forgets what was wrong. */
static u32 line_status(void)
{
	u32 status = read_reg(LSR);

	if (status & LSR_OE)
		uart_lost();
	return status;
}

static unsigned int room(void)
{
	return line_status() & LSR_THRE ? port.fifo : 0;
}

static unsigned int idle(void)
{
	return line_status() & LSR_TEMT;
}

static void send(u8 byte)
{
	write_reg(THR, byte);
}

static int receive(void)
{
	return line_status() & LSR_DR ? (int)(u8)read_reg(RBR) : -EAGAIN;
}

static bool raised(void)
{
	u32 iir = read_reg(IIR);

	if (!port.designware || (iir & IIR_ID) != IIR_BUSY)
		return !(iir & IIR_NO_INT);
	read_reg(USR); /* clears it */
	return true;
}

static void want_irq(bool on)
{
	write_reg(IER, on ? IER_RDI | IER_RLSI : 0);
}

/* --- Probing --- */

static const char *__init read_layout(const struct device *dev, u32 *size)
{
	const struct fdt *fdt = dev->scan->fdt;

	port.designware = !strcmp(dev->driver->compatible, DW_APB_UART);
	port.shift = 0;
	port.width = 1;
	if (fdt_getprop_u32(fdt, dev->node, "reg-shift", &port.shift) == -EINVAL || port.shift > 8)
		return "reg-shift is not 0 to 8";
	if (fdt_getprop_u32(fdt, dev->node, "reg-io-width", &port.width) == -EINVAL ||
	    (port.width != 1 && port.width != 4) || (port.width == 4 && port.shift < 2))
		return "reg-io-width is not 1 or 4, or more than reg-shift has room for";
	*size = ((u32)(port.designware ? USR : LSR) << port.shift) + port.width;
	return NULL;
}

/* DesignWare's ignores this while it sends or receives. Return: false: it stayed busy. */
static bool write_lcr(u32 value)
{
	const u64 end = rdtime() + ticks_per_second() / 10;

	do {
		write_reg(LCR, value);
		if ((read_reg(LCR) & 0xff) == value)
			return true;
		if (port.designware)
			read_reg(USR); /* or it interrupts for ever */
	} while (rdtime() < end);
	return false;
}

/* The baud rate stays as the firmware set it, unless the tree asks for one. */
static void __init set_speed(const struct device *dev)
{
	u32 clock, speed, divisor;

	if (fdt_getprop_u32(dev->scan->fdt, dev->node, "clock-frequency", &clock) ||
	    fdt_getprop_u32(dev->scan->fdt, dev->node, "current-speed", &speed) || !speed)
		return;
	divisor = (u32)((clock + 8ULL * speed) / (16ULL * speed));
	if (!divisor || divisor > 0xffff)
		return;
	if (!write_lcr(LCR_8N1 | LCR_DLAB))
		return; /* DLL would be THR */
	write_reg(DLL, divisor & 0xff);
	write_reg(DLM, divisor >> 8);
}

/* Whether there is a UART at all: a register that keeps what is written. */
static bool __init is_there(void)
{
	want_irq(true);
	if ((read_reg(IER) & 0xf) != (IER_RDI | IER_RLSI))
		return false;
	want_irq(false);
	return !(read_reg(IER) & 0xf);
}

static void __init start(const struct device *dev)
{
	set_speed(dev);
	write_lcr(LCR_8N1);
	write_reg(FCR, FCR_ENABLE); /* what waits in there stays */
	port.fifo = (read_reg(IIR) & IIR_FIFOS) == IIR_FIFOS ? FIFO_SIZE : 1;
	write_reg(MCR, MCR_DTR | MCR_RTS | MCR_OUT2);
}

const char *__init ns16550_probe(const struct device *dev)
{
	static const struct uart_ops ops = {
		"ns16550a", room, send, idle, receive, raised, want_irq
	};
	const char *why;
	u32 size;
	u64 pa;

	if (!uart_wanted(dev))
		return NOT_OURS;
	why = read_layout(dev, &size);
	if (!why)
		why = device_map(dev, size, &port.regs, NULL, &pa);
	if (why)
		return why;
	if (!write_lcr(LCR_8N1) || !is_there())
		return "its registers do not keep what is written";
	start(dev);
	uart_start(dev, &ops, pa);
	return NULL;
}
