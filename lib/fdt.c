// SPDX-License-Identifier: BSD-2-Clause
/*
 * The flattened device tree reader: see <kernel/fdt.h>. Runs with the MMU off
 * at any address, so it has no globals and no pointers in constant data.
 * fdt_props.c reads the values of properties, fdt_cpus.c what is known of cpus.
 *
 * How reads stay inside: fdt_open() makes the structure block a whole number of
 * cells and cuts the strings block behind its last NUL. From then on an offset
 * that is a multiple of four and below struct_size has a cell behind it, and any
 * offset below strings_size is the start of a terminated string.
 */
#include <kernel/errno.h>
#include <kernel/fdt.h>
#include <kernel/string.h>

/* Devicetree Specification v0.4 §5.2 */
#define HEADER_SIZE_V16 36 /* size_dt_struct came with version 17 */
#define OLDEST_VERSION  16
#define VERSION         17

enum header { /* byte offsets */
	MAGIC = 0,
	TOTALSIZE = 4,
	OFF_STRUCT = 8,
	OFF_STRINGS = 12,
	OFF_RSVMAP = 16,
	HDR_VERSION = 20,
	LAST_COMP_VERSION = 24,
	SIZE_STRINGS = 32,
	SIZE_STRUCT = 36,
};

/*
 * Devicetree Specification v0.4 §5.4.1, as a little-endian load sees them: the
 * walk compares tokens far more often than anything else, and RISC-V without
 * Zbb has no byte swap.
 */
#define BEGIN_NODE 0x01000000U
#define END_NODE   0x02000000U
#define PROP       0x03000000U
#define NOP        0x04000000U
#define END        0x09000000U
#define DAMAGE     0U /* never a token */

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tokens are compared unswapped");

typedef u32 __attribute__((may_alias)) raw_cell;

/* Bytes, not a load and a swap: that would become a call into libgcc. */
static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* As be32() of an aligned cell, quick for what lengths and offsets mostly are: below 256. */
static inline u32 small_cell(const u8 *p)
{
	u32 raw = *(const raw_cell *)p;

	return likely(!(raw << 8)) ? raw >> 24 : be32(p);
}

u64 fdt_read_number(const u8 *data, u32 cells)
{
	u64 value = 0;

	for (u32 i = 0; i < cells; i++)
		value = value << 32 | be32(data + 4 * i);
	return value;
}

int fdt_size(const void *blob)
{
	const u8 *p = blob;
	u32 size;

	if (!p || (uintptr_t)p % 8 || be32(p + MAGIC) != FDT_MAGIC)
		return -EINVAL;
	if (be32(p + HDR_VERSION) < OLDEST_VERSION || be32(p + LAST_COMP_VERSION) > VERSION)
		return -EOPNOTSUPP;
	size = be32(p + TOTALSIZE);
	if (size > FDT_MAX_SIZE || size < FDT_HEADER_SIZE)
		return -E2BIG;
	return (int)size;
}

static bool block_fits(const struct fdt *fdt, u32 off, u32 size)
{
	return off >= HEADER_SIZE_V16 && off <= fdt->totalsize && size <= fdt->totalsize - off;
}

/* Entries before the all-zero one, or before the blob's end where that is missing. */
static u32 count_rsv(const struct fdt *fdt)
{
	u32 most = (fdt->totalsize - fdt->rsvmap_off) / FDT_RSV_ENTRY;

	for (u32 i = 0; i < most; i++) {
		const u8 *entry = fdt->blob + fdt->rsvmap_off + i * FDT_RSV_ENTRY;

		if (!fdt_read_number(entry, 2) && !fdt_read_number(entry + 8, 2))
			return i;
	}
	return most;
}

int fdt_open(struct fdt *fdt, const void *blob)
{
	const u8 *p = blob;
	int size = fdt_size(blob);

	if (size < 0)
		return size;
	fdt->blob = p;
	fdt->totalsize = (u32)size;
	fdt->struct_off = be32(p + OFF_STRUCT);
	fdt->strings_off = be32(p + OFF_STRINGS);
	fdt->strings_size = be32(p + SIZE_STRINGS);
	fdt->rsvmap_off = be32(p + OFF_RSVMAP);
	if (!block_fits(fdt, fdt->struct_off, 0) || fdt->struct_off % 4 ||
	    !block_fits(fdt, fdt->rsvmap_off, 0) || fdt->rsvmap_off % 8 ||
	    !block_fits(fdt, fdt->strings_off, fdt->strings_size))
		return -EILSEQ;

	if (be32(p + HDR_VERSION) < 17)
		fdt->struct_size = fdt->totalsize - fdt->struct_off;
	else
		fdt->struct_size = be32(p + SIZE_STRUCT);
	if (!block_fits(fdt, fdt->struct_off, fdt->struct_size))
		return -EILSEQ;
	fdt->struct_size -= fdt->struct_size % 4;
	while (fdt->strings_size && p[fdt->strings_off + fdt->strings_size - 1])
		fdt->strings_size--;
	fdt->nr_rsv = count_rsv(fdt);
	return 0;
}

/* The cells of a name that starts at @off, its NUL included; 0: no NUL in the block. */
static size_t name_cells(const struct fdt *fdt, size_t off)
{
	const raw_cell *start = (const raw_cell *)(fdt->blob + fdt->struct_off + off);
	const raw_cell *end = (const raw_cell *)(fdt->blob + fdt->struct_off + fdt->struct_size);

	for (const raw_cell *p = start; p < end; p++) {
		u32 borrowed = (*p - 0x01010101U) & 0x80808080U;

		/* A byte that borrowed without having its top bit set, which few have: zero. */
		if (unlikely(borrowed) && borrowed & ~*p)
			return (size_t)(p - start) + 1;
	}
	return 0;
}

/* The token at *@off; moves *@off behind it and all that belongs to it, or gives DAMAGE. */
static inline u32 take_token(const struct fdt *fdt, size_t *off)
{
	const u8 *p;
	size_t left, size;
	u32 token;

	if (*off >= fdt->struct_size)
		return DAMAGE;
	p = fdt->blob + fdt->struct_off + *off;
	left = fdt->struct_size - *off - 4;
	token = *(const raw_cell *)p;
	*off += 4;
	if (likely(token == PROP)) {
		if (left < 8)
			return DAMAGE;
		size = small_cell(p + 4);
		if (size > left - 8)
			return DAMAGE;
		/* Both ends are multiples of four, so the padding fits where the data does. */
		*off += 8 + ((size + 3) & ~(size_t)3);
		return token;
	}
	if (token == BEGIN_NODE) {
		size = name_cells(fdt, *off);
		*off += 4 * size;
		return size ? token : DAMAGE;
	}
	return token == END_NODE || token == NOP || token == END ? token : DAMAGE;
}

static int fail_at(u32 *where, u32 off)
{
	if (where)
		*where = off;
	return -EILSEQ;
}

int fdt_check(const struct fdt *fdt, u32 *where)
{
	size_t off = 0;
	u32 depth = 0, last = DAMAGE; /* last token that is not a NOP */

	if (!fdt_rsv_ends(fdt))
		return fail_at(where, fdt->rsvmap_off + fdt->nr_rsv * FDT_RSV_ENTRY);
	for (;;) {
		size_t start = off;
		u32 token = take_token(fdt, &off);
		bool ok = false;

		switch (token) {
		case BEGIN_NODE: /* at depth 0 only one, the root */
			ok = (depth || last == DAMAGE) && ++depth <= FDT_MAX_DEPTH;
			break;
		case END_NODE:
			ok = depth > 0;
			depth -= ok;
			break;
		case PROP: /* properties come before child nodes */
			ok = (last == BEGIN_NODE || last == PROP) &&
			     small_cell(fdt->blob + fdt->struct_off + start + 8) <
				     fdt->strings_size;
			break;
		case NOP:
			continue;
		case END:
			if (last == END_NODE && !depth)
				return 0;
			break;
		}
		if (!ok)
			return fail_at(where, fdt->struct_off + (u32)start);
		last = token;
	}
}

/* The first token behind a node's name. */
static int node_body(const struct fdt *fdt, int node)
{
	size_t off = (size_t)node;

	if (node < 0)
		return node;
	if (off % 4 || take_token(fdt, &off) != BEGIN_NODE)
		return -EILSEQ;
	return (int)off;
}

int fdt_root(const struct fdt *fdt)
{
	for (size_t off = 0;;) {
		size_t start = off;

		switch (take_token(fdt, &off)) {
		case BEGIN_NODE:
			return (int)start;
		case NOP:
			break;
		case END:
			return -ENOENT;
		default:
			return -EILSEQ;
		}
	}
}

static inline int next_node(const struct fdt *fdt, int node, int *depth)
{
	int body = node_body(fdt, node);

	if (body < 0)
		return body;
	for (size_t off = (size_t)body;;) {
		size_t start = off;

		switch (take_token(fdt, &off)) {
		case BEGIN_NODE:
			++*depth;
			return (int)start;
		case END_NODE:
			if (--*depth < 0)
				return -ENOENT;
			break;
		case PROP:
		case NOP:
			break;
		default:
			return -EILSEQ;
		}
	}
}

int fdt_next_node(const struct fdt *fdt, int node, int *depth)
{
	return next_node(fdt, node, depth);
}

int fdt_first_child(const struct fdt *fdt, int node)
{
	return next_node(fdt, node, &(int){ 0 });
}

int fdt_next_sibling(const struct fdt *fdt, int node)
{
	int body = node_body(fdt, node);
	u32 depth = 1;

	if (body < 0)
		return body;
	for (size_t off = (size_t)body;;) {
		size_t start = off;
		u32 token = take_token(fdt, &off);

		if (token == PROP && depth)
			continue;
		if (token == BEGIN_NODE) {
			if (!depth)
				return (int)start;
			depth++;
		} else if (token == END_NODE) {
			if (!depth)
				return -ENOENT;
			depth--;
		} else if (token != NOP) {
			return token == END && !depth ? -ENOENT : -EILSEQ;
		}
	}
}

const char *fdt_node_name(const struct fdt *fdt, int node)
{
	if (node_body(fdt, node) < 0)
		return "";
	return (const char *)fdt->blob + fdt->struct_off + node + 4;
}

/* @text has no NUL in @len bytes and goes on behind them, @name is terminated. */
static bool name_matches(const char *name, const char *text, size_t len)
{
	if (name[0] != text[0] || strncmp(name, text, len))
		return false;
	return !name[len] || (name[len] == '@' && !memchr(text, '@', len));
}

bool fdt_name_matches(const char *found, const char *name)
{
	/* Most differ at once: their length is not counted. */
	return found[0] == name[0] && name_matches(found, name, strlen(name));
}

bool fdt_name_is(const struct fdt *fdt, int node, const char *name)
{
	const char *found = fdt_node_name(fdt, node);

	return fdt_name_matches(found, name) && (*found || node_body(fdt, node) >= 0);
}

/* Bytes up to the end of a path's component. */
static size_t component_len(const char *path)
{
	size_t len = 0;

	while (path[len] && path[len] != '/' && path[len] != ':')
		len++;
	return len;
}

/*
 * Children are found in one pass over the parent: stepping from sibling to
 * sibling would read each name three times, and this is most of what a lookup costs.
 */
int fdt_find_children(const struct fdt *fdt, int node, struct fdt_child *want, u32 nr)
{
	int body = node_body(fdt, node);
	u32 depth = 0, left = nr;

	for (u32 i = 0; i < nr; i++)
		want[i].node = body < 0 ? body : -ENOENT;
	if (body < 0)
		return body;
	for (size_t off = (size_t)body;;) {
		size_t start = off;
		u32 token = take_token(fdt, &off);

		if (token == BEGIN_NODE) {
			const char *name = (const char *)fdt->blob + fdt->struct_off + start + 4;

			if (depth++)
				continue;
			for (u32 i = 0; i < nr; i++) {
				if (want[i].node >= 0 ||
				    !name_matches(name, want[i].name, want[i].len))
					continue;
				want[i].node = (int)start;
				if (!--left)
					return 0;
			}
		} else if (token == END_NODE) {
			if (!depth--)
				return -ENOENT;
		} else if (token != PROP && token != NOP) {
			return -EILSEQ;
		}
	}
}

static int find_child(const struct fdt *fdt, int node, const char *text, size_t len)
{
	struct fdt_child want = { .name = text, .len = len };
	int err = fdt_find_children(fdt, node, &want, 1);

	return err ? err : want.node;
}

static int walk_path(const struct fdt *fdt, int node, const char *path)
{
	for (;;) {
		size_t len;

		while (*path == '/')
			path++;
		len = component_len(path);
		if (!len || node < 0)
			return node;
		node = find_child(fdt, node, path, len);
		path += len;
	}
}

/* The node that alias number one of that name stands for; an alias of an alias is none. */
static int find_alias(const struct fdt *fdt, int root, const char *text, size_t len)
{
	struct fdt_prop prop;
	int node = walk_path(fdt, root, "aliases");
	int err;

	if (node < 0)
		return node;
	for (err = fdt_first_prop(fdt, node, &prop); !err; err = fdt_next_prop(fdt, &prop)) {
		if (strncmp(prop.name, text, len) || prop.name[len])
			continue;
		if (!prop.len || prop.data[0] != '/' || !memchr(prop.data, 0, prop.len))
			return -ENOENT;
		return walk_path(fdt, root, (const char *)prop.data);
	}
	return err;
}

int fdt_find_node(const struct fdt *fdt, const char *path)
{
	int node = fdt_root(fdt);
	size_t len = component_len(path);

	if (node < 0)
		return node;
	if (*path != '/')
		node = len ? find_alias(fdt, node, path, len) : -ENOENT;
	return walk_path(fdt, node, path + len);
}

int fdt_next_prop(const struct fdt *fdt, struct fdt_prop *prop)
{
	for (size_t off = prop->next;;) {
		size_t start = off;
		u32 name;
		const u8 *p;

		switch (take_token(fdt, &off)) {
		case PROP:
			p = fdt->blob + fdt->struct_off + start;
			name = be32(p + 8);
			if (name >= fdt->strings_size)
				return -EILSEQ;
			prop->name = (const char *)fdt->blob + fdt->strings_off + name;
			prop->data = p + 12;
			prop->len = small_cell(p + 4);
			prop->next = (u32)off;
			return 0;
		case NOP:
			break;
		case BEGIN_NODE:
		case END_NODE:
			return -ENOENT;
		default:
			return -EILSEQ;
		}
	}
}

int fdt_first_prop(const struct fdt *fdt, int node, struct fdt_prop *prop)
{
	int body = node_body(fdt, node);

	if (body < 0)
		return body;
	prop->next = (size_t)body;
	return fdt_next_prop(fdt, prop);
}
