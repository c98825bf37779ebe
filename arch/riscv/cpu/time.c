// SPDX-License-Identifier: BSD-2-Clause
/* The clock, the counter of instructions, and the timer of each hart. */
#include <asm/boot_record.h>
#include <asm/cpufeature.h>
#include <asm/csr.h>
#include <asm/sbi.h>
#include <asm/time.h>

static u32 frequency = 10000000;
static u64 boot_time; /* in ticks */

u64 rdinstret(void)
{
	return boot_record.instret_entry ? csr_read(instret) : 0;
}

void time_init(u32 hz)
{
	if (hz)
		frequency = hz;
	boot_time = rdtime();
}

u32 ticks_per_second(void)
{
	return frequency;
}

/* @value of units of which there are @from in a second, in units of which there are @to. */
static u64 convert(u64 value, u64 from, u64 to)
{
	return value / from * to + value % from * to / from;
}

ktime_t ktime_get(void)
{
	return (ktime_t)convert(rdtime() - boot_time, frequency, NSEC_PER_SEC);
}

static void set_timer(u64 when)
{
	if (riscv_has_extension(RISCV_ISA_EXT_SSTC))
		csr_write(CSR_STIMECMP, when);
	else if (sbi_probe(SBI_EXT_TIME))
		sbi_ecall(SBI_EXT_TIME, 0, when, 0, 0);
	else
		sbi_ecall(SBI_EXT_LEGACY_SET_TIMER, 0, when, 0, 0);
}

void set_next_event(ktime_t when)
{
	if (when == KTIME_MAX)
		set_timer(~0ULL);
	else /* rounded up: never too early */
		set_timer(boot_time + convert((u64)max(when, 0LL), NSEC_PER_SEC, frequency) + 1);
}
