/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_FRAMELESS_H
#define ASM_FRAMELESS_H

/**
 * frameless_caller() - return address of a function that calls nothing, but only jumps
 * To ask the compiler for it would make it save ra, and so make a frame.
 */
#if defined(__riscv) && !defined(__SANITIZE_ADDRESS__) /* whose checks are calls */
#define frameless_caller()                        \
	({                                        \
		unsigned long _ra;                \
		__asm__("mv %0, ra" : "=r"(_ra)); \
		_ra;                              \
	})
#else
#define frameless_caller() ((unsigned long)__builtin_return_address(0))
#endif

#endif
