// SPDX-License-Identifier: BSD-2-Clause
/* SiFive's UART (FU540-C000 Manual v1p4, chapter 13). The firmware has set its speed. */
#include "uart.h"

#include <kernel/errno.h>
#include <asm/io.h>

enum reg {
	TXDATA = 0x00,
	RXDATA = 0x04,
	TXCTRL = 0x08,
	RXCTRL = 0x0c,
	IE = 0x10,
	IP = 0x14,
	REGS_SIZE = 0x1c,
};

#define TXDATA_FULL  0x80000000u
#define RXDATA_EMPTY 0x80000000u
#define CTRL_ENABLE  0x1
#define CTRL_COUNT   0x70000 /* the watermark: pending above so many received, or below, to send */
#define CTRL_COUNT_1 0x10000
#define IP_TXWM      0x1
#define IE_RXWM      0x2

static volatile u8 *regs;

static unsigned int room(void)
{
	return readl(regs + TXDATA) & TXDATA_FULL ? 0 : 1;
}

static unsigned int idle(void)
{
	return readl(regs + IP) & IP_TXWM;
}

static void send(u8 byte)
{
	writel(byte, regs + TXDATA);
}

static int receive(void)
{
	u32 data = readl(regs + RXDATA);

	return data & RXDATA_EMPTY ? -EAGAIN : (int)(data & 0xff);
}

static bool raised(void)
{
	return readl(regs + IP) & IE_RXWM;
}

static void want_irq(bool on)
{
	writel(on ? IE_RXWM : 0, regs + IE);
}

/* Whether there is a UART at all: a register that keeps what is written. */
static bool is_there(void)
{
	want_irq(true);
	if ((readl(regs + IE) & 3) != IE_RXWM)
		return false;
	want_irq(false);
	return !(readl(regs + IE) & 3);
}

const char *__init sifive_uart_probe(const struct device *dev)
{
	static const struct uart_ops ops = { "sifive-uart", room,   send,    idle,
					     receive,       raised, want_irq };
	const char *why;
	u64 pa;

	if (!uart_wanted(dev))
		return NOT_OURS;
	why = device_map(dev, REGS_SIZE, &regs, NULL, &pa);
	if (why)
		return why;
	if (!is_there())
		return "its registers do not keep what is written";
	writel((readl(regs + TXCTRL) & ~CTRL_COUNT) | CTRL_COUNT_1 | CTRL_ENABLE, regs + TXCTRL);
	writel((readl(regs + RXCTRL) & ~CTRL_COUNT) | CTRL_ENABLE, regs + RXCTRL);
	uart_start(dev, &ops, pa);
	return NULL;
}
