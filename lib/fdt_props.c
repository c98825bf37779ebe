// SPDX-License-Identifier: BSD-2-Clause
/*
 * The values of device tree properties: see <kernel/fdt.h>. As fdt.c it runs
 * with the MMU off at any address: no globals, no pointers in constant data.
 */
#include <kernel/errno.h>
#include <kernel/fdt.h>
#include <kernel/string.h>

const void *fdt_getprop(const struct fdt *fdt, int node, const char *name, u32 *len)
{
	struct fdt_prop prop;
	int err;

	for (err = fdt_first_prop(fdt, node, &prop); !err; err = fdt_next_prop(fdt, &prop)) {
		if (prop.name[0] != name[0] || strcmp(prop.name, name))
			continue;
		if (len)
			*len = prop.len;
		return prop.data;
	}
	return NULL;
}

static int getprop_cells(const struct fdt *fdt, int node, const char *name, u32 most, u64 *val)
{
	u32 len;
	const u8 *data = fdt_getprop(fdt, node, name, &len);

	if (!data)
		return -ENOENT;
	if (!len || len % 4 || len / 4 > most)
		return -EINVAL;
	*val = fdt_read_number(data, len / 4);
	return 0;
}

int fdt_getprop_u32(const struct fdt *fdt, int node, const char *name, u32 *val)
{
	u64 number;
	int err = getprop_cells(fdt, node, name, 1, &number);

	if (!err)
		*val = (u32)number;
	return err;
}

int fdt_getprop_number(const struct fdt *fdt, int node, const char *name, u64 *val)
{
	return getprop_cells(fdt, node, name, 2, val);
}

const char *fdt_getprop_string(const struct fdt *fdt, int node, const char *name)
{
	u32 len;
	const char *text = fdt_getprop(fdt, node, name, &len);

	return text && memchr(text, 0, len) ? text : NULL;
}

bool fdt_stringlist_has(const struct fdt *fdt, int node, const char *name, const char *str)
{
	u32 left;
	const char *text = fdt_getprop(fdt, node, name, &left);
	size_t size = strlen(str) + 1;

	while (text && left >= size) {
		const char *nul;

		if (!memcmp(text, str, size))
			return true;
		nul = memchr(text, 0, left);
		if (!nul)
			break;
		left -= (u32)(nul + 1 - text);
		text = nul + 1;
	}
	return false;
}

bool fdt_is_compatible(const struct fdt *fdt, int node, const char *compatible)
{
	return fdt_stringlist_has(fdt, node, "compatible", compatible);
}

bool fdt_is_available(const struct fdt *fdt, int node)
{
	const char *status;

	if (!fdt_getprop(fdt, node, "status", NULL))
		return true;
	status = fdt_getprop_string(fdt, node, "status");
	return status && (!strcmp(status, "okay") || !strcmp(status, "ok"));
}

static u32 cell_count(const struct fdt_prop *prop)
{
	return prop->len == 4 ? (u32)fdt_read_number(prop->data, 1) : FDT_BAD_CELLS;
}

void fdt_cells(const struct fdt *fdt, int node, u32 *address_cells, u32 *size_cells)
{
	bool have_address = false, have_size = false; /* of one name twice the first counts */
	struct fdt_prop prop;
	int err;

	*address_cells = 2;
	*size_cells = 1;
	for (err = fdt_first_prop(fdt, node, &prop); !err; err = fdt_next_prop(fdt, &prop)) {
		if (prop.name[0] != '#')
			continue;
		if (!have_address && !strcmp(prop.name, "#address-cells")) {
			have_address = true;
			*address_cells = cell_count(&prop);
		} else if (!have_size && !strcmp(prop.name, "#size-cells")) {
			have_size = true;
			*size_cells = cell_count(&prop);
		}
	}
}

int fdt_reg_pair(const void *reg, u32 len, u32 address_cells, u32 size_cells, u32 index, u64 *addr,
		 u64 *size)
{
	const u8 *data = reg;
	u32 pair;
	u64 a, s;

	if (!address_cells || address_cells > 2 || size_cells > 2)
		return -EINVAL;
	pair = 4 * (address_cells + size_cells);
	if (len % pair)
		return -EINVAL;
	if (index >= len / pair)
		return -ENOENT;
	data += index * pair;
	a = fdt_read_number(data, address_cells);
	s = fdt_read_number(data + 4 * address_cells, size_cells);
	/* A range may end at 2^64, so ask about its last byte. */
	if (s && a + (s - 1) < a)
		return -EOVERFLOW;
	*addr = a;
	if (size)
		*size = s;
	return 0;
}

int fdt_reg(const struct fdt *fdt, int parent, int node, u32 index, u64 *addr, u64 *size)
{
	u32 len, address_cells, size_cells;
	const void *reg = fdt_getprop(fdt, node, "reg", &len);

	if (!reg)
		return -ENOENT;
	fdt_cells(fdt, parent, &address_cells, &size_cells);
	return fdt_reg_pair(reg, len, address_cells, size_cells, index, addr, size);
}

int fdt_rsv(const struct fdt *fdt, u32 index, u64 *addr, u64 *size)
{
	const u8 *entry;

	if (index >= fdt->nr_rsv)
		return fdt_rsv_ends(fdt) ? -ENOENT : -EILSEQ;
	entry = fdt->blob + fdt->rsvmap_off + index * FDT_RSV_ENTRY;
	*addr = fdt_read_number(entry, 2);
	*size = fdt_read_number(entry + 8, 2);
	return 0;
}
