// SPDX-License-Identifier: BSD-2-Clause
/*
 * Faults explained: the walk the hardware made, and the rule it stopped at. The walk begins
 * at satp, which may not name the tables that the kernel takes for its own.
 */
#include <kernel/errno.h>
#include <kernel/pgtable.h>
#include <kernel/pgtable_text.h>
#include <kernel/printk.h>
#include <kernel/vsprintf.h>
#include <kernel/walk_report.h>
#include <asm/cpufeature.h>
#include <asm/csr.h>
#include <asm/fault.h>
#include <asm/hart.h>
#include <asm/layout.h>
#include <asm/tlbflush.h>

static void show_step(const struct spec_walk *walk, unsigned int i,
		      void (*print)(const char *fmt, ...))
{
	pte_t pte = walk->step[i].pte;
	char flags[PTE_FLAGS_LEN], target[32] = "nothing";

	pte_flags(pte, kernel_pgtable.type_bits, flags);
	if (pte_present(pte))
		snprintf(target, sizeof(target), "%s 0x%llx", pte_leaf(pte) ? "leaf" : "table",
			 pte_pa(pte));
	print("  level %u [%3u] of table 0x%012llx: 0x%016llx %s -> %s\n", walk->step[i].level,
	      walk->step[i].index, walk->step[i].table, pte.val, flags, target);
}

enum spec_rule walk_live(unsigned long va, enum access_kind kind, struct spec_walk *walk)
{
	const unsigned long satp = csr_read(satp), sstatus = csr_read(sstatus);
	const struct spec_hart hart = {
		.geometry = kernel_pgtable.geometry,
		.root = (satp & SATP_PPN_MASK) << PAGE_SHIFT,
		.sum = sstatus & SR_SUM,
		.mxr = sstatus & SR_MXR,
		.svnapot = riscv_has_extension(RISCV_ISA_EXT_SVNAPOT),
		.svpbmt = kernel_pgtable.svpbmt,
		.type_bits = kernel_pgtable.type_bits,
		.read = pgtable_read,
		.tables = &kernel_pgtable,
	};

	return spec_translate(&hart, va, kind, walk);
}

enum spec_rule show_walk(unsigned long va, enum access_kind kind,
			 void (*print)(const char *fmt, ...))
{
	const struct pgtable_geometry *geometry = kernel_pgtable.geometry;
	enum vm_region_id id = vm_region_of(va, geometry->input_bits);
	struct spec_walk walk;
	enum spec_rule rule = walk_live(va, kind, &walk);

	print("walk: %s va=0x%016lx region=%s satp=0x%016lx\n", geometry->name, va,
	      id < NR_VM_REGIONS ? vm_region(id, geometry->input_bits).name : "none",
	      csr_read(satp));
	for (unsigned int i = 0; i < walk.nr; i++)
		show_step(&walk, i, print);
	if (rule == SPEC_NO_TABLE)
		print("  table at PA 0x%llx is not RAM\n", walk.pa);
	return rule;
}

static enum access_kind access_kind(unsigned long cause)
{
	if (cause == EXC_INST_PAGE_FAULT || cause == EXC_INST_ACCESS)
		return ACCESS_FETCH;
	return cause == EXC_STORE_PAGE_FAULT || cause == EXC_STORE_ACCESS ? ACCESS_STORE
									  : ACCESS_LOAD;
}

static void print_err(const char *fmt, ...)
{
	char line[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	pr_err("%s", line);
}

/* For SiFive's CIP-453, which leaves out the bits above the mode's. */
unsigned long canonical_address(unsigned long addr)
{
	const unsigned int above = 64U - kernel_pgtable.geometry->input_bits;

	return (unsigned long)((long)(addr << above) >> above);
}

/*
 * Once for each fault: after the fence the hart must not fault there again, unless the
 * translation was taken away in between, which fences.
 */
bool spurious_fault(const struct pt_regs *regs)
{
	const struct spurious now = { regs->epc, regs->badaddr, regs->cause, nr_fences };
	struct spurious *last = &this_hart()->spurious;
	struct spec_walk walk;

	if (now.epc == last->epc && now.badaddr == last->badaddr && now.cause == last->cause &&
	    now.fences == last->fences)
		return false;
	if (walk_live(regs->badaddr, access_kind(regs->cause), &walk))
		return false;
	/* All of it: the entry that was invalid may have been one that points to a table. */
	local_flush_tlb_all();
	*last = now;
	last->fences = nr_fences;
	this_hart()->nr_spurious++;
	return true;
}

static void (*explain_fault_hook)(unsigned long addr);

void set_explain_fault_hook(void (*explain)(unsigned long addr))
{
	explain_fault_hook = explain;
}

void do_page_fault(const struct pt_regs *regs)
{
	bool page_fault = regs->cause >= EXC_INST_PAGE_FAULT;
	enum spec_rule rule;

	if (explain_fault_hook)
		explain_fault_hook(regs->badaddr);
	rule = show_walk(regs->badaddr, access_kind(regs->cause), print_err);
	if (rule)
		pr_err("rule: %s\n", spec_rule_text(rule));
	else if (page_fault)
		pr_err("rule: none: the tables allow this now; "
		       "a fence was missing, or the hart is wrong\n");
	else
		pr_err("rule: the translation is allowed; "
		       "PMP or the bus refused the physical address\n");
}
