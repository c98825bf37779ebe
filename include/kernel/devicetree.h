/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_DEVICETREE_H
#define KERNEL_DEVICETREE_H

#include <kernel/fdt.h>

/* The machine's device tree, open and checked from setup_arch() on. */
extern struct fdt machine_fdt;

/** early_init_dt_verify() - open and check the tree; stops the boot where it is damaged */
void early_init_dt_verify(void);

/** early_init_fdt_reserve_self() - the tree's own memory; must be the first reservation */
void early_init_fdt_reserve_self(void);

/** early_init_dt_scan_nodes() - RAM into memblock, and where the other nodes are */
void early_init_dt_scan_nodes(void);

/** early_init_dt_bootargs() - the command line as the tree has it, or NULL, and its length */
const char *early_init_dt_bootargs(size_t *len);

/**
 * early_init_firmware() - reserve memory of the firmware's that the tree does not name
 * @text: "ADDR,SIZE" of the command line
 * Context: RAM is known, and nothing but the tree is reserved yet.
 * Return: NULL, or what is wrong with it; then nothing is reserved.
 */
const char *early_init_firmware(const char *text);

/** early_init_fdt_scan_reserved_mem() - reservation block and /reserved-memory */
void early_init_fdt_scan_reserved_mem(void);

/** early_init_dt_check_for_initrd() - reserve the initrd, or say why there is none to use */
void early_init_dt_check_for_initrd(void);

/* The initrd's physical range, half-open; both 0 where there is none. */
extern phys_addr_t phys_initrd_start, phys_initrd_end;

/**
 * early_init_dt_leave_window() - read the tree through the linear map from now on
 * A tree that is not in mapped RAM stays in its window.
 */
void early_init_dt_leave_window(void);

/** early_init_dt_scan_isa() - which extensions all harts list, into riscv_ext_state */
void early_init_dt_scan_isa(void);

/** dt_timebase_frequency() - ticks per second of the time CSR, 0 if not given */
u32 dt_timebase_frequency(void);

#endif
