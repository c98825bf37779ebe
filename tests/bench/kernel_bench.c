// SPDX-License-Identifier: BSD-2-Clause
/* The kernel's own tools: text, names, the device tree, traps, calls to the firmware. */
#include <kernel/bench.h>
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/kallsyms.h>
#include <kernel/printk.h>
#include <kernel/vsprintf.h>
#include <asm/layout.h>
#include <asm/page.h>
#include <asm/recovery.h>
#include <asm/sbi.h>
#include <asm/sections.h>

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

	for (unsigned long i = 0; i < n; i++)
		snprintf(line, sizeof(line), "%016lx-%016lx %4s x %-6lu %s", 0x1000UL, 0x1fffUL,
			 "4K", 1UL, "RW-");
	bench_check(line[15] == '0' && line[16] == '-');
}
BENCH(snprintf_line, "a line of five fields", run_snprintf, 64);

/* All over the code: how deep the search for one of them goes depends on how many there are. */
static void run_kallsyms(unsigned long n)
{
	unsigned long step = (unsigned long)(_etext - _text) / n, offset = 1, size = 0;

	for (unsigned long i = 0; i < n; i++)
		kallsyms_lookup((unsigned long)_text + i * step, &offset, &size);
	bench_check(offset < size);
}
BENCH(kallsyms_lookup, "an address given its name", run_kallsyms, 256);

static void run_fdt(unsigned long n)
{
	int node = -1;

	for (unsigned long i = 0; i < n; i++)
		node = fdt_find_node(&machine_fdt, "/chosen");
	bench_check(node > 0);
}
BENCH(fdt_find_node, "/chosen looked up", run_fdt, 16);

static void run_trap(unsigned long n)
{
	struct pt_regs trap;
	u64 value;
	int err = 0;

	for (unsigned long i = 0; i < n; i++)
		err = probe_read(-PAGE_SIZE, 8, &value, &trap);
	bench_check(err == -EFAULT);
}
BENCH(trap, "a fault caught: entry, dispatch, resume", run_trap, 64);

static void run_sbi_call(unsigned long n)
{
	struct sbiret ret = { 1, 0 };

	for (unsigned long i = 0; i < n; i++)
		ret = sbi_ecall(SBI_EXT_BASE, SBI_BASE_GET_SPEC_VERSION, 0, 0, 0);
	bench_check(!ret.error && ret.value);
}
BENCH(sbi_call, "the firmware asked for its version, its own part included", run_sbi_call, 64);
