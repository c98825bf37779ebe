// SPDX-License-Identifier: BSD-2-Clause
/* The end of the machine: all other harts stop first, and whatever was printed is seen. */
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <kernel/smp.h>
#include <kernel/tty.h>
#include <asm/irqflags.h>
#include <asm/nmi.h>
#include <asm/processor.h>
#include <asm/sbi.h>

static __noreturn void idle_for_ever(const char *why)
{
	console_printf("%s; idle\n", why);
	for (;;)
		wait_for_interrupt();
}

/* What the firmware is asked for next concerns all harts: none is in the middle of anything. */
static void stop_harts(void)
{
	local_irq_disable();
	smp_send_stop();
	nmi_cpu_exit();
}

/* Whatever was printed is seen. */
static void reset(unsigned int type, unsigned int reason)
{
	console_flush();
	sbi_reset(type, reason);
}

/* Some machines can only restart. After a failure that would lose the message, or loop. */
void machine_power_off(bool failed)
{
	stop_harts();
	if (!sbi_probe(SBI_EXT_SRST)) /* OpenSBI 1.5 then stops for ever, and says nothing */
		console_printf("the firmware has no SRST: it may hang when asked to power off\n");
	reset(SBI_SRST_SHUTDOWN, failed ? SBI_SRST_REASON_FAILURE : SBI_SRST_REASON_NONE);
	if (!failed) {
		console_printf("the firmware cannot power off; rebooting\n");
		reset(SBI_SRST_COLD_REBOOT, SBI_SRST_REASON_NONE);
	}
	idle_for_ever("the firmware cannot power off");
}

void machine_restart(void)
{
	stop_harts();
	reset(SBI_SRST_COLD_REBOOT, SBI_SRST_REASON_NONE);
	idle_for_ever("the firmware cannot reboot");
}
