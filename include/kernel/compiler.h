/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_COMPILER_H
#define KERNEL_COMPILER_H

/*
 * Words for what the compiler must be told. The names are Linux's.
 */

#define __aligned(n) __attribute__((aligned(n)))
#define __section(s) __attribute__((section(s)))
/* Of the rows that the linker script makes a table of. */
#define ROW_ALIGN 8
/* Memory the boot does not clear; its owner does, or need not. */
#define __noinit __section(".noinit")
/* Boot only: code, constants, and data that is not cleared. All is given back at the prompt. */
#define __init         __section(".init.text")
#define __initconst    __section(".init.rodata")
#define __initdata     __section(".init.noinit")
#define __used         __attribute__((used))
#define __unused       __attribute__((unused))
#define __noreturn     __attribute__((noreturn))
#define __must_check   __attribute__((warn_unused_result))
#define __printf(f, a) __attribute__((format(printf, f, a)))
#undef __always_inline /* the host tests' C library has its own */
#define __always_inline inline __attribute__((always_inline))
#define noinline        __attribute__((noinline))

#define likely(x)       __builtin_expect(!!(x), 1)
#define unlikely(x)     __builtin_expect(!!(x), 0)

#define barrier()       __asm__ __volatile__("" : : : "memory")
/* In a loop that waits for another hart. Zihintpause is not assumed. */
#define cpu_relax() barrier()
/* The compiler may assume nothing of the variable's value from here on. */
#define OPTIMIZER_HIDE_VAR(v) __asm__("" : "+r"(v))

/* One access, neither torn, repeated nor left out by the compiler. */
#define READ_ONCE(x)     (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define ARRAY_SIZE(a)    (sizeof(a) / sizeof((a)[0]))

#define min(a, b)                       \
	({                              \
		__typeof__(a) _a = (a); \
		__typeof__(b) _b = (b); \
		_a < _b ? _a : _b;      \
	})
#define max(a, b)                       \
	({                              \
		__typeof__(a) _a = (a); \
		__typeof__(b) _b = (b); \
		_a > _b ? _a : _b;      \
	})

/* Whether a Kconfig option is y. It is 1 then, and else not defined: a word like any other. */
#define IS_ENABLED(option)               IS_ENABLED_VALUE(option)
#define IS_ENABLED_VALUE(value)          IS_ENABLED_PICK(IS_ENABLED_SHIFT_##value true, false, 0)
#define IS_ENABLED_SHIFT_1               0,
#define IS_ENABLED_PICK(...)             IS_ENABLED_SECOND(__VA_ARGS__)
#define IS_ENABLED_SECOND(first, x, ...) x

#define container_of(ptr, type, member)  ((type *)((char *)(ptr) - offsetof(type, member)))

#endif
