/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

#include <kernel/compiler.h>

/*
 * Linux's barriers as RISC-V fences (Unpriv 20250508 §2.7). Why each is enough is in
 * Documentation/explanation/memory-model.md. The host tests build the same sources, where
 * the compiler's own fence does.
 */

#ifdef __riscv
#define RISCV_FENCE(p, s) __asm__ __volatile__("fence " #p "," #s : : : "memory")
#else
#define RISCV_FENCE(p, s) __sync_synchronize()
#endif

/* Between harts, and devices. */
#define mb()  RISCV_FENCE(iorw, iorw)
#define rmb() RISCV_FENCE(ir, ir)
#define wmb() RISCV_FENCE(ow, ow)

/* Between harts. */
#define smp_mb()  RISCV_FENCE(rw, rw)
#define smp_rmb() RISCV_FENCE(r, r)
#define smp_wmb() RISCV_FENCE(w, w)

/** smp_store_release() - store; whatever came before is seen by who acquires the value */
#define smp_store_release(p, v)      \
	do {                         \
		RISCV_FENCE(rw, w);  \
		WRITE_ONCE(*(p), v); \
	} while (0)

/** smp_load_acquire() - load; whatever follows comes after it */
#define smp_load_acquire(p)                             \
	({                                              \
		__typeof__(*(p)) _la = READ_ONCE(*(p)); \
		RISCV_FENCE(r, rw);                     \
		_la;                                    \
	})

/** smp_cond_load_relaxed() - wait until @cond, in which VAL is what @p points to; gives VAL */
#define smp_cond_load_relaxed(p, cond)                 \
	({                                             \
		__typeof__(*(p)) VAL;                  \
		while (VAL = READ_ONCE(*(p)), !(cond)) \
			cpu_relax();                   \
		VAL;                                   \
	})

/** smp_cond_load_acquire() - the same, and whatever follows comes after it */
#define smp_cond_load_acquire(p, cond)                                 \
	({                                                             \
		__typeof__(*(p)) _ca = smp_cond_load_relaxed(p, cond); \
		RISCV_FENCE(r, rw);                                    \
		_ca;                                                   \
	})

#endif
