// SPDX-License-Identifier: BSD-2-Clause
/*
 * Monitor command crash: failures on demand, to see what their reports say. All but
 * those that panic give the prompt back.
 */
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/memblock.h>
#include <kernel/monitor.h>
#include <kernel/panic.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <kernel/workqueue.h>
#include <asm/fixmap.h>
#include <asm/recovery.h>
#include <asm/sections.h>

#include "crash.h"

static u64 data[2] = { 0x8082, 0 }; /* "ret", in memory that is not executable */
static const u64 constant = 1;

/* The compiler must not see what is wrong with the addresses. */
static unsigned long hide(unsigned long value)
{
	__asm__("" : "+r"(value));
	return value;
}

/* A function of its own, for the backtrace's sake. */
static noinline void crash_load(unsigned long addr)
{
	(void)*(volatile u64 *)hide(addr);
}

static noinline void crash_store(unsigned long addr)
{
	*(volatile u64 *)hide(addr) = 0;
}

static noinline void crash_jump(unsigned long addr)
{
	((void (*)(void))hide(addr))();
}

static int crash_null(const struct crash_kind *kind)
{
	crash_load(0x10);
	return 0;
}

static int crash_unmapped(const struct crash_kind *kind)
{
	crash_load(kernel_map.linear_end);
	return 0;
}

static int crash_noncanonical(const struct crash_kind *kind)
{
	crash_load(1UL << 62);
	return 0;
}

static int crash_write_text(const struct crash_kind *kind)
{
	crash_store((unsigned long)_text);
	return 0;
}

static int crash_write_rodata(const struct crash_kind *kind)
{
	crash_store((unsigned long)&constant);
	return 0;
}

static int crash_write_alias(const struct crash_kind *kind)
{
	crash_store((unsigned long)__va(__pa_symbol(_text)));
	return 0;
}

static int crash_exec_data(const struct crash_kind *kind)
{
	crash_jump((unsigned long)data);
	return 0;
}

static int crash_exec_null(const struct crash_kind *kind)
{
	crash_jump(0);
	return 0;
}

static int crash_firmware(const struct crash_kind *kind)
{
	for (u32 i = 0; i < memblock.memory.cnt; i++) {
		const struct memblock_region *r = &memblock.memory.regions[i];

		if (r->flags & MEMBLOCK_NOMAP) {
			set_fixmap(FIX_PHYS, r->base & PAGE_MASK, PAGE_KERNEL_READ);
			crash_load(fix_to_virt(FIX_PHYS));
			return 0;
		}
	}
	monitor_error("%s: no memory is known to be the firmware's", kind->name);
	return -ENODEV;
}

static void unmap_firmware(void)
{
	clear_fixmap(FIX_PHYS);
}

static int crash_illegal(const struct crash_kind *kind)
{
	__asm__ __volatile__("unimp");
	return 0;
}

static int crash_ebreak(const struct crash_kind *kind)
{
	__asm__ __volatile__("ebreak");
	return 0;
}

/* An atomic, since plain misaligned accesses may be done by the hart or the firmware. */
static int crash_misaligned(const struct crash_kind *kind)
{
	__asm__ __volatile__("amoadd.w zero, zero, (%0)" : : "r"((char *)data + 1) : "memory");
	return 0;
}

static noinline u64 recurse(u64 depth)
{
	volatile u64 frame[16];

	frame[depth % ARRAY_SIZE(frame)] = depth;
	return depth == ~0ULL ? 0 : recurse(depth + 1) + frame[0];
}

static int crash_stack(const struct crash_kind *kind)
{
	recurse(0);
	return 0;
}

/* Just past the buffer, where the canary is; the return address stays as it was. */
static noinline void smash(size_t len)
{
	char buffer[16];
	char *p = (char *)hide((unsigned long)buffer);

	for (size_t i = 0; i < len; i++)
		((volatile char *)p)[i] = 'x';
}

static int crash_canary(const struct crash_kind *kind)
{
	smash(24);
	return 0;
}

static int crash_panic(const struct crash_kind *kind)
{
	panic("asked for by the monitor");
}

static int crash_warn(const struct crash_kind *kind)
{
	WARN_ON(kind->name[0] == 'w');
	return 1;
}

static int crash_entry(const struct crash_kind *kind)
{
	unsigned long va;
	int err = crash_damage_entry(kind, &va);

	if (!err)
		crash_load(va);
	return err;
}

#define KIND(kind, what, fn) { .name = kind, .help = what, .run = fn }
#define ENTRY(kind, what, lvl, off, on)  \
	{ .name = kind,                  \
	  .help = what,                  \
	  .run = crash_entry,            \
	  .cleanup = crash_repair_entry, \
	  .level = lvl,                  \
	  .clear = off,                  \
	  .set = on }

/* An entry that leads to a table where no RAM can be. */
#define STRAY "an entry of this level points to a table outside RAM"

static const struct crash_kind kinds[] = {
	KIND("null", "load from 0x10", crash_null),
	KIND("unmapped", "load from behind the last RAM", crash_unmapped),
	KIND("noncanonical", "load from an address no mode has", crash_noncanonical),
	KIND("write-text", "store to code", crash_write_text),
	KIND("write-rodata", "store to a constant", crash_write_rodata),
	KIND("write-alias", "store to code in the linear map", crash_write_alias),
	KIND("exec-data", "jump to data", crash_exec_data),
	KIND("exec-null", "jump to 0", crash_exec_null),
	{ .name = "firmware",
	  .help = "load from the firmware's memory",
	  .run = crash_firmware,
	  .cleanup = unmap_firmware },
	KIND("illegal", "illegal instruction", crash_illegal),
	KIND("ebreak", "breakpoint", crash_ebreak),
	KIND("misaligned", "atomic at an odd address", crash_misaligned),
	KIND("stack", "endless recursion", crash_stack),
	KIND("canary", "overrun of a buffer on the stack; ends in a panic", crash_canary),
	KIND("panic", "panic()", crash_panic),
	KIND("warn", "WARN_ON(), which goes on", crash_warn),
	ENTRY("table1", STRAY, 1, 0, _PAGE_PFN_MASK),
	ENTRY("table2", STRAY, 2, 0, _PAGE_PFN_MASK),
	ENTRY("table3", STRAY, 3, 0, _PAGE_PFN_MASK),
	ENTRY("table4", STRAY, 4, 0, _PAGE_PFN_MASK),
	ENTRY("table0", "level 0 points to yet another table", 0, _PAGE_LEAF | _PAGE_TABLE_ZERO, 0),
	ENTRY("invalid", "leaf with V=0", 0, _PAGE_PRESENT, 0),
	ENTRY("write-only", "leaf with W=1 and R=0", 0, _PAGE_READ, 0),
	ENTRY("user", "leaf with U=1", 0, 0, _PAGE_USER),
	ENTRY("reserved", "leaf with a reserved bit", 0, 0, 1UL << 54),
	ENTRY("napot", "leaf with N=1 and no NAPOT frame", 0, 0xfUL << _PAGE_PFN_SHIFT,
	      _PAGE_NAPOT),
	ENTRY("pbmt", "leaf with the reserved memory type", 0, 0, _PAGE_PBMT),
	ENTRY("superpage", "misaligned 2 MiB leaf", 1, 0,
	      1UL << _PAGE_PFN_SHIFT | _PAGE_KERNEL_BASE),
	ENTRY("pointer", "pointer to a table with A=1", 1, 0, _PAGE_ACCESSED),
};

static const struct crash_kind *kind_at(unsigned int index)
{
	return index < ARRAY_SIZE(kinds) ? &kinds[index]
					 : crash_kasan_kind(index - ARRAY_SIZE(kinds));
}

static const char *kind_name(unsigned int index)
{
	const struct crash_kind *kind = kind_at(index);

	return kind ? kind->name : NULL;
}

static int run_kind(void *arg)
{
	const struct crash_kind *kind = arg;

	return kind->run(kind);
}

static int crash(const struct crash_kind *kind)
{
	/* Our own try, inside the monitor's: what the kind changed is put back here. */
	int err = try_call(run_kind, (void *)kind);

	if (kind->cleanup)
		kind->cleanup();
	if (!err)
		console_printf("crash: %s: nothing trapped\n", kind->name);
	return err < 0 ? err : 0;
}

/* There, nothing is tried: the report costs the hart. */
static int crash_on(const struct crash_kind *kind, const char *hartid)
{
	unsigned int cpu;

	if (monitor_parse_hart(hartid, &cpu))
		return -ENOENT;
	if (cpu == smp_processor_id())
		return crash(kind);
	if (!cpu_online(cpu)) {
		monitor_error("%s: the hart is %s", hartid, hart_state_text(harts[cpu]->state));
		return -ENXIO;
	}
	smp_call_on_cpu(cpu, run_kind, (void *)kind, false);
	if (kind->cleanup)
		kind->cleanup();
	return 0;
}

static int cmd_crash(int argc, char **argv)
{
	const struct crash_kind *kind;

	for (unsigned int i = 0; (kind = kind_at(i)); i++) {
		if (argc == 1)
			console_printf("%-15s %s\n", kind->name, kind->help);
		else if (!strcmp(kind->name, argv[1]))
			return argc == 2 ? crash(kind) : crash_on(kind, argv[2]);
	}
	if (argc == 1)
		return 0;
	monitor_error("%s: no such kind; `crash` lists them", argv[1]);
	return -ENOENT;
}

MONITOR_COMMAND(crash, "[KIND] [HARTID]", "fail on purpose, here or on a hart, or list the ways",
		cmd_crash, kind_name);
