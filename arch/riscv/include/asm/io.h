/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_IO_H
#define ASM_IO_H

#include <kernel/types.h>
#include <asm/barrier.h>

/*
 * Access to devices, with Linux's names and order. RISC-V orders accesses to one device's
 * I/O region among themselves, but not those to memory with those to devices. So
 *  - what is read from memory after a device said it is there, comes after: readX() is
 *    followed by a fence that no later access of memory or device input passes;
 *  - what a device is told to fetch from memory is there: a fence before writeX()
 *    that no earlier write of memory passes.
 * X: b, w, l, q for 8, 16, 32, 64 bits. The _relaxed ones have no fence. Devices are little-endian,
 * as the hart is. The instruction is written out, so that it is one access of that size.
 */
#define __IO_ACCESSORS(x, type, load, store)                                        \
	static inline type read##x##_relaxed(const volatile void *addr)             \
	{                                                                           \
		type value;                                                         \
		__asm__ __volatile__(load " %0, 0(%1)" : "=r"(value) : "r"(addr));  \
		return value;                                                       \
	}                                                                           \
	static inline void write##x##_relaxed(type value, volatile void *addr)      \
	{                                                                           \
		__asm__ __volatile__(store " %0, 0(%1)" : : "r"(value), "r"(addr)); \
	}                                                                           \
	static inline type read##x(const volatile void *addr)                       \
	{                                                                           \
		type value = read##x##_relaxed(addr);                               \
		RISCV_FENCE(i, ir);                                                 \
		return value;                                                       \
	}                                                                           \
	static inline void write##x(type value, volatile void *addr)                \
	{                                                                           \
		RISCV_FENCE(w, o);                                                  \
		write##x##_relaxed(value, addr);                                    \
	}

__IO_ACCESSORS(b, u8, "lbu", "sb")
__IO_ACCESSORS(w, u16, "lhu", "sh")
__IO_ACCESSORS(l, u32, "lw", "sw")
__IO_ACCESSORS(q, u64, "ld", "sd")

#endif
