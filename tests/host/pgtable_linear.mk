# SPDX-License-Identifier: BSD-2-Clause
tests += pgtable_linear
pgtable_linear-src := arch/riscv/mm/layout.c $(pgtable-common)
pgtable_linear-cflags := -include pgtable_watch.h
pgtable_linear-test-cflags := -O2
