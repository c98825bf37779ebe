// SPDX-License-Identifier: BSD-2-Clause
/* Traps: interrupts to their handlers; exceptions to who waits for one, or a report and the end. */
#include <kernel/errno.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/report.h>
#include <kernel/spinlock.h>
#include <asm/csr.h>
#include <asm/errata.h>
#include <asm/fault.h>
#include <asm/hart.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/recovery.h>
#include <asm/sections.h>
#include <asm/stacktrace.h>
#include <asm/trap_names.h>
#include <asm/traps.h>

void trap_entry(void);

static void (*hart_failed_hook)(void);

void set_hart_failed_hook(void (*failed)(void))
{
	hart_failed_hook = failed;
}

void trap_init(void)
{
	csr_write(stvec, (unsigned long)trap_entry);
}

static void show_regs(const struct pt_regs *regs)
{
	static const char names[][4] = { "ra", "sp",  "gp",  "tp", "t0", "t1", "t2", "s0",
					 "s1", "a0",  "a1",  "a2", "a3", "a4", "a5", "a6",
					 "a7", "s2",  "s3",  "s4", "s5", "s6", "s7", "s8",
					 "s9", "s10", "s11", "t3", "t4", "t5", "t6" };
	const unsigned long *reg = &regs->ra;

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (i % 4 == 0)
			pr_err("%3s %016lx", names[i], reg[i]);
		else
			pr_cont(" %3s %016lx", names[i], reg[i]);
		if (i % 4 == 3 || i == ARRAY_SIZE(names) - 1)
			pr_cont("\n");
	}
}

static bool is_page_fault(unsigned long cause)
{
	return cause == EXC_INST_PAGE_FAULT || cause == EXC_LOAD_PAGE_FAULT ||
	       cause == EXC_STORE_PAGE_FAULT;
}

static bool is_fetch_fault(unsigned long cause)
{
	return cause == EXC_INST_PAGE_FAULT || cause == EXC_INST_ACCESS;
}

static bool is_memory_fault(unsigned long cause)
{
	return is_page_fault(cause) || cause == EXC_INST_ACCESS || cause == EXC_LOAD_ACCESS ||
	       cause == EXC_STORE_ACCESS;
}

/* A trap whose sp leaves no room for the report has moved the hart to its emergency stack. */
static void show_stack_trouble(unsigned long sp, const struct hart *hart)
{
	unsigned long low = hart->home_low, high = hart->home_high;

	if (sp - hart->stack_low <= hart->stack_high - hart->stack_low)
		return;
	if (sp >= low && sp <= high)
		pr_err("oops: only %lu bytes of stack are left at sp=0x%016lx", sp - low, sp);
	else if (sp < low && sp >= low - PAGE_SIZE)
		pr_err("oops: stack overflow: sp=0x%016lx is %lu bytes below the stack", sp,
		       low - sp);
	else
		pr_err("oops: sp=0x%016lx is not on the stack 0x%016lx-0x%016lx", sp, low,
		       high - 1);
	pr_cont("; this report is on the emergency stack\n");
}

/* Not inlined: an interrupt would pay for its registers. */
static noinline void oops(const struct pt_regs *regs)
{
	const struct hart *hart = this_hart();

	pr_err("oops: %s", trap_name(regs->cause));
	if (is_memory_fault(regs->cause))
		pr_cont(" at 0x%016lx", regs->badaddr);
	pr_cont(" on hart%lu\n", hart->hartid);
	show_stack_trouble(regs->sp, hart);
	pr_err("epc %016lx %pS\n", regs->epc, (void *)regs->epc);
	pr_err("scause %lx stval %016lx sstatus %016lx\n", regs->cause, regs->badaddr,
	       regs->status);
	show_regs(regs);
	if (is_memory_fault(regs->cause))
		do_page_fault(regs);
	show_backtrace(regs);
	lockdep_show_held(1); /* the newest is report_lock */
}

void handle_trap(struct pt_regs *regs)
{
	struct hart *hart = this_hart();
	struct recovery *recovery = hart->recovery;

	if (regs->cause & CAUSE_INTERRUPT) {
		handle_irq(regs);
		return;
	}
	if (has_erratum(ERRATUM_FETCH_STVAL) && is_fetch_fault(regs->cause))
		regs->badaddr = canonical_address(regs->badaddr);
	if (is_page_fault(regs->cause) && spurious_fault(regs))
		return;
	if (recovery && recovery->trap) {
		*recovery->trap = *regs;
		recovery_resume(recovery, -EFAULT);
	}
	report_begin();
	/* A report that traps is cut short rather than repeated. */
	if (hart->in_report == 1) {
		oops(regs);
	} else {
		pr_emerg("oops: %s at %pS while reporting (stval %016lx)\n", trap_name(regs->cause),
			 (void *)regs->epc, regs->badaddr);
	}
	if (hart->in_report > 2 || panic_on_oops || (!recovery && !hart->cpu))
		panic("%s at %pS", trap_name(regs->cause), (void *)regs->epc);
	hart->in_report = 1;
	report_end(0);
	if (!recovery)
		hart_failed_hook();
	recovery_resume(recovery, -EFAULT);
}
