/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CPIO_WALK_H
#define CPIO_WALK_H

#include <kernel/cpio.h>

/* A file that gen-cpios.sh made, or a copy of the first bytes of one; drop() frees it. */
struct cpio read_file(const char *name);
struct cpio copy_of(const struct cpio *from, size_t size);
void drop(struct cpio *cpio);

/* To the end; what each entry says must lie inside. Return: as cpio_next() at last. */
int walk(const struct cpio *cpio, size_t *nr, struct cpio_fault *fault);

#endif
