# SPDX-License-Identifier: BSD-2-Clause
# Interrupts in device trees, made token by token.
tests += fdt_irq
fdt_irq-src := lib/fdt.c lib/fdt_props.c lib/fdt_irq.c fdt_build.c
