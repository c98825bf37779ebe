/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MEMBLOCK_WALK_H
#define MEMBLOCK_WALK_H

/* The one case of memblock_test.c that is a file of its own. */
void memblock_random_walk(void);

#endif
