/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libfdt, which the tests compare with, exports a function of this name too, and
 * the linker would give both sides the same one. Forced into the kernel's own
 * sources by fdt.mk; fdt_ref.c, which speaks libfdt, must not see it.
 */
#define fdt_getprop cairn_fdt_getprop
