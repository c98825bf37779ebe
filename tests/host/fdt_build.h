/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FDT_BUILD_H
#define FDT_BUILD_H

#include <kernel/types.h>

/*
 * Trees built token by token, so that they can be as wrong as a case needs. Start,
 * add, finish; the blob is an exact allocation (ASan sees a read behind it) that
 * the next build_start() frees.
 */
enum token {
	TOKEN_BEGIN = 1,
	TOKEN_END_NODE = 2,
	TOKEN_PROP = 3,
	TOKEN_NOP = 4,
	TOKEN_END = 9
};

void build_start(void);
void build_rsv(u64 addr, u64 size);
void build_cell(u32 value);
u32 build_here(void); /* offset in the structure block */
void build_begin(const char *name);
void build_end(void);
void build_prop(const char *name, const void *data, u32 len);
void build_text(const char *name, const char *text);
void build_cells(const char *name, u32 nr, const u32 *cells);
void build_u32(const char *name, u32 value);

/* As it stands, without adding tokens or the map's end. */
u8 *build_raw(void);
/* With the map's end and FDT_END. */
u8 *build_finish(void);

u32 get_be32(const u8 *p);
void put_be32(u8 *p, u32 value);

#endif
