// SPDX-License-Identifier: BSD-2-Clause
/* earlycon=: each spelling, what the tree must say for the bare word, and what is sent. */
#include "fdt_build.h"
#include "host.h"
#include "uart_model.h"

#include <asm/earlycon.h>
#include <kernel/errno.h>
#include <kernel/fdt.h>
#include <kernel/types.h>
#include <string.h>

int kstrtoull(const char *s, unsigned int base, unsigned long long *res);
int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	char *end;

	*res = strtoull(s, &end, (int)base);
	return end == s || *end ? -EINVAL : 0;
}

static void spellings(void)
{
	static const struct {
		const char *text;
		struct earlycon con;
	} rows[] = {
		{ "sbi", { 0, 0, 0, 0, 0 } },
		{ "uart8250,mmio,0x10000000", { EARLYCON_8250, 0, 0, 1, 0x10000000 } },
		{ "uart8250,mmio,0x10000000,115200n8", { EARLYCON_8250, 0, 0, 1, 0x10000000 } },
		{ "uart8250,0x10000000", { EARLYCON_8250, 0, 0, 1, 0x10000000 } },
		{ "uart8250,mmio32,0x12440000", { EARLYCON_8250, 0, 2, 4, 0x12440000 } },
		{ "ns16550a,mmio32,0x10000000", { EARLYCON_8250, 0, 2, 4, 0x10000000 } },
		{ "ns16550,0x10000000", { EARLYCON_8250, 0, 0, 1, 0x10000000 } },
		{ "uart,mmio,268435456", { EARLYCON_8250, 0, 0, 1, 0x10000000 } },
		{ "sifive,0x10010000", { EARLYCON_SIFIVE, 0, 0, 4, 0x10010000 } },
		{ "sifive,mmio32,0x10010000", { EARLYCON_SIFIVE, 0, 0, 4, 0x10010000 } },
		{ "", { 0, EARLYCON_UNKNOWN, 0, 0, 0 } },
		{ "nonsense", { 0, EARLYCON_UNKNOWN, 0, 0, 0 } },
		{ "sbix", { 0, EARLYCON_UNKNOWN, 0, 0, 0 } },
		{ "uart8250xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,1", { 0, EARLYCON_UNKNOWN, 0, 0, 0 } },
		{ "uart8250", { 0, EARLYCON_BAD_ADDRESS, 0, 0, 0 } },
		{ "uart8250,mmio", { 0, EARLYCON_BAD_ADDRESS, 0, 0, 0 } },
		{ "uart8250,mmio16,0x10000000", { 0, EARLYCON_BAD_ADDRESS, 0, 0, 0 } },
		{ "uart8250,io,0x3f8", { 0, EARLYCON_BAD_ADDRESS, 0, 0, 0 } },
		{ "uart8250,mmio,0", { 0, EARLYCON_BAD_ADDRESS, 0, 0, 0 } },
		{ "uart8250,mmio32,0x10000001", { 0, EARLYCON_BAD_ADDRESS, 0, 0, 0 } },
		{ "uart8250,mmio,0x10000fe1", { 0, EARLYCON_BAD_ADDRESS, 0, 0, 0 } },
		{ "uart8250,mmio,0x100000000000000", { 0, EARLYCON_BAD_ADDRESS, 0, 0, 0 } },
		{ "sifive,x", { 0, EARLYCON_BAD_ADDRESS, 0, 0, 0 } },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		char *text = strdup(rows[i].text); /* of no byte more */
		struct earlycon con;

		memset(&con, 0xa5, sizeof(con));
		earlycon_parse(&con, text);
		CHECK_EQ(con.kind, rows[i].con.kind);
		CHECK_EQ(con.wrong, rows[i].con.wrong);
		CHECK_EQ(con.shift, rows[i].con.shift);
		CHECK_EQ(con.width, rows[i].con.width);
		CHECK_EQ(con.pa, rows[i].con.pa);
		CHECK(!earlycon_wrong(&con) == !con.wrong);
		if (host_failures) {
			printf("# %s\n", rows[i].text);
			break;
		}
		free(text);
	}
}

struct tree {
	const char *stdout_path, *compatible;
	u32 reg[4], shift, width; /* 0: no such property */
	bool no_ranges, translates, no_reg;
	struct earlycon want;
};

#define UART       "/soc/serial"
#define BASE       { 0, 0x10000000, 0, 0x100 }
#define WRONG(why) { 0, why, 0, 0, 0 }

static void build_tree(struct fdt *fdt, const struct tree *t)
{
	build_start();
	build_begin("");
	build_u32("#address-cells", 2);
	build_u32("#size-cells", 2);
	build_begin("memory@80000000");
	build_cells("reg", 4, (const u32[]){ 0, 0x80000000, 0, 0x1000000 });
	build_end();
	build_begin("aliases");
	build_text("serial0", UART);
	build_end();
	build_begin("chosen");
	if (t->stdout_path)
		build_text("stdout-path", t->stdout_path);
	build_end();
	build_begin("soc");
	build_u32("#address-cells", 2);
	build_u32("#size-cells", 2);
	if (t->translates)
		build_cells("ranges", 6, (const u32[]){ 0, 0, 1, 0, 0, 0x80000000 });
	else if (!t->no_ranges)
		build_prop("ranges", "", 0);
	build_begin("serial");
	if (t->compatible)
		build_text("compatible", t->compatible);
	if (!t->no_reg)
		build_cells("reg", 4, t->reg);
	if (t->shift)
		build_u32("reg-shift", t->shift);
	if (t->width)
		build_u32("reg-io-width", t->width);
	build_end();
	build_end();
	build_end();
	CHECK_EQ(fdt_open(fdt, build_finish()), 0);
}

static const struct tree trees[] = {
	{ UART, "ns16550a", BASE, 0, 0, 0, 0, 0, { EARLYCON_8250, 0, 0, 1, 0x10000000 } },
	{ "serial0:115200n8",
	  "ns16550",
	  BASE,
	  0,
	  0,
	  0,
	  0,
	  0,
	  { EARLYCON_8250, 0, 0, 1, 0x10000000 } },
	{ UART, "snps,dw-apb-uart", BASE, 2, 4, 0, 0, 0, { EARLYCON_8250, 0, 2, 4, 0x10000000 } },
	{ UART, "sifive,uart0", BASE, 0, 0, 0, 0, 0, { EARLYCON_SIFIVE, 0, 0, 4, 0x10000000 } },
	{ NULL, "ns16550a", BASE, 0, 0, 0, 0, 0, WRONG(EARLYCON_NO_STDOUT) },
	{ "/nowhere", "ns16550a", BASE, 0, 0, 0, 0, 0, WRONG(EARLYCON_NO_STDOUT) },
	{ "/chosen", "ns16550a", BASE, 0, 0, 0, 0, 0, WRONG(EARLYCON_NO_DRIVER) },
	{ UART, "arm,pl011", BASE, 0, 0, 0, 0, 0, WRONG(EARLYCON_NO_DRIVER) },
	{ UART, NULL, BASE, 0, 0, 0, 0, 0, WRONG(EARLYCON_NO_DRIVER) },
	{ UART, "ns16550a", BASE, 0, 2, 0, 0, 0, WRONG(EARLYCON_BAD_NODE) },
	{ UART, "ns16550a", BASE, 0, 4, 0, 0, 0, WRONG(EARLYCON_BAD_NODE) },
	{ UART, "ns16550a", BASE, 9, 0, 0, 0, 0, WRONG(EARLYCON_BAD_NODE) },
	{ UART, "ns16550a", BASE, 0, 0, 1, 0, 0, WRONG(EARLYCON_BAD_NODE) },
	{ UART, "ns16550a", BASE, 0, 0, 0, 1, 0, WRONG(EARLYCON_BAD_NODE) },
	{ UART, "ns16550a", BASE, 0, 0, 0, 0, 1, WRONG(EARLYCON_BAD_NODE) },
	{ UART, "ns16550a", { 0, 0, 0, 0x100 }, 0, 0, 0, 0, 0, WRONG(EARLYCON_BAD_ADDRESS) },
	{ UART, "ns16550a", { 0, 0x80fff000, 0, 0x100 }, 0, 0, 0, 0, 0, WRONG(EARLYCON_IN_RAM) },
	{ UART,
	  "ns16550a",
	  { 0, 0x81000000, 0, 0x100 },
	  0,
	  0,
	  0,
	  0,
	  0,
	  { EARLYCON_8250, 0, 0, 1, 0x81000000 } },
};

static void bare(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(trees) && !host_failures; i++) {
		const struct earlycon *want = &trees[i].want;
		struct earlycon con;
		struct fdt fdt;

		build_tree(&fdt, &trees[i]);
		earlycon_from_fdt(&con, &fdt, fdt_find_node(&fdt, "/chosen"));
		earlycon_check(&con, &fdt);
		CHECK_EQ(con.kind, want->kind);
		CHECK_EQ(con.wrong, want->wrong);
		CHECK_EQ(con.shift, want->shift);
		CHECK_EQ(con.width, want->width);
		CHECK_EQ(con.pa, want->pa);
		if (host_failures)
			printf("# row %u\n", i);
	}
}

static void no_chosen(void)
{
	struct earlycon con;
	struct fdt fdt;

	build_tree(&fdt, &(struct tree){ .no_reg = true });
	earlycon_from_fdt(&con, &fdt, -ENOENT);
	CHECK_EQ(con.kind, EARLYCON_FIRMWARE);
	CHECK_EQ(con.wrong, EARLYCON_NO_STDOUT);
}

/* Only the two registers it needs, by accesses of the right width; the speed stays. */
static void sends(struct earlycon con, struct uart_model with)
{
	const char *text = "boot:\n";

	model = with;
	model.txctrl = 1; /* as OpenSBI leaves it: no watermark */
	model.char_time = 1042;
	for (const char *p = text; *p; p++)
		CHECK(earlycon_putc(&con, model_regs(), *p));
	CHECK_EQ(model.nr_sent, 7);
	CHECK(!memcmp(model.sent, "boot:\r\n", 7));
	CHECK(model_unsent());
	earlycon_flush(&con, model_regs());
	CHECK_EQ(model_unsent(), 0);
	CHECK_EQ(model.wrong, 0);
	model.stuck = true;
	CHECK(!earlycon_putc(&con, model_regs(), 'x'));
	CHECK_EQ(con.kind, EARLYCON_FIRMWARE);
	CHECK_EQ(con.wrong, EARLYCON_STUCK);
	CHECK_EQ(model.nr_sent, 7);
	earlycon_flush(&con, model_regs()); /* nor waited for */
}

static void sends_8250(void)
{
	sends((struct earlycon){ EARLYCON_8250, 0, 0, 1, 0x10000000 },
	      (struct uart_model){ .kind = MODEL_16550, .width = 1, .size = 8 });
}

static void sends_designware(void)
{
	sends((struct earlycon){ EARLYCON_8250, 0, 2, 4, 0x10000000 },
	      (struct uart_model){
		      .kind = MODEL_DESIGNWARE, .shift = 2, .width = 4, .size = 0x80 });
}

static void sends_sifive(void)
{
	sends((struct earlycon){ EARLYCON_SIFIVE, 0, 0, 4, 0x10000000 },
	      (struct uart_model){ .kind = MODEL_SIFIVE, .width = 4, .size = 0x1c });
}

static const struct host_case cases[] = {
	{ "each spelling", spellings },          { "the bare word: stdout-path", bare },
	{ "a tree without /chosen", no_chosen }, { "a 16550 with registers of a byte", sends_8250 },
	{ "DesignWare's", sends_designware },    { "SiFive's", sends_sifive },
};
HOST_MAIN(cases)
