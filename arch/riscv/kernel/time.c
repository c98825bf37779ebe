// SPDX-License-Identifier: BSD-2-Clause
/* Clock, counter and the short sleep of a polling console. */
#include <kernel/smp.h>
#include <asm/boot_record.h>
#include <asm/sbi.h>
#include <asm/time.h>

static u32 frequency = 10000000;

u64 rdinstret(void)
{
	return boot_record.instret_entry ? csr_read(instret) : 0;
}

void time_init(u32 hz)
{
	if (hz)
		frequency = hz;
}

u32 ticks_per_second(void)
{
	return frequency;
}

static void set_timer(u64 when)
{
	if (sbi_probe(SBI_EXT_TIME))
		sbi_ecall(SBI_EXT_TIME, 0, when, 0, 0);
	else
		sbi_ecall(SBI_EXT_LEGACY_SET_TIMER, 0, when, 0, 0);
}

/* wfi ends when an enabled interrupt is pending, even while sstatus.SIE masks it. */
void idle_wait(unsigned long usecs)
{
	set_timer(rdtime() + (u64)usecs * frequency / 1000000);
	csr_set(sie, SIE_STIE | SIE_SSIE);
	__asm__ __volatile__("wfi" : : : "memory");
	csr_clear(sie, SIE_STIE | SIE_SSIE);
	set_timer(~0UL);
	smp_run_calls();
}
