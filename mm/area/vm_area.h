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
 * @bytes: of them that were asked for; @stack: by whom, under KASAN
 * @pages: that go with it, by lru
 */
struct vm_area {
	struct list_head node;
	struct vm_area *next;
	unsigned long start, size;
	unsigned long bytes;
	u32 stack;
	struct list_head pages;
	enum vm_area_kind kind;
};

/**
 * vm_area_create() - take room for @bytes in the region, whole pages; nothing is mapped there
 * @pa, @contiguous: what will be at its start, for leaves as large as that allows
 * Return: NULL: no room, or no memory.
 */
struct vm_area *vm_area_create(enum vm_area_kind kind, unsigned long bytes, phys_addr_t pa,
			       unsigned long contiguous);

/** vm_area_destroy() - unmap it and give all back. Return: false: no such area starts there. */
bool vm_area_destroy(enum vm_area_kind kind, unsigned long va);

/**
 * kasan_vmalloc_set() - allow the first @bytes of an area, forbid the rest
 * Return: 0, or -ENOMEM: some of its shadow is as before.
 *
 * kasan_vmalloc_release() - give shadow of an area back, which is all forbidden
 * @gap_start, @gap_end: in which it lies, and nothing else is
 *
 * Context: as vmalloc().
 */
#ifdef CONFIG_KASAN
int __must_check kasan_vmalloc_set(unsigned long start, unsigned long size, unsigned long bytes);
void kasan_vmalloc_release(unsigned long start, unsigned long size, unsigned long gap_start,
			   unsigned long gap_end);
#else
static inline int kasan_vmalloc_set(unsigned long start, unsigned long size, unsigned long bytes)
{
	return 0;
}
static inline void kasan_vmalloc_release(unsigned long start, unsigned long size,
					 unsigned long gap_start, unsigned long gap_end)
{
}
#endif

#endif
