/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image, from KERNEL_LINK_ADDR up. Each box starts on a page of its own and is
 * mapped with its permissions from the first translated instruction on.
 *
 *   _start  +--------------------------------------+
 *   _text   | header, text                     R-X |  in the file
 *           | text of the boot                 R-X |  in the file } given back when the
 *   _rodata | constants of the boot            R-- |  in the file } boot is over
 *           | constants, tables, symbol names  R-- |  in the file
 *   _data   | data                             RW- |  in the file
 *           | bss, cleared by head.S           RW- |
 *           | noinit: log                      RW- |
 *           | data of the boot                 RW- |  given back
 *           | (guard page)    emergency stack  RW- |
 *           | (guard page)    boot stack       RW- |
 *           | (KASAN: the image's shadow)      RW- |
 *           | page-table pool                  RW- |
 *           | (KASAN: shared shadow)           R-- |
 *   _end    +--------------------------------------+
 */
#include <asm/asm-offsets.h>
#include <asm/boot_record.h>
#include <asm/hart.h>
#include <asm/image.h>
#include <asm/page.h>

#define DRAM 0x80000000 /* of most boards */
#define PAGE (1 << PAGE_SHIFT)
#define TABLES(size) ((size) / SZ_2M + 1)

OUTPUT_ARCH(riscv)
ENTRY(_start)

PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
	tls PT_TLS;
}

SECTIONS
{
	. = KERNEL_LINK_ADDR;
	/* Where loaders put it by default; the image itself does not care. */
	__load_offset = KERNEL_LINK_ADDR - (DRAM + IMAGE_TEXT_OFFSET);

	_text = .;
	.text : AT(ADDR(.text) - __load_offset) {
		*(.head.text)
		*(.text .text.*)
		. = ALIGN(PAGE);
		__init_begin = .;
		*(.init.text .early.text .early.text.*)
		. = ALIGN(PAGE);
	} :text
	_etext = .;

	_rodata = .;
	/* A section of its own: within one, equal strings of the boot and of others become one. */
	.init.rodata : AT(ADDR(.init.rodata) - __load_offset) {
		*(.init.rodata)
		*(.early.rodata .early.rodata.* .early.srodata .early.srodata.*)
		. = ALIGN(PAGE);
	} :rodata
	__init_end = .;
	.rodata : AT(ADDR(.rodata) - __load_offset) {
		*(.rodata .rodata.* .srodata .srodata.*)
		. = ALIGN(ROW_ALIGN);
		__start_monitor_commands = .;
		KEEP(*(SORT_BY_NAME(.monitor_commands.*)))
		__stop_monitor_commands = .;
		__start_ktest_suites = .;
		KEEP(*(SORT_BY_NAME(.ktest_suites.*)))
		__stop_ktest_suites = .;
		__start_benches = .;
		KEEP(*(SORT_BY_NAME(.benches.*)))
		__stop_benches = .;
		. = ALIGN(8);
		__init_array_start = .;
		KEEP(*(.init_array .init_array.*))
		__init_array_end = .;
		/* Last, so that its size moves no address in .text. */
		KEEP(*(.kallsyms))
		. = ALIGN(PAGE);
	} :rodata
	_erodata = .;

	_data = .;
	/* Per-hart variables: only their places, relative to tp. */
	.tbss (NOLOAD) : {
		KEEP(*(.tbss.hart))
		*(.tbss .tbss.*)
		. = ALIGN(64);
	} :data :tls
	__percpu_size = SIZEOF(.tbss);

	.data : AT(ADDR(.data) - __load_offset) {
		*(.data .data.*)
		*(.early.data .early.data.*)
		. = ALIGN(8);
		__global_pointer$ = . + 0x800;
		*(.sdata .sdata.* .early.sdata .early.sdata.*)
		. = ALIGN(64);
		/* The boot hart's, not cleared with BSS: tp points here before that. */
		boot_hart = .;
		. += __percpu_size;
	} :data

	.bss (NOLOAD) : AT(ADDR(.bss) - __load_offset) {
		__bss_start = .;
		*(.sbss .sbss.* .early.sbss .early.sbss.*)
		*(.bss .bss.* COMMON .early.bss .early.bss.*)
		. = ALIGN(64);
		__bss_stop = .;
	} :data

	.noinit (NOLOAD) : AT(ADDR(.noinit) - __load_offset) {
		*(.noinit .noinit.*)
		. = ALIGN(PAGE);
		__initdata_begin = .;
		*(.init.noinit)
		. = ALIGN(PAGE);
		__initdata_end = .;
		__emergency_guard = .;
		. += PAGE;
		__emergency_low = .;
		. += EMERGENCY_SIZE;
		__emergency_high = .;
		__stack_guard = .;
		. += PAGE;
		__stack_low = .;
		. += STACK_SIZE;
		__stack_high = .;
	} :data

	__kasan_shadow = .;
#ifdef CONFIG_KASAN
	/* A byte for each granule of the image, this itself and the tables after it included. */
	. += ALIGN((. - KERNEL_LINK_ADDR + PAGE * 32) / (KASAN_GRANULE_SIZE - 1), PAGE);
#endif
	__kasan_shadow_end = .;

	/*
	 * Tables of the static chain: the roots, and one each for the image, the FDT window, the
	 * fixmap and KASAN's shadow. Of the last level, which map 2 MiB: what each of these
	 * needs; of the device tree only its two ends, as larger leaves lie between.
	 */
	__pt_pool = .;
	. = . + PAGE * (NR_MODES + 4 + TABLES(. - KERNEL_LINK_ADDR) + 2 + FIXADDR_SIZE / SZ_2M +
			TABLES(__kasan_shadow_end - __kasan_shadow));
	__pt_pool_end = .;

	__kasan_shared = .;
#ifdef CONFIG_KASAN
	. += KASAN_SHARED_SIZE;
#endif
	__kasan_shared_end = .;
	_end = .;

	.comment 0 : { *(.comment) }
	.riscv.attributes 0 : { *(.riscv.attributes) }
	.symtab 0 : { *(.symtab) }
	.strtab 0 : { *(.strtab) }
	.shstrtab 0 : { *(.shstrtab) }
	.debug_info 0 : { *(.debug_info) }
	.debug_abbrev 0 : { *(.debug_abbrev) }
	.debug_aranges 0 : { *(.debug_aranges) }
	.debug_ranges 0 : { *(.debug_ranges) }
	.debug_rnglists 0 : { *(.debug_rnglists) }
	.debug_loc 0 : { *(.debug_loc) }
	.debug_loclists 0 : { *(.debug_loclists) }
	.debug_loc 0 : { *(.debug_loc) }
	.debug_line 0 : { *(.debug_line) }
	.debug_line_str 0 : { *(.debug_line_str) }
	.debug_str 0 : { *(.debug_str) }
	.debug_str_offsets 0 : { *(.debug_str_offsets) }
	.debug_addr 0 : { *(.debug_addr) }
	.debug_frame 0 : { *(.debug_frame) }

	/*
	 * Nothing here may exist: per-hart variables start as zero, code before
	 * paging cannot use a GOT or be relocated.
	  */
	.tdata : { *(.tdata .tdata.*) }
	.got : { *(.got .got.*) }
	.got.plt : { *(.got.plt) }
	.rela.dyn : { *(.rela.*) }
	/DISCARD/ : { *(.fini_array .fini_array.*) *(.note.*) *(.eh_frame) *(.eh_frame.*) }
}

ASSERT(_start == KERNEL_LINK_ADDR, "the header is not at the start of the image")
ASSERT(_end - _start < IMAGE_WINDOW_SIZE - PAGE, "the image fills its window")
ASSERT((__kasan_shadow_end - __kasan_shadow) * KASAN_GRANULE_SIZE >= _end - _start ||
       __kasan_shadow == __kasan_shadow_end, "KASAN's shadow does not cover the image")
ASSERT(SIZEOF(.got) == 0 && SIZEOF(.got.plt) == 0, "there is a GOT")
ASSERT(SIZEOF(.rela.dyn) == 0, "there are dynamic relocations")
ASSERT(SIZEOF(.tdata) == 0, "a per-hart variable does not start as zero")
ASSERT(__init_begin - _text >= FIX_PROBE_SIZE, "what svprobe() looks at is given back")
ASSERT(_etext % PAGE == 0 && _erodata % PAGE == 0 && __emergency_guard % PAGE == 0 &&
       __stack_guard % PAGE == 0 && _end % PAGE == 0, "a part is not page aligned")
ASSERT(ABSOLUTE(boot_hart) % ALIGNOF(.tbss) == 0, "the boot hart's variables are not aligned")
ASSERT(hart_variables == ADDR(.tbss), "struct hart is not the first of a hart's variables")
