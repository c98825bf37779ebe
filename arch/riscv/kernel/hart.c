// SPDX-License-Identifier: BSD-2-Clause
/* What belongs to the boot hart. */
#include <asm/setup.h>
#include <asm/boot_record.h>
#include <asm/hart.h>
#include <asm/sections.h>
#include <asm/time.h>

/* Read through tp from the first C function on, so the canary is here from the start. */
struct hart boot_hart = { .canary = 0x00ff0a0d5ca1ab1eUL };

void hart_init(void)
{
	struct hart *hart = this_hart();

	hart->stack_low = (unsigned long)__stack_low;
	hart->stack_high = (unsigned long)__stack_high;
	hart->emergency = (unsigned long)__emergency_high;
	hart->hartid = boot_record.hartid;
	/* The low byte stays 0, so that a string cannot run over it. */
	hart->canary = (hart->canary ^ rdtime() * 0x9e3779b97f4a7c15UL) & ~0xffUL;
}
