/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MM_VM_AREA_H
#define MM_VM_AREA_H

#include <kernel/gfp.h>

/* Who asked for it, and may give it back. */
enum vm_area_kind {
	VM_AREA_VMALLOC,
	VM_AREA_VMAP,
	VM_AREA_IOREMAP,
};

/**
 * struct vm_area - a part of the vmalloc region
 * @node:  in the list by address
 * @next:  in the bucket
 * @start, @size: without the guard page behind it
 * @pages: that go with it, by lru
 */
struct vm_area {
	struct list_head node;
	struct vm_area *next;
	unsigned long start, size;
	struct list_head pages;
	enum vm_area_kind kind;
};

/**
 * vm_area_create() - take @size bytes of the region, whole pages; nothing is mapped there
 * @pa, @contiguous: what will be at its start, for leaves as large as that allows
 * Return: NULL: no room, or no memory.
 */
struct vm_area *vm_area_create(enum vm_area_kind kind, unsigned long size, phys_addr_t pa,
			       unsigned long contiguous, gfp_t gfp);

/** vm_area_destroy() - unmap it and give all back. Return: false: no such area starts there. */
bool vm_area_destroy(enum vm_area_kind kind, unsigned long va);

#endif
