/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_IOREMAP_H
#define KERNEL_IOREMAP_H

#include <kernel/types.h>

/**
 * ioremap() - map device memory
 * @pa:   any address: the result has the same offset in its page
 * @size: bytes
 *
 * Access is by readl() and its kin, <asm/io.h>.
 * Context: from kmem_cache_init() on; interrupts on, no spinlock held.
 * Return: the address, or NULL: @size is 0, the range wraps round or needs more than 56
 * bits, part of it is RAM of the linear map (said in the log), no room or no memory.
 */
void *ioremap(phys_addr_t pa, size_t size);

/** iounmap() - undo ioremap(); @addr: what it returned; NULL does nothing */
void iounmap(volatile void *addr);

#endif
