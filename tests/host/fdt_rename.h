/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libfdt, which the tests compare with, exports functions of these names too, and
 * the linker would give both sides the same. Forced into the kernel's own
 * sources by fdt.mk; fdt_ref.c, which speaks libfdt, must not see it.
 */
#define fdt_getprop   cairn_fdt_getprop
#define fdt_next_node cairn_fdt_next_node
