/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SLAB_HART_H
#define SLAB_HART_H

/* In place of <asm/hart.h>: tests choose the hart that runs. */
#define ASM_HART_H

struct hart {
	unsigned int cpu;
};

extern struct hart *host_hart;

static inline struct hart *this_hart(void)
{
	return host_hart;
}

#endif
