// SPDX-License-Identifier: BSD-2-Clause
/* Interrupts in a device tree: see <kernel/fdt_irq.h>. */
#include <kernel/errno.h>
#include <kernel/fdt_irq.h>
#include <kernel/string.h>

static bool is_okay(const struct fdt_prop *prop)
{
	return (prop->len == 3 && !memcmp(prop->data, "ok", 3)) ||
	       (prop->len == 5 && !memcmp(prop->data, "okay", 5));
}

static bool one_cell(const struct fdt_prop *prop, u32 *value)
{
	if (prop->len != 4)
		return false;
	*value = (u32)fdt_read_number(prop->data, 1);
	return true;
}

static bool is_named(const struct fdt_prop *prop, const char *name)
{
	return prop->name[0] == name[0] && !strcmp(prop->name, name);
}

/* What the pass wants of one property. */
static void note_prop(struct fdt_level *level, struct fdt_intc *intc, const struct fdt_prop *prop)
{
	u32 value;

	if (is_named(prop, "compatible")) {
		level->compatible = (const char *)prop->data;
		level->compatible_len = prop->len;
	} else if (is_named(prop, "status")) {
		level->available &= is_okay(prop);
	} else if (is_named(prop, "ranges")) {
		level->mapped |= !prop->len;
	} else if (is_named(prop, "phandle")) {
		one_cell(prop, &intc->phandle);
	} else if (is_named(prop, "#interrupt-cells")) {
		level->is_intc = one_cell(prop, &intc->cells);
	} else if (is_named(prop, "interrupt-parent")) {
		level->irq_parent.node = -ENOENT;
		level->irq_parent.phandle = one_cell(prop, &value) ? value : 0;
	}
}

/* What a node has from the one above it; its own properties come on top. */
static void inherit(struct fdt_level *level, const struct fdt_level *above)
{
	*level = (struct fdt_level){ .available = true, .mapped = true };
	level->irq_parent.node = -ENOENT;
	if (!above)
		return;
	level->available = above->available;
	level->mapped = false; /* only a property says so */
	if (above->is_intc)
		level->irq_parent.node = above->node;
	else
		level->irq_parent = above->irq_parent;
}

int fdt_scan_next(struct fdt_scan *scan)
{
	const struct fdt *fdt = scan->fdt;
	int at = scan->depth, depth = at, err;
	int node = at < 0 ? fdt_root(fdt) : fdt_next_node(fdt, scan->level[at].node, &depth);
	struct fdt_level *level, *above;
	struct fdt_intc intc = { .node = node };
	struct fdt_prop prop;

	if (node < 0)
		return node;
	scan->depth = at < 0 ? 0 : depth;
	if (scan->depth >= FDT_MAX_DEPTH)
		return -EILSEQ;
	level = &scan->level[scan->depth];
	above = scan->depth ? &scan->level[scan->depth - 1] : NULL;
	intc.parent = above ? above->node : -ENOENT;
	inherit(level, above);
	level->node = node;
	for (err = fdt_first_prop(fdt, node, &prop); !err; err = fdt_next_prop(fdt, &prop))
		note_prop(level, &intc, &prop);
	if (above)
		level->mapped &= above->mapped;
	if (level->is_intc && scan->nr_intcs < FDT_MAX_INTCS)
		scan->intc[scan->nr_intcs++] = intc;
	else if (level->is_intc)
		scan->full = true;
	return err == -ENOENT ? 0 : err;
}

const struct fdt_intc *fdt_find_intc(const struct fdt_scan *scan, u32 phandle, int node)
{
	for (unsigned int i = 0; i < scan->nr_intcs; i++)
		if (phandle ? scan->intc[i].phandle == phandle : scan->intc[i].node == node)
			return &scan->intc[i];
	return NULL;
}

int fdt_next_irq(const struct fdt_scan *scan, int node, const struct fdt_irq_parent *parent,
		 u32 *pos, struct fdt_irq *irq)
{
	u32 len, phandle;
	const u8 *data = fdt_getprop(scan->fdt, node, "interrupts-extended", &len);
	bool extended = data;

	if (!extended)
		data = fdt_getprop(scan->fdt, node, "interrupts", &len);
	if (!data || *pos >= len)
		return -ENOENT;
	*irq = (struct fdt_irq){ 0 };
	data += *pos;
	len -= *pos;
	if (extended) {
		if (len < 4)
			return -EINVAL;
		phandle = (u32)fdt_read_number(data, 1);
		irq->intc = phandle ? fdt_find_intc(scan, phandle, 0) : NULL;
		data += 4;
		len -= 4;
		*pos += 4;
	} else {
		irq->intc = fdt_find_intc(scan, parent->phandle, parent->node);
	}
	if (!irq->intc || !irq->intc->cells || irq->intc->cells > FDT_IRQ_CELLS ||
	    len < 4 * irq->intc->cells)
		return -EINVAL;
	for (u32 i = 0; i < irq->intc->cells; i++)
		irq->args[i] = (u32)fdt_read_number(data + 4 * i, 1);
	*pos += 4 * irq->intc->cells;
	return 0;
}
