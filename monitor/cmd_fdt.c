// SPDX-License-Identifier: BSD-2-Clause
/* Monitor command fdt: the device tree, with properties shown as what they look like. */
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>

#define MAX_CELLS 64 /* of one property; the rest is only counted */
#define MAX_PATH  256

/* The nodes from where a walk began down to where it is. */
struct dt_walk {
	int node[FDT_MAX_DEPTH];
	unsigned int depth;
};

/* The next node below the first one, in the tree's order, or negative. */
static int walk_next(struct dt_walk *walk)
{
	int next = fdt_first_child(&machine_fdt, walk->node[walk->depth]);

	if (next >= 0 && walk->depth + 1 < FDT_MAX_DEPTH) {
		walk->node[++walk->depth] = next;
		return next;
	}
	for (; walk->depth; walk->depth--) {
		next = fdt_next_sibling(&machine_fdt, walk->node[walk->depth]);
		if (next >= 0) {
			walk->node[walk->depth] = next;
			return next;
		}
	}
	return -ENOENT;
}

/* Names from the second node on, behind what is in the buffer already. */
static void append_path(const struct dt_walk *walk, char *path, size_t size)
{
	for (unsigned int i = 1; i <= walk->depth; i++) {
		size_t len = strlen(path);

		scnprintf(path + len, size - len, "%s%s", len && path[len - 1] == '/' ? "" : "/",
			  fdt_node_name(&machine_fdt, walk->node[i]));
	}
}

/* Terminated strings of printable characters, none of them empty. */
static bool is_text(const struct fdt_prop *prop)
{
	if (!prop->len || prop->data[prop->len - 1])
		return false;
	for (u32 i = 0; i < prop->len; i++) {
		bool end = !prop->data[i];

		if (end ? !i || !prop->data[i - 1] : prop->data[i] < ' ' || prop->data[i] > '~')
			return false;
	}
	return true;
}

static void show_text(const struct fdt_prop *prop)
{
	for (u32 i = 0; i < prop->len;) {
		const char *s = (const char *)prop->data + i;

		/* Not through one printf: an isa string may be longer than its buffer. */
		console_printf("%s\"", i ? ", " : "");
		console_write(s, strlen(s));
		console_printf("\"");
		i += (u32)strlen(s) + 1;
	}
}

static void show_numbers(const struct fdt_prop *prop)
{
	u32 unit = prop->len % 4 ? 1 : 4;
	u32 nr = prop->len / unit;

	console_printf("%c", unit == 4 ? '<' : '[');
	for (u32 i = 0; i < nr && i < MAX_CELLS; i++) {
		const u8 *data = prop->data + i * unit;

		if (unit == 4)
			console_printf("%s0x%llx", i ? " " : "", fdt_read_number(data, 1));
		else
			console_printf("%s%02x", i ? " " : "", *data);
	}
	if (nr > MAX_CELLS)
		console_printf(" and %u more", nr - MAX_CELLS);
	console_printf("%c", unit == 4 ? '>' : ']');
}

static void show_properties(int node)
{
	struct fdt_prop prop;
	int err;

	for (err = fdt_first_prop(&machine_fdt, node, &prop); !err;
	     err = fdt_next_prop(&machine_fdt, &prop)) {
		console_printf("    %s", prop.name);
		if (prop.len) {
			console_printf(" = ");
			if (is_text(&prop))
				show_text(&prop);
			else
				show_numbers(&prop);
		}
		console_printf("\n");
	}
}

static void show_node(int node, const char *path, bool properties)
{
	const char *compatible = fdt_getprop_string(&machine_fdt, node, "compatible");

	if (properties || !compatible)
		console_printf("%s\n", path);
	else
		console_printf("%-40s %s\n", path, compatible);
	if (properties)
		show_properties(node);
}

static int cmd_fdt(int argc, char **argv)
{
	const char *from = argc > 1 ? argv[1] : "/";
	int node = fdt_find_node(&machine_fdt, from);
	struct dt_walk walk = { .node = { node } };

	if (node < 0) {
		monitor_error("%s: no such node", from);
		return node;
	}
	while (node >= 0) {
		char path[MAX_PATH];

		strscpy(path, from, sizeof(path));
		append_path(&walk, path, sizeof(path));
		show_node(node, path, argc > 1);
		node = walk_next(&walk);
	}
	return 0;
}

/* Paths in order; asked for one by one, so the walk goes on where the last call left it. */
static const char *complete_path(unsigned int index)
{
	static struct dt_walk walk;
	static unsigned int next;
	static char path[MAX_PATH];

	if (index != next || !index) {
		walk = (struct dt_walk){ .node = { fdt_root(&machine_fdt) } };
		for (next = 0; next < index; next++)
			if (walk_next(&walk) < 0)
				return NULL;
	} else if (walk_next(&walk) < 0) {
		return NULL;
	}
	next++;
	strscpy(path, "/", sizeof(path));
	append_path(&walk, path, sizeof(path));
	return path;
}

MONITOR_COMMAND(fdt, "[PATH]", "the device tree's nodes, or one with all below it", cmd_fdt,
		complete_path);
