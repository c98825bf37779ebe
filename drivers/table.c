// SPDX-License-Identifier: BSD-2-Clause
/* From the device tree to drivers: one pass, then the devices in the order of the table. */
#include <kernel/driver.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <asm/earlycon.h>
#include <asm/recovery.h>

#define MAX_DEVICES 16

/* Whoever is needed by another stands before it. */
#define DRIVER_OF(compatible, kind, probe) { compatible, probe }

static const struct driver drivers[] __initconst = {
	{ "riscv,imsics", imsic_probe },
	{ "sifive,plic-1.0.0", plic_probe },
	{ "riscv,plic0", plic_probe },
	{ "riscv,aplic", aplic_probe },
	UARTS(DRIVER_OF),
};

static struct fdt_scan scan __initdata;
static struct device devices[MAX_DEVICES] __initdata;

struct probe {
	const struct device *dev;
	const char *why;
};

static int __init run_probe(void *arg)
{
	struct probe *probe = arg;

	probe->why = probe->dev->driver->probe(probe->dev);
	return 0;
}

static void __init probe_device(const struct device *dev)
{
	struct probe probe = { .dev = dev };
	struct pt_regs trap;

	if (catch_trap(run_probe, &probe, &trap))
		pr_warn("drivers: %s left out: trap %lu at %pS, address 0x%lx\n", dev->name,
			trap.cause, (void *)trap.epc, trap.badaddr);
	else if (probe.why && probe.why[0])
		pr_warn("drivers: %s left out: %s\n", dev->name, probe.why);
}

static const struct driver *__init find_driver(const char *list, u32 len)
{
	const struct driver *found = drivers + ARRAY_SIZE(drivers);

	while (list && len) {
		const size_t size = strnlen(list, len) + 1;

		if (size > len)
			break;
		for (const struct driver *driver = drivers; driver < found; driver++)
			if (driver->compatible[0] == list[0] && !strcmp(driver->compatible, list))
				found = driver;
		list += size;
		len -= (u32)size;
	}
	return found < drivers + ARRAY_SIZE(drivers) ? found : NULL;
}

static void __init note_device(unsigned int *nr, const struct driver_env *env, bool any,
			       int console)
{
	const struct fdt_level *level = &scan.level[scan.depth];
	const struct driver *driver = find_driver(level->compatible, level->compatible_len);
	struct device *dev = &devices[*nr];

	if (!driver || !level->available || !scan.depth)
		return;
	if (*nr == MAX_DEVICES) {
		pr_warn("drivers: %s left out: there is room for %u\n",
			fdt_node_name(scan.fdt, level->node), MAX_DEVICES);
		return;
	}
	*dev = (struct device){ .scan = &scan,
				.env = env,
				.driver = driver,
				.name = fdt_node_name(scan.fdt, level->node),
				.node = level->node,
				.parent = level[-1].node,
				.irq_parent = level->irq_parent,
				.mapped = level[-1].mapped,
				.console = any || level->node == console };
	++*nr;
}

/* Linux's names of UARTs stand in many a boot loader's configuration. */
static int __init find_tty(const struct fdt *fdt, const char *name)
{
	const size_t len = strncmp(name, "ttySIF", 6) ? 4 : 6;
	const char *end = strchr(name, ',');
	char alias[16];

	if (strncmp(name, "ttyS", 4))
		return fdt_find_node(fdt, name);
	snprintf(alias, sizeof(alias), "serial%.*s", end ? (int)(end - name - (long)len) : INT_MAX,
		 name + len);
	return fdt_find_node(fdt, alias);
}

/* The console's node. @name: out: what names it, for the log, or NULL: any will do */
static int __init find_console(const struct fdt *fdt, const char *tty, const char **name)
{
	const char *path = fdt_getprop_string(fdt, fdt_find_node(fdt, "/chosen"), "stdout-path");

	*name = tty ? tty : path;
	if (tty)
		return find_tty(fdt, tty);
	return path ? fdt_find_node(fdt, path) : -ENOENT;
}

void __init drivers_init(const struct fdt *fdt, const struct driver_env *env)
{
	const char *name;
	const int node = find_console(fdt, env->tty, &name);
	unsigned int nr = 0;
	int err;

	scan.fdt = fdt;
	scan.depth = -1;
	scan.nr_intcs = 0;
	scan.full = false;
	while (!(err = fdt_scan_next(&scan)))
		note_device(&nr, env, !name, node);
	if (scan.full)
		pr_warn("drivers: the device tree has more than %u interrupt controllers\n",
			FDT_MAX_INTCS);
	for (unsigned int row = 0; row < ARRAY_SIZE(drivers); row++)
		for (unsigned int i = 0; i < nr; i++)
			if (devices[i].driver == &drivers[row])
				probe_device(&devices[i]);
	if (name && env->uart && !uart_is_console())
		pr_warn("tty: %s is no UART that Cairn can use: the firmware's console is used\n",
			name);
}
