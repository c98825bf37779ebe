/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_DRIVER_H
#define KERNEL_DRIVER_H

#include <kernel/fdt_irq.h>

/*
 * Drivers are found by the compatible strings of device tree nodes: rows of the table in
 * drivers/table.c. What they need of the layers above comes through struct driver_env.
 */

/**
 * struct driver_env - what drivers are given
 * @map:   device registers, as ioremap()
 * @alloc: cleared memory that is never given back, or NULL
 * @uart:  a UART may become the console
 * @tty:   which: a path or an alias, or ttySn or ttySIFn for the alias serialn, with anything
 *         behind a comma; NULL: what the tree names, else any
 */
struct driver_env {
	void *(*map)(phys_addr_t pa, size_t size);
	void *(*alloc)(size_t size);
	bool uart;
	const char *tty;
};

/** struct device - a node that a driver wants, for the time of its probe() */
struct device {
	const struct fdt_scan *scan;
	const struct driver_env *env;
	const struct driver *driver;
	const char *name; /* of the node */
	int node, parent;
	struct fdt_irq_parent irq_parent;
	bool mapped;  /* as in struct fdt_level */
	bool console; /* it may be the console */
};

/** What probe() returns of a node that is not for this driver; nothing is said of it. */
#define NOT_OURS ""

/**
 * struct driver - a row
 * @probe: Return: NULL, or why the device is left out, for the log. May trap: then it is
 *         left out too.
 */
struct driver {
	const char *compatible;
	const char *(*probe)(const struct device *dev);
};

/** drivers_init() - probe what the tree has, in the order of the table */
void drivers_init(const struct fdt *fdt, const struct driver_env *env);

/**
 * device_map() - map the node's registers
 * @size: least bytes that must be there; @has, @pa: out, may be NULL: size and address
 * Return: NULL and *@regs, or what is wrong
 */
const char *device_map(const struct device *dev, u64 size, volatile u8 **regs, u64 *has, u64 *pa);

/**
 * device_irq() - the node's first interrupt, for request_irq()
 * @flags: out: IRQF_TRIGGER_* the tree gives, or 0
 * Return: its number; -ENOENT: it has none; -EINVAL: damaged, or of another controller
 */
int device_irq(const struct device *dev, unsigned int *flags);

/** device_set_irqchip() - the running probe() has registered @dev as the interrupt controller */
void device_set_irqchip(const struct device *dev);

/**
 * device_next_ext_irq() - next hart whose supervisor external interrupt the node drives
 * @pos: as in fdt_next_irq(); @index: out: number among all its interrupts, -1 at first
 * @cpu: out: number of the hart; -1: not one that Cairn uses
 * Return: 0; -ENOENT: no more; -EINVAL
 */
int device_next_ext_irq(const struct device *dev, u32 *pos, int *index, int *cpu);

/** uart_is_console() - whether a UART has become the console */
bool uart_is_console(void);

const char *plic_probe(const struct device *dev);
const char *aplic_probe(const struct device *dev);
const char *imsic_probe(const struct device *dev);
const char *ns16550_probe(const struct device *dev);
const char *sifive_uart_probe(const struct device *dev);

#endif
