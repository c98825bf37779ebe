/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_BOOT_RECORD_H
#define ASM_BOOT_RECORD_H

#include <asm/pgtable-bits.h>

/* How far the boot came, in order; names in boot_record.c. */
#define BOOT_STAGE_ENTRY  0
#define BOOT_STAGE_FDT    1
#define BOOT_STAGE_TABLES 2
#define BOOT_STAGE_PROBE  3
#define BOOT_STAGE_PAGING 4
#define BOOT_STAGE_KERNEL 5
#define BOOT_STAGE_DONE   6

/* Paging modes in the record are numbers of levels. Index of a mode's slot: levels - LEVELS_MIN. */
#define NR_MODES (LEVELS_MAX - LEVELS_MIN + 1)

#ifndef __ASSEMBLER__

#include <kernel/types.h>
#include <asm/earlycon.h>

/**
 * struct boot_record - the bring-up black box
 * @stage:         BOOT_STAGE_*
 * @entered:       how many harts came to _start
 * @limit:         deepest mode the probe may try (levels)
 * @limit_dt, @limit_cmdline: what asked for a limit (levels; 0: no limit)
 * @levels:        the mode that was taken (levels; 0: none yet)
 * @quiet:         the probe prints nothing
 * @hartid, @dtb_pa: a0 and a1 at entry
 * @load_pa:       where _start was found
 * @entry_satp:    satp at entry, 0 from conforming firmware
 * @dtb_va:        where the device tree can be read with paging on
 * @dtb_size:      its totalsize in bytes
 * @pt_pool_next:  first unused table page of the static pool
 * @satp_try:      the satp value for each mode
 * @satp_read:     what satp held after writing it; 0 where it was not tried or not kept
 * @satp:          the kernel's satp, for harts that are started later
 * @tried:         whether the mode was written to satp
 * @errata:        what harts have: bits of enum erratum; the boot hart's before the first leaf
 * @earlycon, @earlycon_va: where to print before there are drivers; its registers with paging on
 * @maee:          T-Head's memory types are on: all harts must have them, or none
 * @instret_entry: the retired-instruction counter at _start, 0 if unreadable
 *
 * Written with the MMU off and kept for ever; the failure paths print it.
 */
struct boot_record {
	u32 stage;
	u32 entered;
	u8 limit;
	u8 limit_dt;
	u8 limit_cmdline;
	u8 levels;
	u8 quiet;
	u8 tried[NR_MODES];
	u64 hartid;
	phys_addr_t dtb_pa;
	phys_addr_t load_pa;
	u64 entry_satp;
	u64 dtb_va;
	u64 dtb_size;
	phys_addr_t pt_pool_next;
	u64 satp_try[NR_MODES];
	u64 satp_read[NR_MODES];
	u64 instret_entry;
	u64 satp;
	u64 errata;
	struct earlycon earlycon;
	u64 earlycon_va;
	u8 maee;
};

extern struct boot_record boot_record;

#endif
#endif
