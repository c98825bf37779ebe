/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SET_MEMORY_H
#define KERNEL_SET_MEMORY_H

#include <kernel/compiler.h>

/*
 * Rights of mapped kernel memory, with Linux's names and meaning. Memory that can be
 * executed can be written through no address, and whoever may execute it does so in the
 * image or in the vmalloc and modules regions. So the linear map's address of what is
 * mapped there follows: read-only while the memory is executable or read-only, writable
 * after set_memory_rw().
 */

/**
 * set_memory_ro(), _rw(), _x(), _nx(), _rox() - change rights of kernel memory
 * @addr:     a multiple of 4 KiB, in the kernel half
 * @numpages: of 4 KiB; 0 does nothing
 *
 * Large leaves are split where the range begins and ends. Code written before needs a
 * fence.i of its own.
 * Context: as pgtable_protect(). The caller owns the memory: nobody else changes its rights.
 * Return: 0, or, and no right has changed: -EINVAL: not aligned, wraps round, or something
 * would be writable and executable; -ERANGE: not in the kernel half; -ENOENT: a part is
 * not mapped; -EPERM: executable in the linear map, or writable (executable) while
 * another address of the same memory is executable (writable); -ENOMEM: no table for a
 * leaf to be split.
 */
int __must_check set_memory_ro(unsigned long addr, int numpages);
int __must_check set_memory_rw(unsigned long addr, int numpages);
int __must_check set_memory_x(unsigned long addr, int numpages);
int __must_check set_memory_nx(unsigned long addr, int numpages);
int __must_check set_memory_rox(unsigned long addr, int numpages);

#endif
