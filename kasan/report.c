// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is said of an access that is not allowed. One report at a time, whole; none while one
 * is being made on the same hart; after the first one only if that was asked for.
 */
#include <kernel/kallsyms.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/report.h>
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/cmpxchg.h>
#include <asm/hart.h>
#include <asm/page.h>
#include <asm/sections.h>
#include <asm/stacktrace.h>
#include "kasan.h"

#define ROWS      5 /* of shadow, around the address */
#define ROW_BYTES 16UL

struct kasan_report_info kasan_last_report;
bool kasan_multi_shot;
char *kasan_fault;

static const struct kasan_hooks *hooks;
static unsigned int reported;

const struct kasan_hooks *kasan_set_hooks(const struct kasan_hooks *h)
{
	const struct kasan_hooks *before = hooks;

	hooks = h;
	return before;
}

/* --- What kind of bug it is --- */

static const struct {
	u8 shadow;
	char type[24];
} types[] = {
	{ KASAN_PAGE_FREE, "use-after-free" },
	{ KASAN_PAGE_REDZONE, "slab-out-of-bounds" },
	{ KASAN_SLAB_REDZONE, "slab-out-of-bounds" },
	{ KASAN_SLAB_FREE, "slab-use-after-free" },
	{ KASAN_GLOBAL_REDZONE, "global-out-of-bounds" },
	{ KASAN_VMALLOC, "use-after-scope" },
	{ KASAN_STACK_LEFT, "stack-out-of-bounds" },
	{ KASAN_STACK_MID, "stack-out-of-bounds" },
	{ KASAN_STACK_RIGHT, "stack-out-of-bounds" },
	{ KASAN_STACK_PARTIAL, "stack-out-of-bounds" },
	{ KASAN_STACK_RETURNED, "stack-use-after-return" },
	{ KASAN_ALLOCA_LEFT, "alloca-out-of-bounds" },
	{ KASAN_ALLOCA_RIGHT, "alloca-out-of-bounds" },
};

/* Of an address that has no shadow. Below the middle of all are users' addresses. */
static const char *wild_type(unsigned long addr)
{
	if (addr < PAGE_SIZE)
		return "null-ptr-deref";
	return (long)addr >= 0 ? "user-memory-access" : "wild-memory-access";
}

static const char *bug_type(unsigned long addr, size_t size, unsigned long bad)
{
	const u8 *shadow = kasan_mem_to_shadow((void *)bad);
	const char *type;

	if (addr + size < addr)
		return "out-of-bounds"; /* a size below 0, most likely */
	if (!kasan_has_shadow(bad))
		return wild_type(bad);
	if (*shadow && *shadow < KASAN_GRANULE_SIZE)
		shadow++; /* what is behind says why */
	type = hooks ? hooks->bug_type(bad, *shadow) : NULL;
	for (unsigned int i = 0; !type && i < ARRAY_SIZE(types); i++)
		if (types[i].shadow == *shadow)
			type = types[i].type;
	return type ? type : "unknown-crash";
}

/* --- What lies there --- */

void kasan_show_place(unsigned long addr, unsigned long start, unsigned long size)
{
	const bool left = addr < start, right = !left && addr - start >= size;

	pr_err("%lu bytes %s of the %lu bytes 0x%016lx-0x%016lx",
	       left ? start - addr : addr - start - (right ? size : 0),
	       left    ? "to the left"
	       : right ? "to the right"
		       : "inside",
	       size, start, start + size - 1);
}

static bool describe_global(unsigned long addr)
{
	const struct kasan_global *g = kasan_find_global(addr);

	if (!g)
		return false;
	kasan_show_place(addr, (unsigned long)g->start, g->size);
	pr_cont(" of variable '%s', defined in %s", g->name,
		g->location ? g->location->file : g->module);
	if (g->location)
		pr_cont(":%d", g->location->line);
	pr_cont("\n");
	return true;
}

static bool describe_stack(unsigned long addr)
{
	const struct hart *hart;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		hart = harts[cpu];
		if (hart && addr >= hart->home_low && addr < hart->home_high) {
			pr_err("on the stack of hart%lu\n", hart->hartid);
			kasan_describe_frame(addr);
			return true;
		}
	}
	return false;
}

static void describe(unsigned long addr)
{
	if (!kasan_has_shadow(addr))
		return;
	if (kasan_fakestack_describe(addr) || describe_stack(addr) || describe_global(addr))
		return;
	if (addr >= (unsigned long)_start && addr < (unsigned long)_end)
		pr_err("in the image: %pS\n", (void *)addr);
	else if (hooks && addr < KASAN_TOP)
		hooks->describe(addr);
}

/* The rows around the address; one is as long as a line, and starts where all do. */
static void show_shadow(unsigned long addr)
{
	const unsigned long span = ROW_BYTES * KASAN_GRANULE_SIZE;
	unsigned long row = ALIGN_DOWN(addr, span) - ROWS / 2 * span;
	unsigned int caret;

	pr_err("memory around it, a byte of shadow for each 8:\n");
	for (unsigned int i = 0; i < ROWS; i++, row += span) {
		if (!kasan_has_shadow(row))
			continue;
		pr_err("%c%016lx:", i == ROWS / 2 ? '>' : ' ', row);
		for (unsigned int at = 0; at < ROW_BYTES; at++)
			pr_cont(" %02x", kasan_mem_to_shadow((void *)row)[at]);
		pr_cont("\n");
		caret = (unsigned int)((addr - row) / KASAN_GRANULE_SIZE);
		if (i == ROWS / 2)
			pr_err("%*s\n", (int)(20 + 3 * caret), "^");
	}
}

void kasan_show(unsigned long addr)
{
	unsigned long flags = report_begin();

	describe(addr);
	show_shadow(addr);
	report_end(flags);
}

/* --- A report --- */

/* Whether to print, or just to note. */
static bool note(const char *type, unsigned long addr, size_t size, bool write, unsigned long ip)
{
	kasan_last_report = (struct kasan_report_info){
		.nr = kasan_last_report.nr + 1,
		.type = type,
		.addr = addr,
		.size = size,
		.ip = ip,
		.write = write,
	};
	return kasan_multi_shot || !xchg_relaxed(&reported, 1);
}

static void begin(const char *type, unsigned long ip)
{
	pr_err("==================================================================\n");
	pr_err("BUG: KASAN: %s in %pS\n", type, (void *)ip);
}

static void end(unsigned long addr, unsigned long ip)
{
	dump_stack_from(ip);
	describe(addr);
	if (kasan_has_shadow(addr))
		show_shadow(addr);
	pr_err("==================================================================\n");
}

static void stop(void)
{
	if (kasan_fault && !strcmp(kasan_fault, "panic"))
		panic("kasan=panic");
	if (panic_on_warn && !kasan_multi_shot)
		panic("panic_on_warn");
}

void kasan_report(unsigned long addr, size_t size, bool write, unsigned long ip)
{
	unsigned long flags, bad;

	if (kasan_depth)
		return;
	kasan_disable_current();
	flags = report_begin();
	bad = addr + size < addr ? addr : kasan_first_bad(addr, size);
	if (note(bug_type(addr, size, bad), bad, size, write, ip)) {
		begin(kasan_last_report.type, ip);
		pr_err("%s of size %lu at address 0x%016lx by hart%lu\n", write ? "write" : "read",
		       size, addr, this_hart()->hartid);
		end(bad, ip);
		stop();
	}
	report_end(flags);
	kasan_enable_current();
}

void kasan_report_invalid_free(const char *type, const void *p, unsigned long ip)
{
	unsigned long flags;

	kasan_disable_current();
	flags = report_begin();
	/* Also where reports of accesses are not wanted; but one inside of one might not end. */
	if (this_hart()->in_report == 1 && note(type, (unsigned long)p, 0, false, ip)) {
		begin(type, ip);
		pr_err("free of address 0x%016lx by hart%lu\n", (unsigned long)p,
		       this_hart()->hartid);
		end((unsigned long)p, ip);
		stop();
	}
	report_end(flags);
	kasan_enable_current();
}

/*
 * A check reads the shadow first. Where nothing is mapped there, the access is to an address
 * that has no shadow.
 */
void kasan_explain_fault(unsigned long addr)
{
	unsigned long checked = (unsigned long)kasan_shadow_to_mem((void *)addr);

	if (addr < KASAN_SHADOW_OFFSET || kasan_has_shadow(addr))
		return;
	pr_err("KASAN: %s in range 0x%016lx-0x%016lx: the fault is of the check's\n",
	       wild_type(checked), checked, checked + KASAN_GRANULE_SIZE - 1);
}
