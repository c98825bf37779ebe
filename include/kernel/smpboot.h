/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SMPBOOT_H
#define KERNEL_SMPBOOT_H

/**
 * smp_init() - find the harts in the device tree, make what each needs, and start them
 * A hart that cannot be used is named, and stays out; the others go on.
 * Context: boot, once, after setup_vm_final().
 */
void smp_init(void);

#define START_ERROR_LEN 112

struct hart;

/** hart_start_error() - why the last start of @hart failed, in words; @text: room for them */
const char *hart_start_error(const struct hart *hart, char text[START_ERROR_LEN]);

#endif
