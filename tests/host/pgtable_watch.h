/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_WATCH_H
#define PGTABLE_WATCH_H

/*
 * Put before mm/engine/pgtable*.c: the engine's entry stores and its barrier, with their
 * order, become calls of the fake memory. See pgtable_mem.h.
 */
#include <kernel/types.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>

void pgtable_watch_store(volatile void *entry, u64 val);
u64 pgtable_watch_cmpxchg(volatile void *entry, u64 old, u64 val);
void pgtable_watch_barrier(void);

#undef WRITE_ONCE
#define WRITE_ONCE(x, v) pgtable_watch_store(&(x), v)
#undef cmpxchg
#define cmpxchg(ptr, old, new) pgtable_watch_cmpxchg(ptr, old, new)
#undef smp_wmb
#define smp_wmb() pgtable_watch_barrier()

#endif
