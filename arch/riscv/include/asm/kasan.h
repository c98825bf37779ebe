/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_KASAN_H
#define ASM_KASAN_H

/* The shadow of an address is at a / 8 + this, in every paging mode. kasan.mk reads it here. */
#define KASAN_SHADOW_OFFSET 0xdfffffff00000000UL

/* From here up the layout is the same in every mode, and there is shadow from the start. */
#define KASAN_TOP 0xffffffff00000000UL

#ifndef __ASSEMBLER__

#include <kernel/types.h>

#define KASAN_GRANULE_SIZE 8UL

/* Shadow: 0: all 8 bytes; 1 to 7: so many of them, the first ones; else none, and why. */
#define KASAN_PAGE_FREE      0xff
#define KASAN_PAGE_REDZONE   0xfe /* after a large kmalloc() */
#define KASAN_SLAB_REDZONE   0xfc
#define KASAN_SLAB_FREE      0xfb
#define KASAN_GLOBAL_REDZONE 0xf9
#define KASAN_VMALLOC        0xf8 /* none of vmalloc's; on a stack: out of scope, by compilers */
#define KASAN_STACK_LEFT     0xf1
#define KASAN_STACK_MID      0xf2
#define KASAN_STACK_RIGHT    0xf3
#define KASAN_STACK_PARTIAL  0xf4
#define KASAN_STACK_RETURNED 0xf5
#define KASAN_ALLOCA_LEFT    0xca
#define KASAN_ALLOCA_RIGHT   0xcb

static inline u8 *kasan_mem_to_shadow(const volatile void *p)
{
	return (u8 *)((unsigned long)p / KASAN_GRANULE_SIZE + KASAN_SHADOW_OFFSET);
}

static inline void *kasan_shadow_to_mem(const void *shadow)
{
	return (void *)(((unsigned long)shadow - KASAN_SHADOW_OFFSET) * KASAN_GRANULE_SIZE);
}

#endif

#endif
