# SPDX-License-Identifier: BSD-2-Clause
tests += pgtable_linear
pgtable_linear-src := arch/riscv/mm/layout.c $(pgtable-common)
pgtable_linear-as := pgtable
pgtable_linear-cflags = $(pgtable-cflags)
pgtable_linear-test-cflags = $(pgtable-test-cflags)
