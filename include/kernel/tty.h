/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_TTY_H
#define KERNEL_TTY_H

/** sbi_console_init() - print and read through the firmware */
void sbi_console_init(void);

/** sbi_console_switch() - likewise, where the log has been printed already */
void sbi_console_switch(void);

/** earlycon_init() - print to the UART of earlycon=, or through the firmware */
void earlycon_init(void);

/** earlycon_exit() - drivers come: print through the firmware until one takes over */
void earlycon_exit(void);

#endif
