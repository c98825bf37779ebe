// SPDX-License-Identifier: BSD-2-Clause
/* start_kernel(): the table of contents of a boot. */
#include <kernel/boot_report.h>
#include <kernel/cpu.h>
#include <kernel/gfp.h>
#include <kernel/hart.h>
#include <kernel/smpboot.h>
#include <kernel/hrtimer.h>
#include <kernel/init.h>
#include <kernel/initmem.h>
#include <kernel/kallsyms.h>
#include <kernel/kasan.h>
#include <kernel/mm.h>
#include <kernel/monitor.h>
#include <kernel/panic.h>
#include <kernel/pgtable_text.h>
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <kernel/slab.h>
#include <kernel/smp.h>
#include <kernel/smpboot.h>
#include <kernel/tty.h>
#include <kernel/vmalloc.h>
#include <kernel/vsprintf.h>
#include <kernel/watchdog.h>
#include <asm/boot_record.h>
#include <asm/csr.h>
#include <asm/fault.h>
#include <asm/init.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/recovery.h>
#include <asm/stacktrace.h>
#include <asm/traps.h>

static void panic_describe(bool fatal)
{
	if (fatal)
		smp_send_stop();
	if (boot_record.stage < BOOT_STAGE_DONE) {
		if (!console_registered())
			earlycon_init();
		boot_record_report(printk);
	}
	dump_stack();
}

static void panic_end(void)
{
	machine_power_off(true);
}

static void greet(void)
{
	console_printf("Cairn %s, a RISC-V S-mode kernel, runs in %s on hart %llu. Type help.\n",
		       CAIRN_VERSION, paging_mode_name(boot_record.levels), boot_record.hartid);
}

/* What stays when all that is __init has gone. */
static __noreturn noinline void rest_init(void)
{
	free_initmem();
	boot_record.stage = BOOT_STAGE_DONE;
	boot_mark(MARK_PROMPT);
	boot_report_marks();
	greet();
	monitor();
}

/* Code below calls up through these alone; architecture.md lists them. */
static void __init set_hooks(void)
{
	set_panic_hooks(panic_describe, panic_end);
	set_hart_failed_hook(hart_failed);
	set_stack_abandoned_hook(kasan_stack_abandoned);
	set_explain_fault_hook(kasan_explain_fault);
	kasan_set_area_hook(vmalloc_describe);
	set_handle_irq(IRQ_S_SOFT, smp_run_calls, NULL);
	set_handle_irq(IRQ_S_TIMER, hrtimer_interrupt, NULL);
}

static void __init give_fake_stacks(void)
{
	const size_t size = kasan_fakestack_size();

	for (unsigned int cpu = 0; size && cpu < nr_cpu_ids; cpu++) {
		void *memory = alloc_pages_exact(size, GFP_KERNEL);

		if (memory)
			kasan_fakestack_give(cpu, memory);
	}
}

void __init start_kernel(void)
{
	boot_mark(MARK_MMU_ON);
	kasan_init_globals();
	boot_record.stage = BOOT_STAGE_KERNEL;
	kernel_map_init(); /* __pa_symbol() */
	hart_init();       /* stacks' bounds, a canary of our own */
	set_hooks();       /* panics have a console, and an end */
	trap_init();       /* reports with registers and walk */
	kallsyms_init();   /* names in them */
	setup_arch();      /* console, memblock, linear map */
	mem_init();        /* the page allocator, in memblock's place */
	kmem_cache_init(); /* kmalloc() */
	watchdog_init();
	hart_starting(); /* timers, watchdog, interrupts */
	local_irq_enable();
	boot_mark(MARK_ALLOCATORS);
	smp_init(); /* the other harts */
	give_fake_stacks();
	devices_init(); /* interrupt controller, UART */
	rest_init();    /* the prompt */
}
