// SPDX-License-Identifier: BSD-2-Clause
/* The report of a fault: it names the rule, and the case that caused it goes on. */
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <kernel/pgtable_text.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <kernel/walk_report.h>
#include <asm/csr.h>
#include <asm/fault.h>
#include <asm/fixmap.h>
#include <asm/hart.h>
#include <asm/layout.h>
#include <asm/recovery.h>
#include <asm/sections.h>
#include <asm/stacktrace.h>
#include <asm/tlbflush.h>
#include "log.h"
#include "probe.h"

struct provoked {
	unsigned long addr;
	enum access_kind kind;
};

static int provoke(void *arg)
{
	const struct provoked *p = arg;

	if (p->kind == ACCESS_LOAD)
		return *(volatile int *)p->addr;
	if (p->kind == ACCESS_STORE)
		*(volatile int *)p->addr = 0;
	else
		((void (*)(void))p->addr)();
	return 0;
}

/* Reported into the log only: the console has test results on it. */
static u64 report(int (*fn)(void *arg), void *arg)
{
	int level = console_loglevel;
	u64 cursor = log_cursor();

	console_loglevel = 0;
	EXPECT_EQ(try_call(fn, arg), -EFAULT);
	console_loglevel = level;
	EXPECT_EQ(this_hart()->in_report, 0);
	return cursor;
}

static const u64 constant = 1;
static u64 variable;

static void rules(void)
{
	const struct {
		struct provoked access;
		const char *cause, *rule, *region;
	} want[] = {
		{ { 0x1000, ACCESS_LOAD }, "oops: load page fault", "rule: V=0", "region=none" },
		{ { FIXADDR_START, ACCESS_STORE }, "oops: store", "rule: V=0", "region=fixmap" },
		{ { (unsigned long)&constant, ACCESS_STORE },
		  "oops: store",
		  "rule: W=0",
		  "region=image" },
		{ { (unsigned long)_start, ACCESS_STORE },
		  "oops: store",
		  "rule: W=0",
		  "region=image" },
		{ { (unsigned long)&variable, ACCESS_FETCH },
		  "oops: instruction",
		  "rule: X=0",
		  "region=image" },
		{ { kernel_map.linear_end, ACCESS_FETCH },
		  "oops: instruction",
		  "rule: V=0",
		  "region=" },
		{ { 1UL << 63, ACCESS_LOAD },
		  "oops: load page fault",
		  "rule: not canonical",
		  "region=none" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		u64 cursor = report(provoke, (void *)&want[i].access);

		if (!logged(cursor, want[i].cause) || !logged(cursor, want[i].rule) ||
		    !logged(cursor, want[i].region))
			ktest_fail(__FILE__, __LINE__, "0x%lx: no \"%s\", \"%s\" or \"%s\"",
				   want[i].access.addr, want[i].cause, want[i].rule,
				   want[i].region);
		EXPECT(logged(cursor, "provoke+0x") || want[i].access.kind == ACCESS_FETCH);
	}
}

static void stack_overflow(void)
{
	u64 cursor = report(overflow_stack, NULL);

	EXPECT(logged(cursor, "oops: stack overflow"));
	EXPECT(logged(cursor, "rule: V=0"));
	EXPECT_EQ(this_hart()->stack_low, (unsigned long)__stack_low);
}

/* A made-up fault: whether it would be answered by going on. */
static bool retried(unsigned long epc, unsigned long addr, unsigned long cause)
{
	const struct pt_regs regs = { .epc = epc, .badaddr = addr, .cause = cause };

	return spurious_fault(&regs);
}

static void spurious(void)
{
	unsigned long epc = (unsigned long)provoke, there = (unsigned long)&constant;
	unsigned long count = this_hart()->nr_spurious;

	EXPECT(retried(epc, there, EXC_LOAD_PAGE_FAULT));
	EXPECT(!retried(epc, there, EXC_LOAD_PAGE_FAULT));
	EXPECT(!retried(epc, there, EXC_LOAD_PAGE_FAULT));
	EXPECT(retried(epc + 4, there, EXC_LOAD_PAGE_FAULT));
	EXPECT(retried(epc, there, EXC_LOAD_PAGE_FAULT));
	/* Whoever takes a mapping away fences: after that it may happen again. */
	local_flush_tlb_page(there);
	EXPECT(retried(epc, there, EXC_LOAD_PAGE_FAULT));
	EXPECT_EQ(this_hart()->nr_spurious, count + 4);
	EXPECT(!retried(epc, there, EXC_STORE_PAGE_FAULT));
	EXPECT(!retried(epc, there, EXC_INST_PAGE_FAULT));
	EXPECT(retried(epc, (unsigned long)&variable, EXC_STORE_PAGE_FAULT));
	EXPECT(retried(epc, (unsigned long)_start, EXC_INST_PAGE_FAULT));
	EXPECT(!retried(epc, fix_to_virt(FIX_PHYS), EXC_LOAD_PAGE_FAULT));
	EXPECT(!retried(epc, kernel_map.linear_end, EXC_LOAD_PAGE_FAULT));
	EXPECT(!retried(epc, 1UL << 63, EXC_LOAD_PAGE_FAULT));
	EXPECT_EQ(this_hart()->nr_spurious, count + 6);
}

/*
 * A fault that is over when it is looked at: looking maps the page. This hart is not made
 * to hold an old entry, but what follows is the same.
 */
static bool readable_and_map(phys_addr_t table)
{
	if (!get_fixmap_pte(FIX_PHYS).val)
		set_fixmap(FIX_PHYS, __pa_symbol(&variable) & PAGE_MASK, PAGE_KERNEL);
	return true;
}

/* All registers the compiler lets go hold their number: 0 if they do after the load too. */
static unsigned long registers_after_load(unsigned long addr)
{
	register unsigned long at __asm__("t6") = addr;
	register unsigned long differ __asm__("t5");

	__asm__ __volatile__(".irp n, 1,5,6,7,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,"
			     "26,27,28,29\n\tli x\\n, \\n\n\t.endr\n\t"
			     "ld %0, 0(%1)\n\tli %0, 0\n\t"
			     ".irp n, 1,5,6,7,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,"
			     "26,27,28,29\n\taddi x\\n, x\\n, -\\n\n\tor %0, %0, x\\n\n\t"
			     ".endr"
			     : "=&r"(differ)
			     : "r"(at)
			     : "memory", "ra", "t0", "t1", "t2", "s1", "a0", "a1", "a2", "a3", "a4",
			       "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9",
			       "s10", "s11", "t3", "t4");
	return differ;
}

static int load_once(void *arg)
{
	EXPECT_EQ(registers_after_load(fix_to_virt(FIX_PHYS)), 0);
	/* The stack is the one it was: try_call() would repair that, too. */
	EXPECT_EQ(this_hart()->stack_low, (unsigned long)__stack_low);
	EXPECT_EQ(this_hart()->stack_high, (unsigned long)__stack_high);
	return 0;
}

/* Where there is no room for a report, so that the trap goes to the emergency stack. */
static noinline int load_deep(void *arg)
{
	volatile char fill[256];
	long room = (long)((unsigned long)__builtin_frame_address(0) - this_hart()->stack_low);

	fill[0] = 1;
	if (room > 1536)
		return load_deep(arg) + fill[0] - 1;
	return load_once(arg);
}

static void goes_on(void)
{
	bool (*readable)(phys_addr_t table) = kernel_pgtable.ops.readable;
	int (*const how[])(void *arg) = { load_once, load_deep };

	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		unsigned long count = this_hart()->nr_spurious;

		kernel_pgtable.ops.readable = readable_and_map;
		EXPECT_EQ(try_call(how[i], NULL), 0);
		kernel_pgtable.ops.readable = readable;
		clear_fixmap(FIX_PHYS);
		EXPECT_EQ(this_hart()->nr_spurious, count + 1);
	}
}

static void flags_text(void)
{
	char text[PTE_FLAGS_LEN];

	pte_flags((pte_t){ 0 }, kernel_pgtable.type_bits, text);
	EXPECT(!strstr(text, "R") && !strstr(text, "W") && !strstr(text, "X"));
	pte_flags((pte_t){ PAGE_KERNEL.val }, kernel_pgtable.type_bits, text);
	EXPECT(strstr(text, "RW-") && strstr(text, "GAD"));
	pte_flags((pte_t){ PAGE_KERNEL_EXEC.val | _PAGE_USER }, kernel_pgtable.type_bits, text);
	EXPECT(strstr(text, "R-XUGA-"));
}

/* T-Head's memory types are told in Svpbmt's words, and SO is not N. */
static void thead_flags_text(void)
{
	static const struct {
		u64 bits;
		char text[16];
	} want[] = {
		{ _PAGE_THEAD_RAM, "RW--GAD-" },
		{ _PAGE_THEAD_NC, "RW--GAD- nc" },
		{ _PAGE_THEAD_IO, "RW--GAD- io" },
		{ 1UL << 62, "RW--GAD- ?" },
	};
	const u64 before = kernel_pgtable.type_bits;
	char text[PTE_FLAGS_LEN];

	kernel_pgtable.type_bits = _PAGE_THEAD;
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		pte_flags((pte_t){ PAGE_KERNEL.val | want[i].bits }, kernel_pgtable.type_bits,
			  text);
		if (strcmp(text, want[i].text))
			ktest_fail(__FILE__, __LINE__, "row %lu: %s", i, text);
	}
	kernel_pgtable.type_bits = before;
}

static const struct ktest_case cases[] = {
	{ "rules", rules },           { "stack_overflow", stack_overflow },
	{ "spurious", spurious },     { "goes_on", goes_on },
	{ "flags_text", flags_text }, { "thead_flags_text", thead_flags_text },
};
KTEST_SUITE(fault, cases);
