# SPDX-License-Identifier: BSD-2-Clause
# A boot's path through the device trees of real boards: boards.tsv.
tests += board
board-src := boot/devicetree.c boot/smpboot.c arch/riscv/early/setup_vm.c arch/riscv/early/boot_record.c \
	arch/riscv/early/earlycon.c \
	arch/riscv/cpu/trap_names.c \
	drivers/table.c drivers/driver.c drivers/tty/uart.c drivers/tty/ns16550.c drivers/tty/sifive_uart.c \
	lib/fdt.c lib/fdt_props.c lib/fdt_cpus.c lib/fdt_irq.c lib/args.c \
	mm/engine/pgtable_walk.c mm/engine/pgtable_text.c mm/memblock/memblock.c uart_model.c board_kernel.c
board-cflags := -include board_io.h -Wno-unused-parameter
board-test-cflags := -include board_io.h -Wno-unused-parameter -Wno-format-truncation \
	-DDTB_DIR='"$(abspath $(B))/dtbs"' -DBOARDS='"$(abspath boards.tsv)"'

.DEFAULT_GOAL := all
$(B)/board_test: | $(B)/dtbs/.done
