/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_SVPROBE_H
#define ASM_SVPROBE_H

/**
 * svprobe() - try each extension on this hart and note in riscv_ext_state what it does
 * Leaves no slot set. Context: traps are caught, the fixmap works; also while running.
 */
void svprobe(void);

#endif
