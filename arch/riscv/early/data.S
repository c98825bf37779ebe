/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot leaves for the kernel. It is written before BSS is cleared, so it is data, and it
 * stands alone, so that whatever reads it needs nothing else of the entry.
 */
#include <asm/asm-offsets.h>

	.data
	.globl boot_record
	.balign 8
boot_record:
	.zero	BOOT_RECORD_SIZE
	.size	boot_record, BOOT_RECORD_SIZE
