/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_KALLSYMS_H
#define KERNEL_KALLSYMS_H

#include <kernel/types.h>

/** kallsyms_init() - make %pS and %ps print names */
void kallsyms_init(void);

/**
 * kallsyms_lookup() - the function an address lies in
 * @offset, @size: out: of the address in it, and its size in bytes
 * Return: its name, or NULL. Context: any, once translation is on.
 */
const char *kallsyms_lookup(unsigned long addr, unsigned long *offset, unsigned long *size);

/** kallsyms_lookup_name() - Return: a function's address, or 0 */
unsigned long kallsyms_lookup_name(const char *name);

#endif
