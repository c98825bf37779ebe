/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_FDT_IRQ_H
#define KERNEL_FDT_IRQ_H

#include <kernel/fdt.h>

/*
 * Who interrupts whom in a device tree (Devicetree Specification v0.4 §2.4): one pass over
 * all nodes that notes interrupt controllers, and then the interrupts of a node, whose
 * controller may stand behind it. As trustful as <kernel/fdt.h>: not at all.
 */

/* Each hart is one, and there may be harts Cairn does not use. */
#define FDT_MAX_INTCS 576
#define FDT_IRQ_CELLS 3

/** struct fdt_intc - a node with #interrupt-cells; @parent: its device tree parent */
struct fdt_intc {
	u32 phandle; /* 0: none */
	u32 cells;
	int node, parent;
};

/** struct fdt_irq_parent - where a node's interrupts go: to a phandle, or to a node if it is 0 */
struct fdt_irq_parent {
	u32 phandle;
	int node; /* -ENOENT: nowhere */
};

/**
 * struct fdt_level - a node of the pass, or one above it
 * @available: neither it nor one above it is disabled
 * @mapped:    addresses of its children are physical addresses
 */
struct fdt_level {
	int node;
	bool available, mapped;
	bool is_intc;
	struct fdt_irq_parent irq_parent;
	const char *compatible; /* list, not checked; NULL: none */
	u32 compatible_len;
};

/**
 * struct fdt_scan - the pass. Zeroed at first but for @fdt and @depth = -1.
 * @level: from the root to the node at @depth
 * @full:  there were more controllers than FDT_MAX_INTCS; those are not known
 */
struct fdt_scan {
	const struct fdt *fdt;
	int depth;
	struct fdt_level level[FDT_MAX_DEPTH];
	unsigned int nr_intcs;
	bool full;
	struct fdt_intc intc[FDT_MAX_INTCS];
};

/** fdt_scan_next() - to the root, then to each node in tree order. Return: 0; -ENOENT; -EILSEQ. */
int fdt_scan_next(struct fdt_scan *scan);

/** fdt_find_intc() - by phandle, or by node if that is 0; NULL: there is none */
const struct fdt_intc *fdt_find_intc(const struct fdt_scan *scan, u32 phandle, int node);

/** struct fdt_irq - one interrupt of a node; @cells of @intc are in @args, the rest are 0 */
struct fdt_irq {
	const struct fdt_intc *intc;
	u32 args[FDT_IRQ_CELLS];
};

/**
 * fdt_next_irq() - the interrupts of a node in order: interrupts-extended, else interrupts
 * @scan:   a finished pass
 * @parent: of the node, from its struct fdt_level
 * @pos:    0 at first, then as the last call left it
 * Return: 0; -ENOENT: no (more) interrupts; -EINVAL: no such controller, it has no or too
 * many cells, or the property ends in the middle of an interrupt.
 */
int fdt_next_irq(const struct fdt_scan *scan, int node, const struct fdt_irq_parent *parent,
		 u32 *pos, struct fdt_irq *irq);

#endif
