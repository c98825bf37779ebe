// SPDX-License-Identifier: BSD-2-Clause
/* What belongs to a hart. */
#include <kernel/hart.h>
#include <kernel/percpu.h>
#include <asm/boot_record.h>
#include <asm/hart.h>
#include <asm/sections.h>
#include <asm/time.h>

void hart_set_stacks(struct hart *hart, unsigned long low, unsigned long high,
		     unsigned long emergency)
{
	hart->stack_low = hart->home_low = low;
	hart->stack_high = hart->home_high = high;
	hart->emergency = emergency;
}

/* The low byte stays 0, so that a string cannot run over it. */
unsigned long new_canary(void)
{
	return (CANARY ^ rdtime() * 0x9e3779b97f4a7c15UL) & ~0xffUL;
}

void hart_init(void)
{
	struct hart *hart = this_hart();

	hart_set_stacks(hart, (unsigned long)__stack_low, (unsigned long)__stack_high,
			(unsigned long)__emergency_high);
	hart->hartid = boot_record.hartid;
	hart->self = hart;
	hart->state = HART_ONLINE;
	hart->canary = new_canary();
}
