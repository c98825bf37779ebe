// SPDX-License-Identifier: BSD-2-Clause
/* The kernel's own tools: text, names, the device tree, traps. */
#include <kernel/bench.h>
#include <kernel/devicetree.h>
#include <kernel/kallsyms.h>
#include <kernel/printk.h>
#include <kernel/vsprintf.h>
#include <asm/layout.h>
#include <asm/page.h>
#include <asm/trap.h>

static void run_printk(unsigned long n)
{
	int level = console_loglevel;

	console_loglevel = LOGLEVEL_QUIET; /* into the log only */
	for (unsigned long i = 0; i < n; i++)
		pr_debug("bench: a line of the log with a number, %u, and a text, %s\n", 4711U,
			 "text");
	console_loglevel = level;
}
BENCH(printk_line, "a message put into the log", run_printk, 64);

static void run_snprintf(unsigned long n)
{
	char line[128];

	for (unsigned long i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "%016lx-%016lx %4s x %-6lu %s", 0x1000UL, 0x1fffUL,
			 "4K", 1UL, "RW-");
		barrier();
	}
}
BENCH(snprintf_line, "a line of five fields", run_snprintf, 64);

static void run_kallsyms(unsigned long n)
{
	unsigned long offset, size;

	for (unsigned long i = 0; i < n; i++) {
		kallsyms_lookup((unsigned long)run_kallsyms, &offset, &size);
		barrier();
	}
}
BENCH(kallsyms_lookup, "an address given its name", run_kallsyms, 256);

static void run_fdt(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		fdt_find_node(&machine_fdt, "/chosen");
		barrier();
	}
}
BENCH(fdt_find_node, "/chosen looked up", run_fdt, 16);

static void run_trap(unsigned long n)
{
	struct pt_regs trap;
	u64 value;

	for (unsigned long i = 0; i < n; i++)
		probe_read(-PAGE_SIZE, 8, &value, &trap);
}
BENCH(trap, "a fault caught: entry, dispatch, resume", run_trap, 64);
