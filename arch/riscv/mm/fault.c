// SPDX-License-Identifier: BSD-2-Clause
/*
 * Faults explained: the walk the hardware made, and the rule it stopped at. Walks like
 * the hardware does, from satp, and trusts none of the tables.
 */
#include <kernel/errno.h>
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

/* Steps of the translation algorithm: Priv 20250508 §12.3.2. */
static const char *entry_rule(pte_t pte, unsigned int level,
			      const struct pgtable_geometry *geometry)
{
	u64 below = (pgtable_leaf_size(level) >> PAGE_SHIFT) - 1;

	pte = pte_standard(pte, kernel_pgtable.type_bits);
	if (!pte_present(pte))
		return "V=0: not mapped";
	if ((pte.val & (_PAGE_READ | _PAGE_WRITE)) == _PAGE_WRITE)
		return "W=1 with R=0: reserved";
	if (pte.val & _PAGE_RESERVED)
		return "bits 60..54: reserved";
	if (!pte_leaf(pte)) {
		if (pte.val & _PAGE_TABLE_ZERO)
			return "D, A, U, N or PBMT set in a pointer to a table: reserved";
		return level ? NULL : "pointer to a table at level 0";
	}
	if ((pte.val & _PAGE_PBMT) == _PAGE_PBMT)
		return "PBMT=3: reserved";
	if (pte.val & _PAGE_PBMT && !kernel_pgtable.svpbmt)
		return "PBMT set, and Svpbmt is not in use: reserved";
	if (pte.val & _PAGE_NAPOT && (level || (pte.val >> _PAGE_PFN_SHIFT & 0xf) != 0x8))
		return "N=1 where no NAPOT size is defined: reserved";
	if (pte.val & _PAGE_NAPOT && !riscv_has_extension(RISCV_ISA_EXT_SVNAPOT))
		return "N=1, and Svnapot is not in use: reserved";
	if (level > geometry->max_leaf_level)
		return "leaf above the mode's largest";
	if (pte.val >> _PAGE_PFN_SHIFT & below & (_PAGE_PFN_MASK >> _PAGE_PFN_SHIFT))
		return "misaligned superpage";
	return NULL;
}

static const char *access_rule(pte_t pte, enum access_kind kind)
{
	if (pte.val & _PAGE_USER && kind == ACCESS_FETCH)
		return "U=1: S-mode may not execute user pages";
	if (pte.val & _PAGE_USER && !(csr_read(sstatus) & SR_SUM))
		return "U=1 and sstatus.SUM=0";
	if (kind == ACCESS_FETCH && !(pte.val & _PAGE_EXEC))
		return "X=0: not executable";
	if (kind == ACCESS_LOAD && !(pte.val & _PAGE_READ) &&
	    !(pte.val & _PAGE_EXEC && csr_read(sstatus) & SR_MXR))
		return "R=0: not readable";
	if (kind == ACCESS_STORE && !(pte.val & _PAGE_WRITE))
		return "W=0: not writable";
	if (!(pte.val & _PAGE_ACCESSED))
		return "A=0: this hart does not set it (Svade)";
	if (kind == ACCESS_STORE && !(pte.val & _PAGE_DIRTY))
		return "D=0: this hart does not set it (Svade)";
	return NULL;
}

static void show_step(const struct pgtable_trace *trace, unsigned int i,
		      void (*print)(const char *fmt, ...))
{
	pte_t pte = trace->step[i].pte;
	char flags[PTE_FLAGS_LEN], target[32] = "nothing";

	pte_flags(pte, kernel_pgtable.type_bits, flags);
	if (pte_present(pte))
		snprintf(target, sizeof(target), "%s 0x%llx", pte_leaf(pte) ? "leaf" : "table",
			 pte_pa(pte));
	print("  level %u [%3u] of table 0x%012llx: 0x%016llx %s -> %s\n", trace->step[i].level,
	      trace->step[i].index, trace->step[i].table, pte.val, flags, target);
}

/* The tables the hart uses right now, which may not be those we think it uses. */
static struct pgtable live_tables(void)
{
	struct pgtable pt = kernel_pgtable;
	unsigned long satp = csr_read(satp);

	pt.root = (satp & SATP_PPN_MASK) << PAGE_SHIFT;
	return pt;
}

/*
 * The rule that stops the walk, or the access at its end. The walk may go on where the
 * hardware stops, so the trace is cut behind the step that is the cause.
 */
static const char *find_rule(const struct pgtable *pt, unsigned long va, enum access_kind kind,
			     struct pgtable_trace *trace, int *err)
{
	const char *rule;

	*err = pgtable_trace(pt, va, trace);
	if (*err == -ERANGE) {
		trace->nr = 0;
		return "not canonical: the bits above the mode's must all be equal";
	}
	for (unsigned int i = 0; i < trace->nr; i++) {
		rule = entry_rule(trace->step[i].pte, trace->step[i].level, pt->geometry);
		if (rule) {
			trace->nr = i + 1;
			*err = 0;
			return rule;
		}
	}
	if (*err == -EFAULT)
		return "the table is outside mapped RAM";
	return *err ? NULL : access_rule(trace->step[trace->nr - 1].pte, kind);
}

const char *show_walk(unsigned long va, enum access_kind kind, void (*print)(const char *fmt, ...))
{
	struct pgtable pt = live_tables();
	enum vm_region_id id = vm_region_of(va, pt.geometry->input_bits);
	struct pgtable_trace trace;
	int err;
	const char *rule = find_rule(&pt, va, kind, &trace, &err);

	print("walk: %s va=0x%016lx region=%s satp=0x%016lx\n", pt.geometry->name, va,
	      id < NR_VM_REGIONS ? vm_region(id, pt.geometry->input_bits).name : "none",
	      csr_read(satp));
	for (unsigned int i = 0; i < trace.nr; i++)
		show_step(&trace, i, print);
	if (err == -EFAULT)
		print("  table at PA 0x%llx is not RAM\n", trace.bad_table);
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
	struct pgtable pt = live_tables();
	struct pgtable_trace trace;
	int err;

	if (now.epc == last->epc && now.badaddr == last->badaddr && now.cause == last->cause &&
	    now.fences == last->fences)
		return false;
	if (find_rule(&pt, regs->badaddr, access_kind(regs->cause), &trace, &err) || err)
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
	const char *rule;

	if (explain_fault_hook)
		explain_fault_hook(regs->badaddr);
	rule = show_walk(regs->badaddr, access_kind(regs->cause), print_err);
	if (rule)
		pr_err("rule: %s\n", rule);
	else if (page_fault)
		pr_err("rule: none: the tables allow this now; "
		       "a fence was missing, or the hart is wrong\n");
	else
		pr_err("rule: the translation is allowed; "
		       "PMP or the bus refused the physical address\n");
}
