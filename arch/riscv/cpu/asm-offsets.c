// SPDX-License-Identifier: BSD-2-Clause
/*
 * The offsets that assembly uses and the sizes that the linker script uses, by way of the
 * compiler: the build turns each line "->NAME value" of this file's assembly into a #define.
 */
#include <kernel/compiler.h>
#include <kernel/sizes.h>
#include <asm/boot_record.h>
#include <asm/fixmap.h>
#include <asm/hart.h>
#include <asm/kasan.h>
#include <asm/layout.h>
#include <asm/ptrace.h>
#include "arch/riscv/early/kasan_shared.h"

#define DEFINE(name, value) __asm__ __volatile__("\n.ascii \"->" #name " %0\"" : : "i"(value))

void asm_offsets(void);
void asm_offsets(void)
{
	DEFINE(BOOT_RECORD_SIZE, sizeof(struct boot_record));
	DEFINE(BOOT_STAGE, offsetof(struct boot_record, stage));
	DEFINE(BOOT_ENTERED, offsetof(struct boot_record, entered));
	DEFINE(BOOT_HARTID, offsetof(struct boot_record, hartid));
	DEFINE(BOOT_LIMIT, offsetof(struct boot_record, limit));
	DEFINE(BOOT_LEVELS, offsetof(struct boot_record, levels));
	DEFINE(BOOT_MAEE, offsetof(struct boot_record, maee));
	DEFINE(BOOT_SATP_TRY, offsetof(struct boot_record, satp_try));
	DEFINE(BOOT_SATP_READ, offsetof(struct boot_record, satp_read));
	DEFINE(BOOT_SATP, offsetof(struct boot_record, satp));
	DEFINE(HART_CANARY, offsetof(struct hart, canary));
	DEFINE(HART_STACK_LOW, offsetof(struct hart, stack_low));
	DEFINE(HART_STACK_HIGH, offsetof(struct hart, stack_high));
	DEFINE(HART_EMERGENCY, offsetof(struct hart, emergency));
	DEFINE(HART_SCRATCH, offsetof(struct hart, scratch));
	DEFINE(HART_SELF, offsetof(struct hart, self));
	DEFINE(HART_STATE, offsetof(struct hart, state));
	DEFINE(HART_ARRIVED, offsetof(struct hart, arrived));
	DEFINE(HART_WHY, offsetof(struct hart, why));
	DEFINE(PT_REGS_SIZE, ALIGN(sizeof(struct pt_regs), 16)); /* sp stays aligned (psABI) */
	DEFINE(PT_EPC, offsetof(struct pt_regs, epc));
	DEFINE(PT_RA, offsetof(struct pt_regs, ra));
	DEFINE(PT_SP, offsetof(struct pt_regs, sp));
	DEFINE(PT_T0, offsetof(struct pt_regs, t0));
	DEFINE(PT_S0, offsetof(struct pt_regs, s0));
	DEFINE(PT_STATUS, offsetof(struct pt_regs, status));
	DEFINE(PT_BADADDR, offsetof(struct pt_regs, badaddr));
	DEFINE(PT_CAUSE, offsetof(struct pt_regs, cause));
	DEFINE(PT_STACK_LOW, offsetof(struct pt_regs, stack_low));
	DEFINE(PT_STACK_HIGH, offsetof(struct pt_regs, stack_high));
	DEFINE(SZ_2M, SZ_2M);
	DEFINE(ROW_ALIGN, ROW_ALIGN);
	DEFINE(FIXADDR_SIZE, FIXADDR_SIZE);
	DEFINE(IMAGE_WINDOW_SIZE, IMAGE_WINDOW_SIZE);
	DEFINE(FIX_PROBE_SIZE, NR_FIX_PROBE * PAGE_SIZE);
	DEFINE(KASAN_GRANULE_SIZE, KASAN_GRANULE_SIZE);
	DEFINE(KASAN_SHARED_SIZE, KASAN_SHARED_SIZE);
}
