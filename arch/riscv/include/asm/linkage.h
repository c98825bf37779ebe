/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_LINKAGE_H
#define ASM_LINKAGE_H

/* Words for assembly files: Linux's. */
/* clang-format off */

#define SYM_FUNC_START(name) \
	.globl name;         \
	.balign 4;           \
	.type name, @function; \
	name:

#define SYM_FUNC_END(name) .size name, . - name
/* clang-format on */

#endif
