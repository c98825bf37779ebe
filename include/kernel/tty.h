/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_TTY_H
#define KERNEL_TTY_H

/** sbi_console_init() - print and read through the firmware */
void sbi_console_init(void);

#endif
