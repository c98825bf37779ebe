// SPDX-License-Identifier: BSD-2-Clause
/* Walks over a whole device tree, alone and beside libfdt: see fdt_walk.h. */
#include "fdt_walk.h"
#include "fdt_build.h"
#include "fdt_ref.h"
#include "host.h"

#include <kernel/errno.h>
#include <string.h>

#define DEPTH 48

static volatile u64 sink;

static void touch(const void *data, size_t len)
{
	u64 sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += ((const u8 *)data)[i];
	sink += sum;
}

static void touch_text(const char *text)
{
	if (text)
		touch(text, strlen(text));
}

struct walk {
	int stack[DEPTH], depth; /* stack[depth] is the node */
};

static bool walk_next(const struct fdt *fdt, struct walk *w)
{
	int next = w->depth < DEPTH - 1 ? fdt_first_child(fdt, w->stack[w->depth]) : -ENOENT;

	if (next >= 0) {
		w->stack[++w->depth] = next;
		return true;
	}
	for (; w->depth; w->depth--) {
		next = fdt_next_sibling(fdt, w->stack[w->depth]);
		if (next >= 0) {
			w->stack[w->depth] = next;
			return true;
		}
	}
	return false;
}

static void call_values(const struct fdt *fdt, int parent, int node)
{
	u32 cell, len, a, s;
	u64 addr, size, number;
	const void *data = fdt_getprop(fdt, node, "compatible", &len);

	if (data)
		touch(data, len);
	touch_text(fdt_getprop_string(fdt, node, "riscv,isa"));
	if (!fdt_getprop_u32(fdt, node, "phandle", &cell))
		sink += cell;
	if (!fdt_getprop_number(fdt, node, "linux,initrd-start", &number))
		sink += number;
	sink += fdt_stringlist_has(fdt, node, "reg-names", "mem");
	sink += fdt_is_compatible(fdt, node, "simple-bus");
	sink += fdt_is_available(fdt, node);
	sink += fdt_hart_has_isa(fdt, node, "svpbmt");
	sink += fdt_hart_has_isa(fdt, node, "h");
	fdt_cells(fdt, node, &a, &s);
	for (u32 i = 0; !fdt_reg(fdt, parent, node, i, &addr, &size); i++)
		sink += addr + size;
}

static void call_node(const struct fdt *fdt, int parent, int node, bool checked)
{
	const char *name = fdt_node_name(fdt, node);
	struct fdt_prop prop;
	int err;

	touch_text(name);
	sink += fdt_name_is(fdt, node, "memory");
	for (err = fdt_first_prop(fdt, node, &prop); !err; err = fdt_next_prop(fdt, &prop)) {
		touch_text(prop.name);
		touch(prop.data, prop.len);
	}
	CHECK(!checked || err == -ENOENT);
	call_values(fdt, parent, node);
}

static void call_harts(const struct fdt *fdt, bool checked)
{
	struct fdt_hart hart;
	int last = -1;
	int err = fdt_first_hart(fdt, &hart);

	for (; !err || err == -EINVAL; err = fdt_next_hart(fdt, &hart)) {
		CHECK(hart.node > last);
		last = hart.node;
	}
	CHECK(err == -ENOENT || (err == -EILSEQ && !checked));
}

void walk_exercise(const struct fdt *fdt, bool checked)
{
	static const char paths[][20] = { "/chosen",        "/cpus/cpu@0", "/memory", "/soc/serial",
					  "serial0:115200", "/",           "",        "//soc//",
					  "loop/x" };
	struct walk w = { .stack = { fdt_root(fdt) } };
	u64 addr, size;
	int last = -1;

	if (w.stack[0] >= 0) {
		do {
			int node = w.stack[w.depth];

			CHECK(node > last); /* so the walk ends */
			last = node;
			call_node(fdt, w.depth ? w.stack[w.depth - 1] : -1, node, checked);
		} while (!host_failures && walk_next(fdt, &w));
	}
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		CHECK(fdt_find_node(fdt, paths[i]) != -EILSEQ || !checked);
	for (u32 i = 0; !fdt_rsv(fdt, i, &addr, &size); i++)
		sink += addr + size;
	call_harts(fdt, checked);
	/* Offsets that nobody handed out are refused or answered, never believed. */
	for (int i = 0; i < 4; i++) {
		int node = (int)host_rand() >> host_rand_below(32);

		call_node(fdt, node, node, false);
		sink += (u64)fdt_first_child(fdt, node) + (u64)fdt_next_sibling(fdt, node);
	}
}

static bool compare_prop(const struct fdt *fdt, int node, const struct fdt_prop *ours, int ref_at)
{
	struct ref_prop ref = ref_prop(fdt->blob, ref_at), first;
	u32 len;
	const void *data = fdt_getprop(fdt, node, ours->name, &len);

	CHECK(ref.data == ours->data);
	CHECK_EQ(ref.len, ours->len);
	CHECK(ref.name && !strcmp(ref.name, ours->name));
	first = ref_getprop(fdt->blob, node, ours->name); /* names may come twice */
	CHECK(first.data == data);
	CHECK_EQ(first.len, len);
	/* On an open list libfdt 1.6.1 takes the byte behind it for the missing NUL. */
	if (len && !((const u8 *)data)[len - 1])
		CHECK_EQ(fdt_stringlist_has(fdt, node, ours->name, "okay"),
			 ref_stringlist_has(fdt->blob, node, ours->name, "okay"));
	return first.data == data;
}

static void compare_props(const struct fdt *fdt, int node)
{
	struct fdt_prop prop;
	int ref = ref_first_prop(fdt->blob, node);
	int err = fdt_first_prop(fdt, node, &prop);

	while (!err && ref >= 0) {
		if (!compare_prop(fdt, node, &prop, ref))
			return;
		ref = ref_next_prop(fdt->blob, ref);
		err = fdt_next_prop(fdt, &prop);
	}
	CHECK_EQ(err, -ENOENT);
	CHECK(ref < 0);
}

static u32 model_cells(const void *blob, int node, const char *name, u32 absent)
{
	struct ref_prop p = ref_getprop(blob, node, name);

	if (!p.data)
		return absent;
	return p.len == 4 ? get_be32(p.data) : FDT_BAD_CELLS;
}

/* What fdt_reg() should say, in wide arithmetic and without its shortcuts. */
static int model_reg(const void *blob, int parent, int node, u32 index, u64 *addr, u64 *size)
{
	struct ref_prop p = ref_getprop(blob, node, "reg");
	u64 a = model_cells(blob, parent, "#address-cells", 2);
	u64 s = model_cells(blob, parent, "#size-cells", 1);
	unsigned __int128 sum[2] = { 0, 0 };

	if (!p.data)
		return -ENOENT;
	if (a < 1 || a > 2 || s > 2 || (u64)p.len % (4 * (a + s)))
		return -EINVAL;
	if ((index + 1) * (a + s) * 4 > (u64)p.len)
		return -ENOENT;
	for (u64 i = 0; i < a + s; i++)
		sum[i >= a] = sum[i >= a] << 32 | get_be32(p.data + 4 * (index * (a + s) + i));
	if ((sum[0] + sum[1]) >> 64 && sum[0] + sum[1] != (unsigned __int128)1 << 64)
		return -EOVERFLOW;
	*addr = (u64)sum[0];
	*size = (u64)sum[1];
	return 0;
}

static void compare_reg(const struct fdt *fdt, int parent, int node)
{
	u32 a, s;
	int err = 0;

	fdt_cells(fdt, node, &a, &s);
	CHECK_EQ(a, model_cells(fdt->blob, node, "#address-cells", 2));
	CHECK_EQ(s, model_cells(fdt->blob, node, "#size-cells", 1));
	for (u32 i = 0; !err || err == -EOVERFLOW; i++) {
		u64 addr[2] = { 0, 0 }, size[2] = { 0, 0 };

		err = fdt_reg(fdt, parent, node, i, &addr[0], &size[0]);
		CHECK_EQ(err, model_reg(fdt->blob, parent, node, i, &addr[1], &size[1]));
		CHECK_EQ(addr[0], addr[1]);
		CHECK_EQ(size[0], size[1]);
	}
}

/* Paths whose parts mean the same to both sides: libfdt ends none at a ':'. */
static bool plain_path(const char *path, int depth)
{
	int slashes = 0;

	for (; *path; path++) {
		slashes += *path == '/';
		if (*path == ':' || (*path == '/' && path[1] == '/'))
			return false;
	}
	return slashes == depth;
}

static void compare_find(const struct fdt *fdt, const char *path)
{
	int ours = fdt_find_node(fdt, path);
	int ref = ref_find(fdt->blob, path);

	CHECK_EQ(ours < 0 ? -1 : ours, ref < 0 ? -1 : ref);
}

static void compare_path(const struct fdt *fdt, int node, int depth)
{
	char path[1024], *unit;

	if (!depth || ref_path(fdt->blob, node, path, sizeof(path)) || !plain_path(path, depth))
		return;
	compare_find(fdt, path);
	unit = strchr(strrchr(path, '/'), '@');
	if (!unit || unit[-1] == '/')
		return;
	*unit = 0;
	compare_find(fdt, path);
}

static void compare_aliases(const struct fdt *fdt)
{
	struct fdt_prop prop;
	int err = fdt_first_prop(fdt, fdt_find_node(fdt, "/aliases"), &prop);

	for (; !err; err = fdt_next_prop(fdt, &prop)) {
		const char *to = (const char *)prop.data;

		if (!prop.len || *to != '/' || prop.data[prop.len - 1])
			continue;
		compare_find(fdt, prop.name);
	}
}

static bool ref_text_is(struct ref_prop p, const char *text)
{
	return p.data && strnlen((const char *)p.data, (size_t)p.len) == strlen(text) &&
	       (size_t)p.len > strlen(text) && !strcmp((const char *)p.data, text);
}

static unsigned int model_mmu(struct ref_prop p)
{
	char text[12];

	if (!p.data)
		return FDT_MMU_ABSENT;
	if (ref_text_is(p, "riscv,none"))
		return FDT_MMU_NONE;
	for (unsigned int bits = 10; bits < 100; bits++) {
		snprintf(text, sizeof(text), "riscv,sv%u", bits);
		if (ref_text_is(p, text))
			return bits;
	}
	return FDT_MMU_UNKNOWN;
}

static void compare_harts(const struct fdt *fdt)
{
	const void *blob = fdt->blob;
	int cpus = ref_find(blob, "/cpus"), node;
	struct fdt_hart hart;
	int err = fdt_first_hart(fdt, &hart);

	for (node = ref_first_child(blob, cpus); node >= 0; node = ref_next_sibling(blob, node)) {
		struct ref_prop type = ref_getprop(blob, node, "device_type");
		struct ref_prop status = ref_getprop(blob, node, "status");
		u64 addr = 0, size;
		const char *name = ref_name(blob, node);

		if (type.data ? !ref_text_is(type, "cpu")
			      : strncmp(name, "cpu", 3) || (name[3] && name[3] != '@'))
			continue;
		CHECK_EQ(err, model_reg(blob, cpus, node, 0, &addr, &size) ? -EINVAL : 0);
		if (err && err != -EINVAL)
			return;
		CHECK_EQ(hart.node, node);
		CHECK(err || hart.hartid == addr);
		CHECK_EQ(hart.mmu, model_mmu(ref_getprop(blob, node, "mmu-type")));
		CHECK_EQ(hart.available,
			 !status.data || ref_text_is(status, "okay") || ref_text_is(status, "ok"));
		CHECK_EQ(fdt_is_available(fdt, node), hart.available);
		err = fdt_next_hart(fdt, &hart);
	}
	CHECK_EQ(err, -ENOENT);
}

void walk_compare(const struct fdt *fdt, bool paths)
{
	struct walk w = { .stack = { fdt_root(fdt) } };
	int depth = -1, nr = ref_nr_rsv(fdt->blob);
	int ref = ref_next_node(fdt->blob, -1, &depth);
	bool more = w.stack[0] >= 0;
	u64 a[2], s[2];

	/* libfdt ends by leaving the root: depth -1. */
	while (more && ref >= 0 && depth >= 0 && !host_failures) {
		const char *name = ref_name(fdt->blob, ref);

		CHECK_EQ(w.stack[w.depth], ref);
		CHECK_EQ(w.depth, depth);
		CHECK(name && !strcmp(fdt_node_name(fdt, ref), name));
		compare_props(fdt, ref);
		compare_reg(fdt, w.depth ? w.stack[w.depth - 1] : ref, ref);
		if (paths || !host_rand_below(8))
			compare_path(fdt, ref, depth);
		more = walk_next(fdt, &w);
		ref = ref_next_node(fdt->blob, ref, &depth);
	}
	CHECK(host_failures || (!more && (ref < 0 || depth < 0)));
	for (int i = 0; i < nr; i++) {
		ref_rsv(fdt->blob, i, &a[1], &s[1]);
		CHECK_EQ(fdt_rsv(fdt, (u32)i, &a[0], &s[0]), 0);
		CHECK(a[0] == a[1] && s[0] == s[1]);
	}
	/* libfdt stops at any empty entry, the specification only at address 0 size 0. */
	CHECK(fdt_rsv(fdt, (u32)nr, &a[0], &s[0]) == -ENOENT || (a[0] && !s[0]));
	compare_harts(fdt);
	if (paths)
		compare_aliases(fdt);
}
