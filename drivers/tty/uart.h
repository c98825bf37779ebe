/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TTY_UART_H
#define TTY_UART_H

#include <kernel/driver.h>

/*
 * What UARTs have in common. Input comes by interrupt into a ring, or is polled where there
 * is none. Output is always polled: it has to work from any hart, with interrupts off, and
 * in the last moments of the kernel. There is one UART at most, the console.
 */

/**
 * struct uart_ops - a kind of UART
 * @name:     of its interrupt
 * @room:     how many bytes it takes now
 * @send:     one of them
 * @idle:     whether all are out, but for the one on the line: not each kind tells of that one
 * @receive:  Return: a byte, or -EAGAIN
 * @raised:   whether it is the one that interrupts, if that can be known without receive()
 * @want_irq: whether it shall interrupt when something was received
 */
struct uart_ops {
	const char *name;
	unsigned int (*room)(void);
	void (*send)(u8 byte);
	unsigned int (*idle)(void);
	int (*receive)(void);
	bool (*raised)(void);
	void (*want_irq)(bool on);
};

/** uart_wanted() - whether probe() should go on: the console is looked for, and this is it */
bool uart_wanted(const struct device *dev);

/** uart_lost() - the device has lost a character. Context: any. */
void uart_lost(void);

/** uart_start() - make it the console; @pa for the log */
void uart_start(const struct device *dev, const struct uart_ops *ops, u64 pa);

#endif
