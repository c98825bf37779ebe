/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_INIT_H
#define KERNEL_INIT_H

#include <kernel/types.h>

/** start_kernel() - entered from head.S at its link address; never returns */
__noreturn void start_kernel(void);

/** setup_arch() - device tree -> memblock -> linear map, in the only order that works */
void setup_arch(void);

/** devices_init() - give the drivers what they need, and let them look for their devices */
void devices_init(void);

/* Milestones of the boot, for `boot: instret` and the bounds the tests put on it. */
enum boot_mark {
	MARK_MMU_ON,
	MARK_FINAL_TABLES,
	MARK_ALLOCATORS,
	MARK_PROMPT,
	NR_MARKS
};

/** boot_mark() - note how many instructions have been retired since entry. Context: boot hart. */
void boot_mark(enum boot_mark mark);

/** boot_report_marks() - print them, in one line of the log */
void boot_report_marks(void);

#endif
