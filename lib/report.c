// SPDX-License-Identifier: BSD-2-Clause
/* One report at a time, whole: harts that fail together print one after the other. */
#include <kernel/percpu.h>
#include <kernel/report.h>
#include <kernel/spinlock.h>
#include <asm/irqflags.h>

static spinlock_t report_lock;

unsigned long report_begin(void)
{
	unsigned long flags;

	local_irq_save(flags);
	if (++this_hart()->in_report == 1)
		spin_lock(&report_lock);
	return flags;
}

bool report_awaited(const struct hart *hart)
{
	return READ_ONCE(hart->waiting_for) == &report_lock;
}

void report_end(unsigned long flags)
{
	if (--this_hart()->in_report == 0)
		spin_unlock(&report_lock);
	local_irq_restore(flags);
}
