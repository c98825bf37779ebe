/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_KASAN_H
#define ASM_KASAN_H

/* The shadow of an address is at a / 8 + this, in every paging mode. kasan.mk reads it here. */
#define KASAN_SHADOW_OFFSET 0xdfffffff00000000UL

/* From here up the layout is the same in every mode, and there is shadow from the start. */
#define KASAN_TOP 0xffffffff00000000UL

#endif
