/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MM_ENGINE_FAST_H
#define MM_ENGINE_FAST_H

/* In place of mm/engine/fast.h, whose name this has to the compiler: no fast paths. */
#define take_hint(pt, va, last, table, level)        ((void)0)
#define keep_hint(pt, va, table, level)              ((void)0)
#define one_leaf(pt, op, va, pa, size, prot)         false
#define one_run(rq, table, level, va, last, the_run) false

#endif
