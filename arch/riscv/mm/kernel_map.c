// SPDX-License-Identifier: BSD-2-Clause
/*
 * The numbers behind __pa() and __va(), and the handle on the running kernel's tables. They stand
 * alone: any layer may read them, and only init.c fills them.
 */
#include <kernel/pgtable.h>

struct kernel_mapping kernel_map;
struct pgtable kernel_pgtable;
