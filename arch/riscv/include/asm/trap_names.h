/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TRAP_NAMES_H
#define ASM_TRAP_NAMES_H

/** trap_name() - scause in words (Priv 20250508 §12.1.8). Context: any, MMU on or off. */
const char *trap_name(unsigned long cause);

#endif
