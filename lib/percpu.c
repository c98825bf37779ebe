// SPDX-License-Identifier: BSD-2-Clause
/*
 * The harts by number. Any code may want another hart's copy of a per-hart variable, so the table
 * stands at the bottom; the harts themselves come and go in harts/.
 */
#include <kernel/percpu.h>

/* The struct is the first of all per-hart variables: the linker script sees to that. */
__thread struct hart hart_variables __section(".tbss.hart") __used;

struct hart *harts[NR_CPUS] = { &boot_hart };
unsigned int nr_cpu_ids = 1;
