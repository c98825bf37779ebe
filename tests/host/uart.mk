# SPDX-License-Identifier: BSD-2-Clause
# Drivers of UARTs against models of their registers.
tests += uart
uart-src := drivers/tty/uart.c drivers/tty/ns16550.c drivers/tty/sifive_uart.c lib/fdt.c \
	lib/fdt_props.c fdt_build.c uart_model.c
uart-cflags := -include uart_io.h -Wno-unused-parameter
