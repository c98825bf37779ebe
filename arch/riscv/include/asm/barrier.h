/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

/*
 * Linux's barriers as RISC-V fences (Unpriv 20250508 §2.7). The host tests
 * build the same sources, where the compiler's own fence does.
 */

#ifdef __riscv
#define RISCV_FENCE(p, s) __asm__ __volatile__("fence " #p "," #s : : : "memory")
#else
#define RISCV_FENCE(p, s) __sync_synchronize()
#endif

#define mb()      RISCV_FENCE(iorw, iorw)
#define smp_mb()  RISCV_FENCE(rw, rw)
#define smp_rmb() RISCV_FENCE(r, r)
#define smp_wmb() RISCV_FENCE(w, w)

#endif
