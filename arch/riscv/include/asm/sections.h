/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_SECTIONS_H
#define ASM_SECTIONS_H

/* The linker script's symbols, all of them. A symbol is an address, never a value. */

extern char _start[], _end[];
extern char _text[], _etext[];            /* R-X */
extern char _rodata[], _erodata[];        /* R-- */
extern char _data[];                      /* RW- up to _end, but for the guard pages */
extern char __init_begin[], __init_end[]; /* the end of text and the start of rodata */
extern char __initdata_begin[], __initdata_end[];
extern char __bss_start[], __bss_stop[];
extern char __emergency_guard[], __stack_guard[]; /* a page each, never mapped */
extern char __stack_low[], __stack_high[];
extern char __emergency_low[], __emergency_high[];
extern char __percpu_size[]; /* bytes; the address is the number */
/* KASAN's: the shared shadow with its tables, read-only; the image's shadow. Else empty. */
extern char __kasan_shared[], __kasan_shared_end[];
extern char __kasan_shadow[], __kasan_shadow_end[];
extern char __pt_pool[], __pt_pool_end[];
extern char __start_monitor_commands[], __stop_monitor_commands[];

#endif
