// SPDX-License-Identifier: BSD-2-Clause
/*
 * The harts of the device tree: which can be used, and what each gets. How one is started is in
 * harts/cpu.c.
 */
#include <kernel/cmdline.h>
#include <kernel/cpu.h>
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/fence.h>
#include <kernel/gfp.h>
#include <kernel/hart.h>
#include <kernel/interrupt.h>
#include <kernel/printk.h>
#include <kernel/slab.h>
#include <kernel/smp.h>
#include <kernel/smpboot.h>
#include <kernel/vmalloc.h>
#include <kernel/vsprintf.h>
#include <asm/boot_record.h>
#include <asm/csr.h>
#include <asm/sbi.h>
#include <asm/sections.h>
#include <asm/tlbflush.h>
#include <asm/trap_names.h>

/*
 * Its variables, and stacks with an unmapped page below each. They are mapped before the hart
 * starts, and stay when it stops: it may be on them until the firmware has it, and wants them
 * when it starts again.
 */
static int __init add_hart(u64 hartid)
{
	struct hart *hart =
		alloc_pages_exact((unsigned long)__percpu_size, GFP_KERNEL | __GFP_ZERO);
	unsigned long stack = (unsigned long)vmalloc(STACK_SIZE);
	unsigned long emergency = (unsigned long)vmalloc(EMERGENCY_SIZE);

	if (!hart || !stack || !emergency) {
		vfree((void *)emergency);
		vfree((void *)stack);
		if (hart)
			free_pages_exact(hart, (unsigned long)__percpu_size);
		return -ENOMEM;
	}
	hart->self = hart;
	hart->hartid = hartid;
	hart->cpu = nr_cpu_ids;
	hart->canary = new_canary();
	hart_set_stacks(hart, stack, stack + STACK_SIZE, emergency + EMERGENCY_SIZE);
	harts[nr_cpu_ids] = hart;
	return 0;
}

static bool __init known(u64 hartid)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (harts[cpu]->hartid == hartid)
			return true;
	return false;
}

/* A tree that says of some harts what MMU they have means that the others have none. */
static bool names_mmus(void)
{
	struct fdt_hart hart;

	for (int err = fdt_first_hart(&machine_fdt, &hart); err == 0 || err == -EINVAL;
	     err = fdt_next_hart(&machine_fdt, &hart))
		if (!err && hart.available && hart.mmu != FDT_MMU_ABSENT)
			return true;
	return false;
}

/* Why a hart of the tree is left out, or NULL. */
static const char *__init unusable(const struct fdt_hart *hart, bool *boot_hart_seen)
{
	if (hart->hartid == boot_record.hartid && !*boot_hart_seen) {
		*boot_hart_seen = true;
		return "";
	}
	if (!hart->available)
		return "the device tree disables it";
	if (hart->mmu == FDT_MMU_NONE)
		return "the device tree says it has no MMU";
	if (hart->mmu == FDT_MMU_ABSENT && names_mmus())
		return "the device tree names no MMU for it, but for others";
	if (known(hart->hartid))
		return "the device tree has it twice";
	if (nr_cpu_ids == min(cmdline.maxharts, (u64)NR_CPUS))
		return cmdline.maxharts < NR_CPUS ? "maxharts= is reached" : "there is room for 64";
	return NULL;
}

static void __init find_harts(void)
{
	struct fdt_hart hart;
	bool boot_hart_seen = false;

	for (int err = fdt_first_hart(&machine_fdt, &hart); err == 0 || err == -EINVAL;
	     err = fdt_next_hart(&machine_fdt, &hart)) {
		const char *why = err ? "no usable reg" : unusable(&hart, &boot_hart_seen);

		if (why && !why[0])
			continue;
		if (!why && add_hart(hart.hartid))
			why = "no memory for its stacks";
		if (!why)
			nr_cpu_ids++;
		else if (err)
			pr_notice("smp: %s left out: %s\n", fdt_node_name(&machine_fdt, hart.node),
				  why);
		else
			pr_notice("smp: hart %llu left out: %s\n", hart.hartid, why);
	}
}

const char *hart_start_error(const struct hart *hart, char text[START_ERROR_LEN])
{
	const unsigned long satp = boot_record.satp, *why = hart->why;

	switch (hart->state) {
	case HART_REFUSED:
		snprintf(text, START_ERROR_LEN, "the firmware does not start it: it answers %ld",
			 (long)why[0]);
		break;
	case HART_TRAPPED:
		snprintf(text, START_ERROR_LEN,
			 "%s (scause 0x%lx) before paging, sepc=0x%lx stval=0x%lx",
			 trap_name(why[0]), why[0], why[1], why[2]);
		break;
	case HART_NO_MODE:
	case HART_OTHER:
		snprintf(text, START_ERROR_LEN, "it %s the paging mode, and satp=0x%lx reads 0x%lx",
			 hart->state == HART_OTHER ? "keeps" : "does not keep", satp, why[0]);
		break;
	case HART_LOST:
		snprintf(text, START_ERROR_LEN, "it came, and was lost at satp=0x%lx", satp);
		break;
	case HART_OTHER_TYPES:
		snprintf(text, START_ERROR_LEN,
			 "T-Head's memory types (MAEE) are %s there, and %s on the boot hart",
			 boot_record.maee ? "off" : "on", boot_record.maee ? "on" : "off");
		break;
	case HART_LACKS:
		return "it does not do all that the boot hart does";
	case HART_FAILED:
		return "it trapped";
	default:
		return "it was started and does not come";
	}
	return text;
}

/* Its interrupts, and what it kept for itself: objects, then pages; a failed one's may be torn. */
static void take_back(unsigned int cpu)
{
	irq_cpu_dead(cpu);
	if (harts[cpu]->state != HART_STOPPED)
		return;
	slab_cpu_dead(cpu);
	page_alloc_cpu_dead(cpu);
}

void __init smp_init(void)
{
	set_cpu_dead_hook(take_back);
	boot_record.satp = csr_read(satp);
	if (boot_record.entered > 1)
		pr_notice("smp: %u harts came in by themselves: all but one wait for ever\n",
			  boot_record.entered);
	if (!cmdline.maxharts) {
		pr_warn("smp: maxharts=0: the boot hart runs in any case\n");
		cmdline.maxharts = 1;
	}
	if (!sbi_probe(SBI_EXT_HSM) || !sbi_probe(SBI_EXT_IPI) || !sbi_probe(SBI_EXT_RFENCE)) {
		pr_notice("smp: the firmware cannot start harts: one runs\n");
		return;
	}
	find_harts();
	if (nr_cpu_ids > 1)
		set_remote_fence_hook(remote_sfence_vma);
	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++) {
		char text[START_ERROR_LEN];

		if (cpu_up(cpu))
			pr_warn("smp: hart %lu left out: %s\n", harts[cpu]->hartid,
				hart_start_error(harts[cpu], text));
	}
	pr_info("smp: harts=%u of=%u\n", num_online_cpus(), nr_cpu_ids);
	if (cpu_online(1))
		pr_info("boot: instret secondary=%llu\n", READ_ONCE(harts[1]->start_cost));
}
