/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_HARTS_H
#define KERNEL_HARTS_H

/**
 * smp_init() - find the harts in the device tree, make what each needs, and start them
 * A hart that cannot be used is named, and stays out; the others go on.
 * Context: boot, once, after setup_vm_final().
 */
void smp_init(void);

#endif
