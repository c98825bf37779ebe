/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_SVPROBE_H
#define ASM_SVPROBE_H

/**
 * svprobe() - try extensions on this hart and note in riscv_ext_state what it does
 * @exts: a bit for each; those that no access can show are passed over
 *
 * The boot tries what the device tree lists, no more: on other harts the bits of these
 * entries may mean something else. Leaves no slot set.
 * Context: traps are caught, the fixmap works.
 */
void svprobe(unsigned long exts);

#endif
