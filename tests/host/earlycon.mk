# SPDX-License-Identifier: BSD-2-Clause
# earlycon=: what it means, and the registers it touches.
tests += earlycon
earlycon-src := arch/riscv/early/earlycon.c lib/fdt.c lib/fdt_props.c fdt_build.c uart_model.c
earlycon-cflags := -include uart_io.h
