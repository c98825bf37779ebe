// SPDX-License-Identifier: BSD-2-Clause
/* Interrupts in device trees: who is whose parent, and what a damaged tree gives. */
#include "fdt_build.h"
#include "host.h"

#include <kernel/errno.h>
#include <kernel/fdt_irq.h>
#include <string.h>

#define MAX_NODES 1000

static struct fdt fdt;
static struct fdt_scan scan;

/* What the pass says of each node, by name. */
static struct {
	const char *name;
	struct fdt_level level;
} seen[MAX_NODES];
static int nr_seen;

static int run_scan(void)
{
	int err;

	CHECK_EQ(fdt_open(&fdt, build_finish()), 0);
	CHECK_EQ(fdt_check(&fdt, NULL), 0);
	memset(&scan, 0, sizeof(scan));
	scan.fdt = &fdt;
	scan.depth = -1;
	nr_seen = 0;
	while (!(err = fdt_scan_next(&scan)) && nr_seen < MAX_NODES) {
		seen[nr_seen].level = scan.level[scan.depth];
		seen[nr_seen++].name = fdt_node_name(&fdt, scan.level[scan.depth].node);
	}
	return err;
}

static const struct fdt_level *level_of(const char *name)
{
	for (int i = 0; i < nr_seen; i++)
		if (!strcmp(seen[i].name, name))
			return &seen[i].level;
	CHECK(!name);
	return &seen[0].level;
}

static void intc(const char *name, u32 phandle, u32 cells)
{
	build_begin(name);
	if (phandle)
		build_u32("phandle", phandle);
	build_u32("#interrupt-cells", cells);
	build_end();
}

/* The interrupts of a node as text: "intc:arg,arg ..." and the error that ended them. */
static const char *irqs(const char *name)
{
	static char text[256];
	const struct fdt_level *level = level_of(name);
	struct fdt_irq irq;
	size_t len = 0;
	u32 pos = 0;
	int err;

	text[0] = '\0';
	while (!(err = fdt_next_irq(&scan, level->node, &level->irq_parent, &pos, &irq))) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"%s:", fdt_node_name(&fdt, irq.intc->node));
		for (u32 i = 0; i < irq.intc->cells; i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u",
						i ? "," : "", irq.args[i]);
		len += (size_t)snprintf(text + len, sizeof(text) - len, " ");
	}
	snprintf(text + len, sizeof(text) - len, "%d", err);
	return text;
}

#define CHECK_IRQS(name, wanted) CHECK(!strcmp(irqs(name), wanted))

static void device(const char *name, u32 nr, const u32 *cells)
{
	build_begin(name);
	build_cells("interrupts", nr, cells);
}

#define DEVICE(name, ...) \
	device(name, sizeof((u32[]){ __VA_ARGS__ }) / 4, (const u32[]){ __VA_ARGS__ })

/* Parents: named by the node, by one above it, or the one above it itself. */
static void parents(void)
{
	build_start();
	build_begin("");
	build_u32("interrupt-parent", 7);
	DEVICE("inherits", 1, 2);
	build_end();
	DEVICE("own", 3);
	build_u32("interrupt-parent", 8);
	build_end();
	build_begin("soc");
	build_u32("interrupt-parent", 8);
	build_begin("bus");
	DEVICE("deep", 4, 5);
	build_end();
	build_end();
	build_end();
	build_begin("expander");
	build_u32("phandle", 9);
	build_u32("#interrupt-cells", 3);
	build_u32("interrupt-parent", 8);
	build_cells("interrupts", 1, (const u32[]){ 6 });
	DEVICE("child", 1, 2, 3);
	build_end();
	build_begin("between");
	DEVICE("grandchild", 4, 5, 6);
	build_end();
	build_end();
	build_end();
	intc("two", 7, 2); /* behind those who name it */
	intc("one", 8, 1);
	build_end();
	CHECK_EQ(run_scan(), -ENOENT);
	CHECK_EQ(nr_seen, 12);
	CHECK_EQ(scan.nr_intcs, 3);
	CHECK_IRQS("inherits", "two:1,2 -2");
	CHECK_IRQS("own", "one:3 -2");
	CHECK_IRQS("deep", "one:4 one:5 -2");
	CHECK_IRQS("expander", "one:6 -2");
	CHECK_IRQS("child", "expander:1,2,3 -2");
	CHECK_IRQS("grandchild", "expander:4,5,6 -2");
	CHECK_IRQS("soc", "-2");
}

static void extended(void)
{
	build_start();
	build_begin("");
	intc("two", 7, 2);
	intc("one", 8, 1);
	build_begin("both"); /* interrupts-extended counts */
	build_cells("interrupts", 1, (const u32[]){ 3 });
	build_cells("interrupts-extended", 5, (const u32[]){ 8, 11, 7, 1, 2 });
	build_end();
	build_begin("cut");
	build_cells("interrupts-extended", 4, (const u32[]){ 8, 11, 7, 1 });
	build_end();
	build_begin("no-cells");
	build_cells("interrupts-extended", 3, (const u32[]){ 8, 11, 7 });
	build_end();
	build_begin("unknown");
	build_cells("interrupts-extended", 4, (const u32[]){ 8, 9, 99, 1 });
	build_end();
	build_begin("zero");
	build_cells("interrupts-extended", 2, (const u32[]){ 0, 1 });
	build_end();
	build_begin("bytes");
	build_prop("interrupts-extended", "\0\0\0", 3);
	build_end();
	build_begin("empty");
	build_prop("interrupts-extended", "", 0);
	build_end();
	build_end();
	CHECK_EQ(run_scan(), -ENOENT);
	CHECK_IRQS("both", "one:11 two:1,2 -2");
	CHECK_IRQS("cut", "one:11 -22");
	CHECK_IRQS("no-cells", "one:11 -22");
	CHECK_IRQS("unknown", "one:9 -22");
	CHECK_IRQS("zero", "-22");
	CHECK_IRQS("bytes", "-22");
	CHECK_IRQS("empty", "-2");
}

static void damaged(void)
{
	build_start();
	build_begin("");
	DEVICE("orphan", 1);
	build_end();
	DEVICE("no-such-parent", 1);
	build_u32("interrupt-parent", 99);
	build_end();
	DEVICE("odd-parent", 1);
	build_cells("interrupt-parent", 2, (const u32[]){ 0, 1 });
	build_end();
	DEVICE("itself", 1);
	build_u32("phandle", 5);
	build_u32("interrupt-parent", 5);
	build_end();
	DEVICE("loop", 1); /* nobody follows it further than one step */
	build_u32("phandle", 6);
	build_u32("#interrupt-cells", 1);
	build_u32("interrupt-parent", 6);
	build_end();
	DEVICE("of-none", 1);
	build_u32("interrupt-parent", 10);
	build_end();
	DEVICE("of-many", 1, 2, 3, 4, 5);
	build_u32("interrupt-parent", 11);
	build_end();
	DEVICE("cut", 1, 2, 3);
	build_u32("interrupt-parent", 12);
	build_end();
	DEVICE("no-cell-count", 1);
	build_u32("interrupt-parent", 13);
	build_end();
	intc("none", 10, 0);
	intc("many", 11, 4);
	intc("two", 12, 2);
	build_begin("odd-count");
	build_u32("phandle", 13);
	build_prop("#interrupt-cells", "\0\1", 2);
	build_end();
	build_end();
	CHECK_EQ(run_scan(), -ENOENT);
	CHECK_IRQS("orphan", "-22");
	CHECK_IRQS("no-such-parent", "-22");
	CHECK_IRQS("odd-parent", "-22");
	CHECK_IRQS("itself", "-22");
	CHECK_IRQS("loop", "loop:1 -2");
	CHECK_IRQS("of-none", "-22");
	CHECK_IRQS("of-many", "-22");
	CHECK_IRQS("cut", "two:1,2 -22");
	CHECK_IRQS("no-cell-count", "-22");
}

static void state(const char *name, const char *status, u32 len)
{
	build_begin(name);
	build_prop("status", status, len);
	build_begin(name + 1);
	build_end();
	build_end();
}

/* Who is usable, and whose addresses are physical ones. */
static void inherited(void)
{
	build_start();
	build_begin("");
	state("xokay", "okay", 5);
	state("xok", "ok", 3);
	state("xoff", "disabled", 9);
	state("xcut", "okay", 4);
	build_begin("plain");
	build_begin("below-plain");
	build_end();
	build_end();
	build_begin("same");
	build_prop("ranges", "", 0);
	build_begin("below-same");
	build_prop("ranges", "", 0);
	build_end();
	build_begin("moved");
	build_cells("ranges", 3, (const u32[]){ 0, 1, 2 });
	build_begin("below-moved");
	build_prop("ranges", "", 0);
	build_end();
	build_end();
	build_end();
	build_end();
	CHECK_EQ(run_scan(), -ENOENT);
	CHECK(level_of("xokay")->available && level_of("okay")->available);
	CHECK(level_of("xok")->available && level_of("ok")->available);
	CHECK(!level_of("xoff")->available && !level_of("off")->available);
	CHECK(!level_of("xcut")->available && !level_of("cut")->available);
	CHECK(level_of("")->mapped);
	CHECK(!level_of("plain")->mapped && !level_of("below-plain")->mapped);
	CHECK(level_of("same")->mapped && level_of("below-same")->mapped);
	CHECK(!level_of("moved")->mapped && !level_of("below-moved")->mapped);
}

static void many(void)
{
	char name[16];

	build_start();
	build_begin("");
	for (u32 i = 1; i <= FDT_MAX_INTCS + 1; i++) {
		snprintf(name, sizeof(name), "intc%u", i);
		intc(name, i, 1);
	}
	build_end();
	CHECK_EQ(run_scan(), -ENOENT);
	CHECK(scan.full);
	CHECK_EQ(scan.nr_intcs, FDT_MAX_INTCS);
	CHECK(fdt_find_intc(&scan, FDT_MAX_INTCS, 0) != NULL);
	CHECK(!fdt_find_intc(&scan, FDT_MAX_INTCS + 1, 0));
	CHECK(!fdt_find_intc(&scan, 0, -ENOENT));
}

/* As deep as a tree may be, and one deeper, which fdt_check() would refuse. */
static void deep(void)
{
	for (int depth = FDT_MAX_DEPTH; depth <= FDT_MAX_DEPTH + 1; depth++) {
		int err;

		build_start();
		for (int i = 0; i < depth; i++)
			build_begin(i ? "n" : "");
		for (int i = 0; i < depth; i++)
			build_end();
		CHECK_EQ(fdt_open(&fdt, build_finish()), 0);
		memset(&scan, 0, sizeof(scan));
		scan.fdt = &fdt;
		scan.depth = -1;
		while (!(err = fdt_scan_next(&scan)))
			;
		CHECK_EQ(err, depth > FDT_MAX_DEPTH ? -EILSEQ : -ENOENT);
	}
}

/* A tree with any byte changed gives an answer or an error, and reads nothing outside. */
static void fuzzed(void)
{
	for (unsigned long round = 0; round < host_work(2000); round++) {
		struct fdt_irq irq;
		u32 size, pos = 0;
		u8 *blob;

		build_start();
		build_begin("");
		intc("two", 7, 2);
		DEVICE("a", 1, 2);
		build_u32("interrupt-parent", 7);
		build_end();
		build_begin("b");
		build_cells("interrupts-extended", 3, (const u32[]){ 7, 1, 2 });
		build_end();
		build_end();
		blob = build_finish();
		size = get_be32(blob + 4);
		for (int i = 0; i < 3; i++)
			blob[FDT_HEADER_SIZE + host_rand_below(size - FDT_HEADER_SIZE)] =
				(u8)host_rand();
		if (fdt_open(&fdt, blob))
			continue;
		memset(&scan, 0, sizeof(scan));
		scan.fdt = &fdt;
		scan.depth = -1;
		for (int n = 0; n < 100 && !fdt_scan_next(&scan); n++)
			for (pos = 0;
			     !fdt_next_irq(&scan, scan.level[scan.depth].node,
					   &scan.level[scan.depth].irq_parent, &pos, &irq);)
				;
	}
}

static const struct host_case cases[] = {
	{ "parents", parents },     { "extended", extended }, { "damaged", damaged },
	{ "inherited", inherited }, { "many", many },         { "deep", deep },
	{ "fuzzed", fuzzed },
};
HOST_MAIN(cases)
