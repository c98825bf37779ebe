/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_INIT_H
#define ASM_INIT_H

#include <kernel/types.h>

/** kernel_map_init() - learn the load address; __pa_symbol() and the fixmap work from here on */
void kernel_map_init(void);

/**
 * cpu_init() - which extensions are used and which errata apply; said in the log
 * Context: boot, once; the device tree's list is in riscv_ext_state, traps are caught, and
 * the linear map is still to come, so that it can use what is found.
 */
void cpu_init(void);

/**
 * setup_linear_bounds() - place the linear map
 * RAM that the mode's linear map cannot hold is named and forgotten.
 * Context: boot, once; memblock knows all RAM.
 */
void setup_linear_bounds(void);

/**
 * setup_vm_final() - add the linear map of all RAM memblock knows
 * __va() and __pa() work afterwards, for all that memblock_is_map_memory() says yes to.
 * Context: boot, once, after setup_linear_bounds(); all that must not be allocated is
 * reserved, firmware's ranges are NOMAP.
 */
void setup_vm_final(void);

/** image_reserve() - take the image's memory out of memblock */
int image_reserve(void);

#endif
