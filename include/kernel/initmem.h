/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_INITMEM_H
#define KERNEL_INITMEM_H

/* What the boot has given back, for people; bytes are 0 where there was nothing. */
enum freed_row {
	FREED_CODE,
	FREED_DATA,
	FREED_ROOTS,
	FREED_SPARE,
	FREED_FDT,
	NR_FREED,
};

struct freed {
	char what[32];
	unsigned long bytes;
};

extern struct freed freed_initmem[NR_FREED];

/**
 * free_initmem() - give the pages of what only the boot needed to the page allocator
 * What is __init or __initdata is gone then, and so are tables nobody needs. What cannot be
 * given is kept, with a message.
 * Context: boot, once, when no hart runs such code any more.
 */
void free_initmem(void);

#endif
