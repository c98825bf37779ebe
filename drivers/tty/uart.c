// SPDX-License-Identifier: BSD-2-Clause
/* A UART as the console: see uart.h. */
#include "uart.h"

#include <kernel/completion.h>
#include <kernel/errno.h>
#include <kernel/interrupt.h>
#include <kernel/printk.h>
#include <asm/time.h>

#define RING_SIZE    1024
#define SEND_SECONDS 5   /* until a transmitter is given up: longer than any stop by the receiver */
#define LAST_BYTE_HZ 500 /* a character of 12 bits takes less, at 9600 baud and above */
#define RX_MOST      (2 * RING_SIZE) /* at once: a register stuck at ones says "more" for ever */

static struct {
	const struct uart_ops *ops;
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

bool uart_wanted(const struct device *dev)
{
	return dev->env->uart && dev->console && !port.fallback;
}

bool uart_is_console(void)
{
	return port.fallback;
}

void uart_lost(void)
{
	__atomic_fetch_add(&ring.lost, 1, __ATOMIC_RELAXED);
}

/* --- Input --- */

static void receive(u8 byte)
{
	unsigned int in = ring.in;

	if (in - __atomic_load_n(&ring.out, __ATOMIC_ACQUIRE) == RING_SIZE) {
		uart_lost();
		return;
	}
	bytes[in % RING_SIZE] = byte;
	__atomic_store_n(&ring.in, in + 1, __ATOMIC_RELEASE);
}

static irqreturn_t handle_uart(unsigned int irq, void *dev)
{
	bool ours = port.ops->raised();
	int c;

	for (unsigned int n = 0; n < RX_MOST && (c = port.ops->receive()) >= 0; n++) {
		receive((u8)c);
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
		return port.ops->receive();
	if (out == __atomic_load_n(&ring.in, __ATOMIC_ACQUIRE))
		return -EAGAIN;
	c = bytes[out % RING_SIZE];
	__atomic_store_n(&ring.out, out + 1, __ATOMIC_RELEASE);
	return c;
}

/* --- Output --- */

static size_t wait_for(unsigned int (*what)(void))
{
	const u64 end = rdtime() + (u64)SEND_SECONDS * ticks_per_second();
	size_t found;

	while (!(found = what()))
		if (rdtime() > end)
			break;
	return found;
}

static void give_up(const char *rest, size_t len)
{
	port.ops->want_irq(false); /* the firmware reads from here on */
	switch_console(port.fallback);
	complete(&input);
	port.fallback->write(rest, len);
	pr_err("tty: the UART does not send: the firmware's console is used\n");
}

static void uart_write(const char *s, size_t len)
{
	while (len) {
		size_t burst = min(len, wait_for(port.ops->room));

		if (!burst) {
			give_up(s, len);
			return;
		}
		len -= burst;
		while (burst--)
			port.ops->send((u8)*s++);
	}
}

static void uart_flush(void)
{
	u64 end;

	if (!wait_for(port.ops->idle)) {
		give_up("", 0);
		return;
	}
	end = rdtime() + ticks_per_second() / LAST_BYTE_HZ;
	while (rdtime() < end)
		cpu_relax();
}

/* --- Start --- */

static int start_irq(const struct device *dev)
{
	unsigned int flags;
	int irq = device_irq(dev, &flags), err;

	if (irq < 0)
		return irq;
	err = request_irq((unsigned int)irq, handle_uart, flags, port.ops->name, &port);
	if (err)
		return err;
	port.irq = true;
	port.ops->want_irq(true);
	return irq;
}

void __init uart_start(const struct device *dev, const struct uart_ops *ops, u64 pa)
{
	static struct console console = {
		.name = "uart",
		.write = uart_write,
		.getc = uart_getc,
		.flush = uart_flush,
	};
	int irq;

	port.ops = ops;
	irq = start_irq(dev);
	console.input = port.irq ? &input : NULL;
	port.fallback = switch_console(&console);
	if (irq > 0)
		pr_info("tty: %s at 0x%llx irq=%d\n", dev->driver->compatible, pa, irq);
	else
		pr_info("tty: %s at 0x%llx irq=none, polled\n", dev->driver->compatible, pa);
}
