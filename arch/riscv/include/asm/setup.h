/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_SETUP_H
#define ASM_SETUP_H

#include <kernel/types.h>

struct hart;

/** hart_init() - fill the boot hart's struct hart */
void hart_init(void);

/** hart_set_stacks() - a stack's bounds, and the top of the emergency stack */
void hart_set_stacks(struct hart *hart, unsigned long low, unsigned long high,
		     unsigned long emergency);

/** new_canary() - a guard for one hart's stacks */
unsigned long new_canary(void);

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

/**
 * struct linear_count - the leaves that map RAM, as setup_vm_final() makes them
 * @ranges:    of RAM left out: firmware's
 * @leaves:    all, not counting what text and constants, which are read-only, take more
 * @undivided: as many would map all RAM, firmware's too
 */
struct linear_count {
	unsigned int ranges;
	unsigned long leaves;
	unsigned long undivided;
};

/** linear_count() - count them, a step for each. Context: any, behind setup_linear_bounds() */
void linear_count(struct linear_count *count);

/**
 * kasan_init() - give shadow to the linear map, vmalloc's region and the page metadata
 * Context: boot, once, behind setup_vm_final(); nothing of them was accessed before by
 * instrumented code.
 */
#ifdef CONFIG_KASAN
void kasan_init(void);
#else
static inline void kasan_init(void)
{
}
#endif

/** image_reserve() - take the image's memory out of memblock */
int image_reserve(void);

/* What the boot has given back, for people; bytes are 0 where there was nothing. */
enum freed_row {
	FREED_CODE,
	FREED_DATA,
	FREED_ROOTS,
	FREED_SPARE,
	FREED_FDT,
	NR_FREED,
};

struct freed {
	char what[32];
	unsigned long bytes;
};

extern struct freed freed_initmem[NR_FREED];

/**
 * free_initmem() - give the pages of what only the boot needed to the page allocator
 * What is __init or __initdata is gone then, and so are tables nobody needs. What cannot be
 * given is kept, with a message.
 * Context: boot, once, when no hart runs such code any more.
 */
void free_initmem(void);

#endif
