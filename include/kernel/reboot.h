/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_REBOOT_H
#define KERNEL_REBOOT_H

#include <kernel/types.h>

/**
 * machine_power_off() - end; restart where the firmware cannot power off, idle where it can neither
 * @failed: the reason given is a system failure, and the machine does not restart
 * Context: any, translation on.
 */
__noreturn void machine_power_off(bool failed);

/** machine_restart() - end and start anew; idle where the firmware cannot. Context: any. */
__noreturn void machine_restart(void);

#endif
