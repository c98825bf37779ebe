/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_INITRD_H
#define KERNEL_INITRD_H

#include <kernel/cpio.h>

/**
 * initrd_init() - say what the initrd is, or why it cannot be read
 * Walks its headers: the cost goes with the number of entries, not with their size.
 * Context: boot, once, after setup_vm_final().
 */
void initrd_init(void);

/** initrd_archive() - the initrd; NULL where there is none, or it is none that can be read */
const struct cpio *initrd_archive(void);

/** initrd_refused() - why the initrd cannot be read; "" where it can, or there is none */
const char *initrd_refused(void);

#endif
