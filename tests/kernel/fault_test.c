// SPDX-License-Identifier: BSD-2-Clause
/* The report of a fault: it names the rule, and the case that caused it goes on. */
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <kernel/walk_report.h>
#include <asm/hart.h>
#include <asm/layout.h>
#include <asm/sections.h>
#include <asm/trap.h>

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

/* Whether a line of the log behind @cursor contains the text. */
static bool logged(u64 cursor, const char *text)
{
	char line[200];
	int level;

	while (log_read(&cursor, line, sizeof(line), &level) >= 0)
		if (strstr(line, text))
			return true;
	return false;
}

static u64 log_end(void)
{
	char line[16];
	u64 cursor = 0;
	int level;

	while (log_read(&cursor, line, sizeof(line), &level) >= 0)
		;
	return cursor;
}

/* Reported into the log only: the console has test results on it. */
static u64 report(int (*fn)(void *arg), void *arg)
{
	int level = console_loglevel;
	u64 cursor = log_end();

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

static int recurse(void *arg)
{
	volatile char fill[512];
	unsigned long depth = (unsigned long)arg;

	fill[0] = 1;
	fill[511] = depth < 10000 ? (char)recurse((void *)(depth + 1)) : 0;
	return fill[0] + fill[511];
}

static void stack_overflow(void)
{
	u64 cursor = report(recurse, NULL);

	EXPECT(logged(cursor, "oops: stack overflow"));
	EXPECT(logged(cursor, "rule: V=0"));
	EXPECT_EQ(this_hart()->stack_low, (unsigned long)__stack_low);
}

static void flags_text(void)
{
	char text[PTE_FLAGS_LEN];

	pte_flags((pte_t){ 0 }, text);
	EXPECT(!strstr(text, "R") && !strstr(text, "W") && !strstr(text, "X"));
	pte_flags((pte_t){ PAGE_KERNEL.val }, text);
	EXPECT(strstr(text, "RW-") && strstr(text, "GAD"));
	pte_flags((pte_t){ PAGE_KERNEL_EXEC.val | _PAGE_USER }, text);
	EXPECT(strstr(text, "R-XUGA-"));
}

static const struct ktest_case cases[] = {
	{ "rules", rules },
	{ "stack_overflow", stack_overflow },
	{ "flags_text", flags_text },
};
KTEST_SUITE(fault, cases);
