// SPDX-License-Identifier: BSD-2-Clause
/* start_kernel(): the table of contents of a boot. */
#include <kernel/boot_report.h>
#include <kernel/cmdline.h>
#include <kernel/init.h>
#include <kernel/kallsyms.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/tty.h>
#include <asm/boot_record.h>
#include <asm/sbi.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <asm/trap.h>

static u64 marks[NR_MARKS];

void boot_mark(enum boot_mark mark)
{
	marks[mark] = rdinstret() - boot_record.instret_entry;
}

static __noreturn void idle_for_ever(const char *why)
{
	console_printf("%s; idle\n", why);
	for (;;)
		__asm__ __volatile__("wfi");
}

/* Some machines can only restart. After a failure that would lose the message, or loop. */
void machine_power_off(bool failed)
{
	sbi_reset(SBI_SRST_SHUTDOWN, failed ? SBI_SRST_REASON_FAILURE : SBI_SRST_REASON_NONE);
	if (!failed) {
		console_printf("the firmware cannot power off; rebooting\n");
		sbi_reset(SBI_SRST_COLD_REBOOT, SBI_SRST_REASON_NONE);
	}
	idle_for_ever("the firmware cannot power off");
}

void machine_restart(void)
{
	sbi_reset(SBI_SRST_COLD_REBOOT, SBI_SRST_REASON_NONE);
	idle_for_ever("the firmware cannot reboot");
}

static void panic_describe(void)
{
	if (boot_record.stage < BOOT_STAGE_DONE) {
		if (!console_registered())
			sbi_console_init();
		boot_record_report(printk);
	}
	dump_stack();
}

static void panic_end(void)
{
	machine_power_off(true);
}

static void report_marks(void)
{
	pr_info("boot: instret mmu_on=%llu final_tables=%llu allocators=%llu prompt=%llu\n",
		marks[MARK_MMU_ON], marks[MARK_FINAL_TABLES], marks[MARK_ALLOCATORS],
		marks[MARK_PROMPT]);
}

void start_kernel(void)
{
	boot_mark(MARK_MMU_ON);
	boot_record.stage = BOOT_STAGE_KERNEL;
	kernel_map_init();                             /* __pa_symbol() */
	hart_init();                                   /* stacks' bounds, a canary of our own */
	trap_init();                                   /* reports with registers and walk */
	kallsyms_init();                               /* names in them */
	set_panic_hooks(panic_describe, panic_end);    /* and an end */
	setup_arch();                                  /* console, memblock, linear map */
	boot_mark(MARK_ALLOCATORS);
	boot_record.stage = BOOT_STAGE_DONE;
	boot_mark(MARK_PROMPT);
	report_marks();
	machine_power_off(false);
}
