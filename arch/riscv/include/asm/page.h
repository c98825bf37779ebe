/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

/*
 * Pages, the link address, and the two straight lines between physical and
 * virtual: the image's and the linear map's.
 */

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

/* Where the image is linked, in every mode: the top 2 GiB reach it by auipc. */
#define KERNEL_LINK_ADDR 0xffffffff80000000

/* The image's load address is a multiple of this (boot protocol). */
#define IMAGE_ALIGN (2UL << 20)

#ifndef __ASSEMBLER__

#include <kernel/types.h>

typedef struct {
	u64 val;
} pte_t;

typedef struct {
	u64 val;
} pgprot_t;

/**
 * struct kernel_mapping - the numbers behind __pa() and __va()
 * @phys_addr:  where the image was loaded
 * @va_kernel_pa_offset: link address minus load address
 * @va_pa_offset: linear-map address minus physical address; valid from
 *                setup_vm_final() on
 * @linear_start, @linear_end: virtual bounds of the RAM that is mapped
 */
struct kernel_mapping {
	phys_addr_t phys_addr;
	unsigned long va_kernel_pa_offset;
	unsigned long va_pa_offset;
	unsigned long linear_start;
	unsigned long linear_end;
};

extern struct kernel_mapping kernel_map;

/** __va() - linear-map address of a physical one that lies in mapped RAM */
static inline void *__va(phys_addr_t pa)
{
	return (void *)(pa + kernel_map.va_pa_offset);
}

/** __pa_symbol() - physical address of something inside the image */
static inline phys_addr_t __pa_symbol(const volatile void *sym)
{
	return (unsigned long)sym - kernel_map.va_kernel_pa_offset;
}

/** __pa() - physical address of an image or linear-map address */
static inline phys_addr_t __pa(const volatile void *va)
{
	if ((unsigned long)va >= KERNEL_LINK_ADDR)
		return __pa_symbol(va);
	return (unsigned long)va - kernel_map.va_pa_offset;
}

#endif
#endif
