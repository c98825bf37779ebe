/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_LAYOUT_H
#define ASM_LAYOUT_H

#include <kernel/sizes.h>
#include <asm/kasan.h>
#include <asm/page.h>

/*
 * The kernel half of the address space. The rows are in layout.c; what is below
 * the top 4 GiB depends on the mode, these do not:
 */
#define FIXADDR_START 0xffffffff40000000UL
#define FIXADDR_SIZE  SZ_2M
/* 16 MiB of device tree at any offset in a 2 MiB frame, and a guard behind it. */
#define FDT_WINDOW_START (FIXADDR_START + FIXADDR_SIZE)
#define FDT_WINDOW_SIZE  (20 * SZ_1M)

/*
 * Above the image's window nothing is ever mapped, the last page least of all: pointers
 * there are error numbers.
 */
#define IMAGE_WINDOW_SIZE SZ_1G

enum vm_region_id {
	VM_LINEAR,
	VM_VMALLOC,
	VM_VMEMMAP,
	VM_KASAN,
	VM_MODULES,
	VM_FIXMAP,
	VM_FDT,
	VM_IMAGE,
	NR_VM_REGIONS,
};

struct vm_region {
	const char *name;
	const char *use;
	unsigned long start;
	unsigned long last; /* inclusive: a region may end at the top of the address space */
};

/**
 * vm_region() - one row of the layout
 * @input_bits: of the paging mode: 39, 48 or 57
 * Context: any, once translation is on.
 */
struct vm_region vm_region(enum vm_region_id id, unsigned int input_bits);

/** vm_region_of() - the region an address lies in, or NR_VM_REGIONS */
enum vm_region_id vm_region_of(unsigned long addr, unsigned int input_bits);

struct pgtable_geometry;

/** linear_base() - which physical address the linear map begins with, for RAM in [start, end) */
phys_addr_t linear_base(const struct pgtable_geometry *geometry, phys_addr_t start,
			phys_addr_t end);

#endif
