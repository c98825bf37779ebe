// SPDX-License-Identifier: BSD-2-Clause
/*
 * A UART like National Semiconductor's 16550. Input comes by interrupt into a ring, or is
 * polled where there is none. Output is always polled: it has to work from any hart, with
 * interrupts off, and in the last moments of the kernel.
 */
#include <kernel/completion.h>
#include <kernel/driver.h>
#include <kernel/errno.h>
#include <kernel/interrupt.h>
#include <kernel/printk.h>
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
};

#define IER_RDI      0x01 /* something was received */
#define IER_RLSI     0x04 /* something is wrong with it */
#define IIR_NO_INT   0x01
#define IIR_FIFOS    0xc0
#define FCR_ENABLE   0x01
#define LCR_8N1      0x03
#define LCR_DLAB     0x80
#define MCR_DTR      0x01
#define MCR_RTS      0x02
#define MCR_OUT2     0x08 /* on PCs, the gate of the interrupt line */
#define LSR_DR       0x01
#define LSR_OE       0x02
#define LSR_THRE     0x20

#define FIFO_SIZE    16
#define RING_SIZE    1024
#define SEND_SECONDS 5 /* until a transmitter is given up: longer than any stop by the receiver */
#define RX_MOST      (2 * RING_SIZE) /* at once: a register stuck at ones says "more" for ever */

static struct {
	volatile u8 *regs;
	u32 shift, width;
	unsigned int fifo; /* bytes the transmitter takes at once */
	bool irq;
	const struct console *fallback;
} port;

/* A ring: written by the interrupt handler, read by whoever has the console. */
static u8 bytes[RING_SIZE] __noinit;
static struct {
	unsigned int in, out; /* count for ever */
	unsigned int lost;
} ring;

static struct completion input; /* there is something in the ring */

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
		__atomic_fetch_add(&ring.lost, 1, __ATOMIC_RELAXED);
	return status;
}

/* --- Input --- */

static void receive(u8 byte)
{
	unsigned int in = ring.in;

	if (in - __atomic_load_n(&ring.out, __ATOMIC_ACQUIRE) == RING_SIZE) {
		__atomic_fetch_add(&ring.lost, 1, __ATOMIC_RELAXED);
		return;
	}
	bytes[in % RING_SIZE] = byte;
	__atomic_store_n(&ring.in, in + 1, __ATOMIC_RELEASE);
}

static irqreturn_t handle_uart(unsigned int irq, void *dev)
{
	bool ours = !(read_reg(IIR) & IIR_NO_INT);

	for (unsigned int n = 0; n < RX_MOST && line_status() & LSR_DR; n++) {
		receive((u8)read_reg(RBR));
		ours = true;
	}
	if (ours)
		complete(&input);
	return ours ? IRQ_HANDLED : IRQ_NONE;
}

static int uart_getc(void)
{
	unsigned int lost = __atomic_exchange_n(&ring.lost, 0, __ATOMIC_RELAXED);
	unsigned int out = ring.out;
	int c;

	if (lost)
		pr_warn("tty: %u characters lost: they came faster than they were read\n", lost);
	if (!port.irq)
		return line_status() & LSR_DR ? (int)(u8)read_reg(RBR) : -EAGAIN;
	if (out == __atomic_load_n(&ring.in, __ATOMIC_ACQUIRE))
		return -EAGAIN;
	c = bytes[out % RING_SIZE];
	__atomic_store_n(&ring.out, out + 1, __ATOMIC_RELEASE);
	return c;
}

/* --- Output --- */

static bool wait_ready(void)
{
	const u64 end = rdtime() + (u64)SEND_SECONDS * ticks_per_second();

	while (!(line_status() & LSR_THRE))
		if (rdtime() > end)
			return false;
	return true;
}

static void give_up(const char *rest, size_t len)
{
	write_reg(IER, 0); /* the firmware reads from here on */
	switch_console(port.fallback);
	complete(&input);
	port.fallback->write(rest, len);
	pr_err("tty: the UART does not send: the firmware's console is used\n");
}

static void uart_write(const char *s, size_t len)
{
	while (len) {
		size_t burst = min(len, (size_t)port.fifo);

		if (!wait_ready()) {
			give_up(s, len);
			return;
		}
		len -= burst;
		while (burst--)
			write_reg(THR, (u8)*s++);
	}
}

/* --- Probing --- */

static const char *__init read_layout(const struct device *dev, u32 *size)
{
	const struct fdt *fdt = dev->scan->fdt;

	port.shift = 0;
	port.width = 1;
	if (fdt_getprop_u32(fdt, dev->node, "reg-shift", &port.shift) == -EINVAL || port.shift > 8)
		return "reg-shift is not 0 to 8";
	if (fdt_getprop_u32(fdt, dev->node, "reg-io-width", &port.width) == -EINVAL ||
	    (port.width != 1 && port.width != 4) || (port.width == 4 && port.shift < 2))
		return "reg-io-width is not 1 or 4, or more than reg-shift has room for";
	*size = ((u32)LSR << port.shift) + port.width;
	return NULL;
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
	write_reg(LCR, LCR_8N1 | LCR_DLAB);
	write_reg(DLL, divisor & 0xff);
	write_reg(DLM, divisor >> 8);
}

/* Whether there is a UART at all: a register that keeps what is written. */
static bool __init is_there(void)
{
	write_reg(IER, IER_RDI | IER_RLSI);
	if ((read_reg(IER) & 0xf) != (IER_RDI | IER_RLSI))
		return false;
	write_reg(IER, 0);
	return !(read_reg(IER) & 0xf);
}

static void __init start(const struct device *dev)
{
	set_speed(dev);
	write_reg(LCR, LCR_8N1);
	write_reg(FCR, FCR_ENABLE); /* what waits in there stays */
	port.fifo = (read_reg(IIR) & IIR_FIFOS) == IIR_FIFOS ? FIFO_SIZE : 1;
	write_reg(MCR, MCR_DTR | MCR_RTS | MCR_OUT2);
}

static int __init start_irq(const struct device *dev)
{
	unsigned int flags;
	int irq = device_irq(dev, &flags), err;

	if (irq < 0)
		return irq;
	err = request_irq((unsigned int)irq, handle_uart, flags, "ns16550a", &port);
	if (err)
		return err;
	port.irq = true;
	write_reg(IER, IER_RDI | IER_RLSI);
	return irq;
}

const char *__init ns16550_probe(const struct device *dev)
{
	static struct console console = { "uart", uart_write, uart_getc, NULL };
	const char *why;
	u32 size;
	u64 pa;
	int irq;

	if (!dev->env->uart || !dev->console || port.fallback)
		return NOT_OURS;
	why = read_layout(dev, &size);
	if (!why)
		why = device_map(dev, size, &port.regs, NULL, &pa);
	if (why)
		return why;
	write_reg(LCR, LCR_8N1);
	if (!is_there())
		return "its registers do not keep what is written";
	start(dev);
	irq = start_irq(dev);
	console.input = port.irq ? &input : NULL;
	port.fallback = switch_console(&console);
	if (irq > 0)
		pr_info("tty: %s at 0x%llx irq=%d\n", dev->driver->compatible, pa, irq);
	else
		pr_info("tty: %s at 0x%llx irq=none, polled\n", dev->driver->compatible, pa);
	return NULL;
}
