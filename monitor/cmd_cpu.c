// SPDX-License-Identifier: BSD-2-Clause
/* Monitor command cpu: the harts the device tree knows, what they do, and the firmware. */
#include <kernel/cpu.h>
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/monitor.h>
#include <kernel/pgtable_text.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <asm/boot_record.h>
#include <asm/cpufeature.h>
#include <asm/errata.h>
#include <asm/hart.h>
#include <asm/sbi.h>
#include <asm/svprobe.h>
#include <asm/tlbflush.h>

/* SBI 2.0 §9.1; the firmware's answer for a hart it does not know is an error. */
static const char *hart_state(u64 hartid)
{
	static const char *const states[] = { "started",   "stopped",    "starting", "stopping",
					      "suspended", "suspending", "resuming" };
	struct sbiret ret = sbi_ecall(SBI_EXT_HSM, SBI_HSM_HART_STATUS, hartid, 0, 0);

	if (ret.error || (unsigned long)ret.value >= ARRAY_SIZE(states))
		return "unknown";
	return states[ret.value];
}

static const char *property(const struct fdt_hart *hart, const char *name)
{
	const char *text = fdt_getprop_string(&machine_fdt, hart->node, name);

	return text ? text : "none";
}

static void show_isa(const struct fdt_hart *hart)
{
	const char *isa = fdt_getprop_string(&machine_fdt, hart->node, "riscv,isa");
	const char *base = fdt_getprop_string(&machine_fdt, hart->node, "riscv,isa-base");
	const char *list;
	u32 len = 0;

	if (isa) {
		console_printf("       isa ");
		console_write(isa, strlen(isa));
		console_printf("\n");
		return;
	}
	list = fdt_getprop(&machine_fdt, hart->node, "riscv,isa-extensions", &len);
	console_printf("       isa %s", base ? base : "not given");
	for (u32 i = 0; list && i < len; i += (u32)strnlen(list + i, len - i) + 1)
		console_printf(" %.*s", (int)(len - i), list + i);
	console_printf("\n");
}

/* What Cairn has of a hart, if it is one of those that can be used. */
static void show_ours(u64 hartid)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (harts[cpu]->hartid == hartid)
			console_printf(" cpu%u=%s mode=%s ticks=%lu%s", cpu,
				       hart_state_text(harts[cpu]->state),
				       cpu_online(cpu) ? paging_mode_name(boot_record.levels)
						       : "none",
				       harts[cpu]->nr_timer, cpu ? "" : ", the boot hart");
	console_printf("\n");
}

static void show_harts(void)
{
	struct fdt_hart hart;
	int err;

	for (err = fdt_first_hart(&machine_fdt, &hart); err == 0 || err == -EINVAL;
	     err = fdt_next_hart(&machine_fdt, &hart)) {
		if (err) {
			console_printf("%s: no usable reg\n",
				       fdt_node_name(&machine_fdt, hart.node));
			continue;
		}
		console_printf("hart%-3llu status=%s state=%s mmu-type=%s", hart.hartid,
			       fdt_getprop_string(&machine_fdt, hart.node, "status")
				       ? property(&hart, "status")
				       : "okay",
			       hart_state(hart.hartid), property(&hart, "mmu-type"));
		show_ours(hart.hartid);
		show_isa(&hart);
	}
}

static unsigned long base_call(unsigned long function)
{
	struct sbiret ret = sbi_ecall(SBI_EXT_BASE, function, 0, 0, 0);

	return ret.error ? 0 : (unsigned long)ret.value;
}

static const char *implementation_name(unsigned long id)
{
	static const char *const names[] = { "Berkeley Boot Loader",
					     "OpenSBI",
					     "Xvisor",
					     "KVM",
					     "RustSBI",
					     "Diosix",
					     "Coffer",
					     "Xen",
					     "PolarFire HSS",
					     "coreboot",
					     "oreboot",
					     "bhyve" };

	return id < ARRAY_SIZE(names) ? names[id] : "unknown";
}

/* Most extension numbers are their names in ASCII, the last letter lowest. */
static void show_extensions(void)
{
	static const char names[][5] = { "TIME", "sPI",  "RFNC", "HSM",  "SRST",
					 "PMU",  "DBCN", "SUSP", "CPPC", "NACL",
					 "STA",  "SSE",  "FWFT", "DBTR", "MPXY" };

	console_printf("sbi    extensions");
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		unsigned long id = 0;

		for (const char *p = names[i]; *p; p++)
			id = id << 8 | (unsigned char)*p;
		if (sbi_probe(id))
			console_printf(" %s", strcmp(names[i], "sPI") ? names[i] : "IPI");
	}
	console_printf("%s\n", sbi_probe(SBI_EXT_LEGACY_PUTCHAR) ? " legacy" : "");
}

/* What is claimed, what was seen, and what came of it. */
static void show_page_table_extensions(void)
{
	struct hart_ids ids;

	hart_read_ids(&ids);
	svprobe(-1UL); /* the boot tried only what is listed */
	for (unsigned int ext = 0; ext < NR_RISCV_EXTS; ext++)
		console_printf("%-7s listed=%-3s used=%-3s this hart %s\n", riscv_ext_name(ext),
			       riscv_ext_state[ext].listed ? "yes" : "no",
			       riscv_has_extension(ext) ? "yes" : "no",
			       hart_does_text(riscv_ext_state[ext].does));
	console_printf("this   mvendorid=0x%lx marchid=0x%lx mimpid=0x%lx\n", ids.mvendorid,
		       ids.marchid, ids.mimpid);
	for (unsigned int erratum = 0; erratum < NR_ERRATA; erratum++)
		if (has_erratum(erratum))
			console_printf("       erratum %s\n", erratum_name(erratum));
	console_printf("       fences=%lu retried_faults=%lu\n", nr_fences,
		       this_hart()->nr_spurious);
}

static int cmd_cpu(int argc, char **argv)
{
	unsigned long spec = base_call(SBI_BASE_GET_SPEC_VERSION);
	unsigned long id = base_call(SBI_BASE_GET_IMPL_ID);
	unsigned long version = base_call(SBI_BASE_GET_IMPL_VERSION);

	show_harts();
	show_page_table_extensions();
	console_printf("sbi    %lu.%lu, implementation %lu (%s) version 0x%lx\n", spec >> 24 & 0x7f,
		       spec & 0xffffff, id, implementation_name(id), version);
	show_extensions();
	return 0;
}

MONITOR_COMMAND(cpu, "", "the harts, their extensions, and the firmware", cmd_cpu, NULL);
