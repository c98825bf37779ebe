// SPDX-License-Identifier: BSD-2-Clause
/* Builds device trees, good and bad: see fdt_build.h. */
#include "fdt_build.h"

#include <kernel/fdt.h>
#include <stdlib.h>
#include <string.h>

#define MAX (8U << 20)

struct block {
	u8 *data;
	u32 len;
};

static struct block rsv, tree, strings;
static u8 *blob;

u32 get_be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

void put_be32(u8 *p, u32 value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (u8)(value >> (24 - 8 * i));
}

static void add(struct block *block, const void *data, u32 len)
{
	if (!block->data)
		block->data = malloc(MAX);
	if (!block->data || len > MAX - block->len)
		abort();
	if (len)
		memcpy(block->data + block->len, data, len);
	block->len += len;
}

static void add_cell(struct block *block, u32 value)
{
	u8 be[4];

	put_be32(be, value);
	add(block, be, 4);
}

static void pad(struct block *block)
{
	add(block, "\0\0\0", -block->len & 3);
}

void build_start(void)
{
	free(blob);
	blob = NULL;
	rsv.len = tree.len = strings.len = 0;
}

void build_rsv(u64 addr, u64 size)
{
	add_cell(&rsv, (u32)(addr >> 32));
	add_cell(&rsv, (u32)addr);
	add_cell(&rsv, (u32)(size >> 32));
	add_cell(&rsv, (u32)size);
}

void build_cell(u32 value)
{
	add_cell(&tree, value);
}

u32 build_here(void)
{
	return tree.len;
}

void build_begin(const char *name)
{
	build_cell(TOKEN_BEGIN);
	add(&tree, name, (u32)strlen(name) + 1);
	pad(&tree);
}

void build_end(void)
{
	build_cell(TOKEN_END_NODE);
}

void build_prop(const char *name, const void *data, u32 len)
{
	build_cell(TOKEN_PROP);
	build_cell(len);
	build_cell(strings.len);
	add(&strings, name, (u32)strlen(name) + 1);
	add(&tree, data, len);
	pad(&tree);
}

void build_text(const char *name, const char *text)
{
	build_prop(name, text, (u32)strlen(text) + 1);
}

void build_cells(const char *name, u32 nr, const u32 *cells)
{
	u8 be[64];

	for (u32 i = 0; i < nr; i++)
		put_be32(be + 4 * i, cells[i]);
	build_prop(name, be, 4 * nr);
}

void build_u32(const char *name, u32 value)
{
	build_cells(name, 1, &value);
}

u8 *build_raw(void)
{
	u32 at = FDT_HEADER_SIZE, total = at + rsv.len + tree.len + strings.len;
	u32 header[] = { FDT_MAGIC, total,       at + rsv.len, at + rsv.len + tree.len, at, 17, 16,
			 0,         strings.len, tree.len };

	free(blob);
	blob = malloc(total);
	if (!blob)
		abort();
	for (u32 i = 0; i < 10; i++)
		put_be32(blob + 4 * i, header[i]);
	memcpy(blob + at, rsv.data, rsv.len);
	memcpy(blob + at + rsv.len, tree.data, tree.len);
	if (strings.len)
		memcpy(blob + at + rsv.len + tree.len, strings.data, strings.len);
	return blob;
}

u8 *build_finish(void)
{
	build_rsv(0, 0);
	build_cell(TOKEN_END);
	return build_raw();
}
