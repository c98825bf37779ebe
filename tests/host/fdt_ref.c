// SPDX-License-Identifier: BSD-2-Clause
/* The reference side of the device tree tests: see fdt_ref.h. */
#include "fdt_ref.h"

#include <libfdt.h>
#include <string.h>

bool ref_accepts(const void *blob, size_t size)
{
	return !fdt_check_full(blob, size);
}

int ref_next_node(const void *blob, int node, int *depth)
{
	return fdt_next_node(blob, node, depth);
}

int ref_first_child(const void *blob, int node)
{
	return fdt_first_subnode(blob, node);
}

int ref_next_sibling(const void *blob, int node)
{
	return fdt_next_subnode(blob, node);
}

const char *ref_name(const void *blob, int node)
{
	return fdt_get_name(blob, node, NULL);
}

int ref_first_prop(const void *blob, int node)
{
	return fdt_first_property_offset(blob, node);
}

int ref_next_prop(const void *blob, int prop)
{
	return fdt_next_property_offset(blob, prop);
}

struct ref_prop ref_prop(const void *blob, int prop)
{
	struct ref_prop p = { 0 };

	p.data = fdt_getprop_by_offset(blob, prop, &p.name, &p.len);
	return p;
}

struct ref_prop ref_getprop(const void *blob, int node, const char *name)
{
	struct ref_prop p = { .name = name };

	p.data = fdt_getprop(blob, node, name, &p.len);
	return p;
}

bool ref_stringlist_has(const void *blob, int node, const char *name, const char *text)
{
	int len;
	const char *list = fdt_getprop(blob, node, name, &len);

	return list && fdt_stringlist_contains(list, len, text);
}

int ref_path(const void *blob, int node, char *buf, int size)
{
	return fdt_get_path(blob, node, buf, size);
}

int ref_find(const void *blob, const char *path)
{
	return fdt_path_offset(blob, path);
}

int ref_nr_rsv(const void *blob)
{
	return fdt_num_mem_rsv(blob);
}

void ref_rsv(const void *blob, int index, unsigned long long *addr, unsigned long long *size)
{
	uint64_t a = 0, s = 0; /* not the kernel's u64 on every host */

	if (fdt_get_mem_rsv(blob, index, &a, &s))
		a = s = 0;
	*addr = a;
	*size = s;
}
