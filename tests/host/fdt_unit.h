/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FDT_UNIT_H
#define FDT_UNIT_H

#include "host.h"

/* The cases that build their own trees, one for each promise of <kernel/fdt.h>. */
#define FDT_UNIT_CASES 10
extern const struct host_case fdt_unit_cases[FDT_UNIT_CASES];

#endif
