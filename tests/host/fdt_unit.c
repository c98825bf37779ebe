// SPDX-License-Identifier: BSD-2-Clause
/* Device tree reader: each answer and each error its header promises. */
#include "fdt_unit.h"
#include "fdt_build.h"
#include "fdt_rename.h"

#include <kernel/errno.h>
#include <kernel/fdt.h>
#include <string.h>

static struct fdt open_tree(const u8 *blob)
{
	struct fdt fdt = { 0 };

	CHECK_EQ(fdt_open(&fdt, blob), 0);
	return fdt;
}

/* A root with what the caller adds between these two. */
static void start_root(void)
{
	build_start();
	build_begin("");
}

static struct fdt end_root(void)
{
	build_end();
	return open_tree(build_finish());
}

static int open_changed(u32 field, u32 value)
{
	struct fdt fdt;
	u8 *blob;

	start_root();
	build_text("model", "x");
	build_end();
	blob = build_finish();
	put_be32(blob + field, value);
	return fdt_open(&fdt, blob);
}

static void header(void)
{
	u8 *blob;

	start_root();
	build_end();
	blob = build_finish();
	CHECK_EQ(fdt_size(blob), get_be32(blob + 4));
	CHECK_EQ(fdt_size(NULL), -EINVAL);
	CHECK_EQ(fdt_size(blob + 4), -EINVAL);
	CHECK_EQ(open_changed(0, 0xd00dfeec), -EINVAL);
	CHECK_EQ(open_changed(0, 0xedfe0dd0), -EINVAL);
	CHECK_EQ(open_changed(20, 15), -EOPNOTSUPP);
	CHECK_EQ(open_changed(20, 18), 0);
	CHECK_EQ(open_changed(24, 18), -EOPNOTSUPP);
	CHECK_EQ(open_changed(4, FDT_HEADER_SIZE - 1), -E2BIG);
	CHECK_EQ(open_changed(4, FDT_MAX_SIZE + 1), -E2BIG);
	CHECK_EQ(open_changed(4, FDT_HEADER_SIZE), -EILSEQ);
	/* header 40, map 16, structure 32, strings 6 */
	CHECK_EQ(open_changed(8, 56), 0);
	CHECK_EQ(open_changed(8, 54), -EILSEQ);
	CHECK_EQ(open_changed(8, 32), -EILSEQ);
	CHECK_EQ(open_changed(8, 64), -EILSEQ);
	CHECK_EQ(open_changed(8, 0xfffffffc), -EILSEQ);
	CHECK_EQ(open_changed(36, 39), -EILSEQ);
	CHECK_EQ(open_changed(36, 38), 0);
	CHECK_EQ(open_changed(36, 0xffffffff), -EILSEQ);
	CHECK_EQ(open_changed(12, 89), -EILSEQ);
	CHECK_EQ(open_changed(12, 0), -EILSEQ);
	CHECK_EQ(open_changed(32, 7), -EILSEQ);
	CHECK_EQ(open_changed(32, 0xffffffff), -EILSEQ);
	CHECK_EQ(open_changed(16, 44), -EILSEQ);
	CHECK_EQ(open_changed(16, 96), -EILSEQ);
	CHECK_EQ(open_changed(16, 0), -EILSEQ);
}

static void old_header(void)
{
	struct fdt fdt;
	u32 where = 0;
	u8 *blob;

	/* Version 16 has no size_dt_struct: whatever stands there is not read. */
	start_root();
	build_text("model", "x");
	build_end();
	blob = build_finish();
	put_be32(blob + 20, 16);
	put_be32(blob + 36, 0xffffffff);
	fdt = open_tree(blob);
	CHECK_EQ(fdt_check(&fdt, NULL), 0);
	CHECK(fdt_getprop_string(&fdt, 0, "model"));

	/* A name whose NUL is behind the strings block is not a name. */
	put_be32(blob + 32, 5);
	fdt = open_tree(blob);
	CHECK_EQ(fdt_check(&fdt, &where), -EILSEQ);
	CHECK_EQ(where, fdt.struct_off + 8);
	CHECK(!fdt_getprop_string(&fdt, 0, "model"));
}

/* @tokens are all there is in the structure block; @bad: offset of the wrong one, -1 for none */
static void check_tokens(int bad, u32 nr, const u32 *tokens)
{
	struct fdt fdt;
	u32 where = 0xdead;

	build_start();
	build_prop("p", "", 0); /* makes a strings block of "p" */
	build_rsv(0, 0);
	for (u32 i = 0; i < nr; i++)
		build_cell(tokens[i]);
	u8 *blob = build_raw();

	/* Leave the property that made the string out. */
	put_be32(blob + 8, get_be32(blob + 8) + 12);
	put_be32(blob + 36, get_be32(blob + 36) - 12);
	fdt = open_tree(blob);
	CHECK_EQ(fdt_check(&fdt, &where), bad < 0 ? 0 : -EILSEQ);
	CHECK_EQ(where, bad < 0 ? 0xdead : fdt.struct_off + (u32)bad);
	CHECK_EQ(fdt_check(&fdt, NULL), bad < 0 ? 0 : -EILSEQ);
}

#define TOKENS(bad, ...) \
	check_tokens(bad, sizeof((u32[]){ __VA_ARGS__ }) / 4, (u32[]){ __VA_ARGS__ })

static void structure(void)
{
	struct fdt fdt;
	u32 where = 0;

	TOKENS(-1, 1, 0, 2, 9);
	TOKENS(-1, 4, 1, 0, 4, 3, 0, 0, 4, 3, 1, 0, 0x41000000, 4, 1, 0x61000000, 2, 4, 2, 4, 9, 7);
	TOKENS(0, 9);                            /* no root */
	TOKENS(0, 2, 9);                         /* ends what did not begin */
	TOKENS(0, 3, 0, 0, 9);                   /* property of nothing */
	TOKENS(0, 0, 9);                         /* no token */
	TOKENS(8, 1, 0, 5, 2, 9);                /* bad token */
	TOKENS(8, 1, 0, 9);                      /* ends inside */
	TOKENS(12, 1, 0, 2);                     /* no end */
	TOKENS(12, 1, 0, 2, 2, 9);               /* one end too many */
	TOKENS(12, 1, 0, 2, 1, 0, 2, 9);         /* two roots */
	TOKENS(0, 1, 0x61616161, 0x61616161);    /* name without end */
	TOKENS(0, 1);                            /* no name */
	TOKENS(8, 1, 0, 3, 0);                   /* property cut short */
	TOKENS(8, 1, 0, 3, 9, 0, 2, 9);          /* data longer than the block */
	TOKENS(8, 1, 0, 3, 0xffffffff, 0, 2, 9); /* data wraps */
	TOKENS(8, 1, 0, 3, 0xfffffffc, 0, 2, 9);
	TOKENS(8, 1, 0, 3, 0, 2, 2, 9);           /* name outside the strings */
	TOKENS(20, 1, 0, 1, 0, 2, 3, 0, 0, 2, 9); /* property behind a child */

	for (u32 depth = FDT_MAX_DEPTH; depth <= FDT_MAX_DEPTH + 1; depth++) {
		build_start();
		for (u32 i = 0; i < depth; i++)
			build_begin("");
		for (u32 i = 0; i < depth; i++)
			build_end();
		fdt = open_tree(build_finish());
		CHECK_EQ(fdt_check(&fdt, &where), depth <= FDT_MAX_DEPTH ? 0 : -EILSEQ);
	}
	CHECK_EQ(where, fdt.struct_off + 8 * FDT_MAX_DEPTH);
}

/* Below @root: a@1, b, and another a. */
static void children(const struct fdt *fdt, int root, int a, int b)
{
	struct fdt_child want[] = { { "b", 1, 0 }, { "none", 4, 0 }, { "a", 1, 0 } };

	CHECK_EQ(fdt_find_children(fdt, root, want, 3), -ENOENT);
	CHECK(want[0].node == b && want[1].node == -ENOENT && want[2].node == a);
	want[1].name = "a@1"; /* one child can be two of those wanted */
	want[1].len = 3;
	CHECK_EQ(fdt_find_children(fdt, root, want, 3), 0);
	CHECK(want[0].node == b && want[1].node == a && want[2].node == a);
	CHECK_EQ(fdt_find_children(fdt, -EINVAL, want, 3), -EINVAL);
	CHECK_EQ(want[2].node, -EINVAL);
}

static void nodes(void)
{
	struct fdt fdt;
	int root, a, b;

	build_start();
	build_cell(TOKEN_NOP);
	build_begin("");
	build_u32("p", 1);
	build_cell(TOKEN_NOP);
	build_begin("a@1");
	build_begin("deep");
	build_end();
	build_end();
	build_cell(TOKEN_NOP);
	build_begin("b");
	build_end();
	build_begin("a@2");
	build_end();
	fdt = end_root();
	root = fdt_root(&fdt);
	CHECK_EQ(root, 4);
	a = fdt_first_child(&fdt, root);
	b = fdt_next_sibling(&fdt, a);
	CHECK(!strcmp(fdt_node_name(&fdt, root), ""));
	CHECK(!strcmp(fdt_node_name(&fdt, a), "a@1"));
	CHECK(!strcmp(fdt_node_name(&fdt, b), "b"));
	CHECK(fdt_name_is(&fdt, a, "a") && fdt_name_is(&fdt, a, "a@1"));
	CHECK(!fdt_name_is(&fdt, a, "a@") && !fdt_name_is(&fdt, a, "") &&
	      !fdt_name_is(&fdt, b, "bb"));
	children(&fdt, root, a, b);
	CHECK_EQ(fdt_next_sibling(&fdt, root), -ENOENT);
	CHECK_EQ(fdt_next_sibling(&fdt, fdt_next_sibling(&fdt, b)), -ENOENT);
	CHECK_EQ(fdt_first_child(&fdt, b), -ENOENT);
	/* What is not a node: handed back, refused, or without a name. */
	CHECK_EQ(fdt_first_child(&fdt, -ENOENT), -ENOENT);
	CHECK_EQ(fdt_next_sibling(&fdt, -EINVAL), -EINVAL);
	CHECK_EQ(fdt_first_child(&fdt, root + 8), -EILSEQ);
	CHECK_EQ(fdt_first_child(&fdt, root + 1), -EILSEQ);
	CHECK_EQ(fdt_next_sibling(&fdt, 0x7ffffffc), -EILSEQ);
	CHECK(!strcmp(fdt_node_name(&fdt, root + 8), ""));
	CHECK(!fdt_name_is(&fdt, -ENOENT, ""));

	build_start();
	fdt = open_tree(build_finish());
	CHECK_EQ(fdt_root(&fdt), -ENOENT);
	CHECK_EQ(fdt_find_node(&fdt, "/"), -ENOENT);
	build_start();
	build_end();
	fdt = open_tree(build_finish());
	CHECK_EQ(fdt_root(&fdt), -EILSEQ);
	CHECK_EQ(fdt_find_node(&fdt, "serial0"), -EILSEQ);
}

static void values(void)
{
	struct fdt fdt;
	struct fdt_prop prop;
	u32 cell = 7, len;
	u64 number = 7;

	start_root();
	build_prop("none", "", 0);
	build_u32("one", 0x80000001);
	build_cells("two", 2, (u32[]){ 1, 2 });
	build_cells("three", 3, (u32[]){ 1, 2, 3 });
	build_prop("odd", "abc", 3);
	build_text("text", "ab");
	build_prop("list", "ab\0\0cd", 7);
	build_prop("open", "ab\0cd", 5);
	fdt = end_root();
	CHECK_EQ(fdt_getprop_u32(&fdt, 0, "on", &cell), -ENOENT);
	CHECK_EQ(fdt_getprop_u32(&fdt, -1, "one", &cell), -ENOENT);
	CHECK_EQ(fdt_getprop_u32(&fdt, 0, "none", &cell), -EINVAL);
	CHECK_EQ(fdt_getprop_u32(&fdt, 0, "two", &cell), -EINVAL);
	CHECK_EQ(cell, 7);
	CHECK_EQ(fdt_getprop_u32(&fdt, 0, "one", &cell), 0);
	CHECK_EQ(cell, 0x80000001);
	CHECK_EQ(fdt_getprop_number(&fdt, 0, "absent", &number), -ENOENT);
	CHECK_EQ(fdt_getprop_number(&fdt, 0, "none", &number), -EINVAL);
	CHECK_EQ(fdt_getprop_number(&fdt, 0, "odd", &number), -EINVAL);
	CHECK_EQ(fdt_getprop_number(&fdt, 0, "three", &number), -EINVAL);
	CHECK_EQ(number, 7);
	CHECK(!fdt_getprop_number(&fdt, 0, "one", &number) && number == 0x80000001);
	CHECK(!fdt_getprop_number(&fdt, 0, "two", &number) && number == 0x100000002);
	CHECK(!strcmp(fdt_getprop_string(&fdt, 0, "text"), "ab"));
	CHECK(!strcmp(fdt_getprop_string(&fdt, 0, "list"), "ab"));
	CHECK(!fdt_getprop_string(&fdt, 0, "odd") && !fdt_getprop_string(&fdt, 0, "none"));
	CHECK(!fdt_getprop_string(&fdt, 0, "absent"));
	CHECK(fdt_stringlist_has(&fdt, 0, "list", "ab") &&
	      fdt_stringlist_has(&fdt, 0, "list", "cd"));
	CHECK(fdt_stringlist_has(&fdt, 0, "list", "") && !fdt_stringlist_has(&fdt, 0, "text", ""));
	CHECK(!fdt_stringlist_has(&fdt, 0, "list", "b") &&
	      !fdt_stringlist_has(&fdt, 0, "list", "c"));
	CHECK(fdt_stringlist_has(&fdt, 0, "open", "ab") &&
	      !fdt_stringlist_has(&fdt, 0, "open", "cd"));
	CHECK(fdt_getprop(&fdt, 0, "none", NULL) && !fdt_getprop(&fdt, 0, "absent", &len));
	CHECK_EQ(fdt_first_prop(&fdt, -ENOENT, &prop), -ENOENT);
	CHECK_EQ(fdt_first_prop(&fdt, 4, &prop), -EILSEQ);
	CHECK_EQ(fdt_read_number((const u8 *)"\1\2\3\4\5\6\7\10\11\12\13\14", 3),
		 0x5060708090a0b0c);
	CHECK_EQ(fdt_read_number(NULL, 0), 0);
}

static bool available(const char *status, u32 len)
{
	struct fdt fdt;

	start_root();
	if (status)
		build_prop("status", status, len);
	fdt = end_root();
	return fdt_is_available(&fdt, 0);
}

static void status(void)
{
	CHECK(available(NULL, 0));
	CHECK(available("okay", 5));
	CHECK(available("ok", 3));
	CHECK(!available("ok", 2));
	CHECK(!available("", 0));
	CHECK(!available("", 1));
	CHECK(!available("okays", 6));
	CHECK(!available("disabled", 9));
	CHECK(!available("fail", 5));
}

/* fdt_reg() of one child with these cells; counts over 2 stand for broken properties. */
static int reg_of(u32 a, u32 s, u32 nr, const u32 *cells, u32 index, u64 *addr, u64 *size)
{
	struct fdt fdt;

	start_root();
	build_u32("#address-cells", a);
	build_u32("#size-cells", s);
	build_begin("child");
	if (nr)
		build_cells("reg", nr, cells);
	build_end();
	fdt = end_root();
	return fdt_reg(&fdt, 0, fdt_first_child(&fdt, 0), index, addr, size);
}

static void reg(void)
{
	const u32 max = 0xffffffff;
	u64 a = 7, s = 7;

	CHECK_EQ(reg_of(1, 1, 0, NULL, 0, &a, &s), -ENOENT);
	CHECK_EQ(reg_of(1, 1, 2, (u32[]){ 1, 2 }, 1, &a, &s), -ENOENT);
	CHECK_EQ(reg_of(1, 1, 2, (u32[]){ 1, 2 }, 0x20000000, &a, &s), -ENOENT);
	CHECK_EQ(reg_of(1, 1, 3, (u32[]){ 1, 2, 3 }, 0, &a, &s), -EINVAL);
	CHECK_EQ(reg_of(0, 1, 1, (u32[]){ 1 }, 0, &a, &s), -EINVAL);
	CHECK_EQ(reg_of(0, 0, 1, (u32[]){ 1 }, 0, &a, &s), -EINVAL);
	CHECK_EQ(reg_of(3, 1, 4, (u32[]){ 1, 2, 3, 4 }, 0, &a, &s), -EINVAL);
	CHECK_EQ(reg_of(1, 3, 4, (u32[]){ 1, 2, 3, 4 }, 0, &a, &s), -EINVAL);
	CHECK_EQ(reg_of(0x80000000, 0x80000001, 1, (u32[]){ 1 }, 0, &a, &s), -EINVAL);
	CHECK_EQ(reg_of(2, 2, 4, (u32[]){ max, max, 0, 2 }, 0, &a, &s), -EOVERFLOW);
	CHECK_EQ(reg_of(2, 2, 4, (u32[]){ 0, 2, max, max }, 0, &a, &s), -EOVERFLOW);
	CHECK(a == 7 && s == 7);
	CHECK_EQ(reg_of(2, 2, 4, (u32[]){ max, max, 0, 1 }, 0, &a, &s), 0);
	CHECK(a == ~0ULL && s == 1);
	CHECK_EQ(reg_of(2, 2, 4, (u32[]){ 0, 0, max, max }, 0, &a, &s), 0);
	CHECK(a == 0 && s == ~0ULL);
	CHECK_EQ(reg_of(2, 1, 6, (u32[]){ 1, 2, 3, 4, 5, 6 }, 1, &a, &s), 0);
	CHECK(a == 0x400000005 && s == 6);
	CHECK_EQ(reg_of(1, 2, 3, (u32[]){ 1, 2, 3 }, 0, &a, NULL), 0);
	CHECK_EQ(a, 1);
	CHECK_EQ(reg_of(1, 0, 2, (u32[]){ 8, 9 }, 1, &a, &s), 0);
	CHECK(a == 9 && s == 0);
}

static void reservations(void)
{
	struct fdt fdt;
	u64 a = 0, s = 0;
	u32 where;
	u8 *blob;

	build_start();
	build_rsv(0x80000000, 0x1000);
	build_rsv(0, 0x2000);
	build_rsv(~0ULL, 0);
	build_begin("");
	fdt = end_root();
	CHECK(!fdt_rsv(&fdt, 0, &a, &s) && a == 0x80000000 && s == 0x1000);
	CHECK(!fdt_rsv(&fdt, 1, &a, &s) && a == 0 && s == 0x2000);
	CHECK(!fdt_rsv(&fdt, 2, &a, &s) && a == ~0ULL && s == 0);
	CHECK_EQ(fdt_rsv(&fdt, 3, &a, &s), -ENOENT);
	CHECK_EQ(fdt_rsv(&fdt, 4, &a, &s), -ENOENT);
	CHECK_EQ(fdt_rsv(&fdt, 0xffffffff, &a, &s), -ENOENT);

	/* Moved to the last bytes of the blob, where no end mark follows. */
	blob = (u8 *)fdt.blob;
	put_be32(blob + 16, (fdt.totalsize - 8) & ~7U);
	fdt = open_tree(blob);
	CHECK_EQ(fdt_rsv(&fdt, 0, &a, &s), -EILSEQ);
	CHECK_EQ(fdt_check(&fdt, &where), -EILSEQ);
	CHECK_EQ(where, fdt.rsvmap_off);
}

static bool isa_has(const char *isa, const char *ext)
{
	struct fdt fdt;

	start_root();
	build_text("riscv,isa", isa);
	fdt = end_root();
	return fdt_hart_has_isa(&fdt, 0, ext);
}

static void isa(void)
{
	static const struct {
		char isa[64], ext[12];
		bool has;
	} table[] = {
		{ "rv64imafdch_zicbom_svpbmt", "h", true },
		{ "rv64imafdch_zicbom_svpbmt", "svpbmt", true },
		{ "rv64imafdch_zicbom_svpbmt", "zicbo", false },
		{ "rv64imafdch_zicbom_svpbmt", "zicbomx", false },
		{ "rv64imafdch_zicbom_svpbmt", "z", false },
		{ "rv64imafdch_zicbom_svpbmt", "v", false }, /* the v of rv, and of sv */
		{ "rv64imafdch_zicbom_svpbmt", "r", false },
		{ "rv64imafdch_zicbom_svpbmt", "", false },
		{ "rv64i2p1_m2p0_a2p1_svpbmt1p0_zvl128b1", "m", true },
		{ "rv64i2p1_m2p0_a2p1_svpbmt1p0_zvl128b1", "p", false },
		{ "rv64i2p1_m2p0_a2p1_svpbmt1p0_zvl128b1", "a", true },
		{ "rv64i2p1_m2p0_a2p1_svpbmt1p0_zvl128b1", "svpbmt", true },
		{ "rv64i2p1_m2p0_a2p1_svpbmt1p0_zvl128b1", "zvl128b", true },
		{ "rv64i2p1_m2p0_a2p1_svpbmt1p0_zvl128b1", "zvl", false },
		{ "rv64i2m2p", "p", true },
		{ "rv64imac_zve32x", "zve32x", true },
		{ "rv64imac_zve32x", "zve", false },
		{ "rv64gc", "g", true },
		{ "rv64gc", "d", true },
		{ "rv64gc", "zicsr", true },
		{ "rv64gc", "zifencei", true },
		{ "rv64gc", "zba", false },
		{ "rv64gc", "h", false },
		{ "rv64imac", "d", false },
		{ "rv64imacsvinval", "svinval", true },
		{ "rv64imacsvinval", "v", false },
		{ "rv64imacsu", "u", false },
		{ "rv64imafdcsuh_zba", "h", true },
		{ "rv64imac_sum", "m", true },
		{ "rv64iac_sum", "m", false },
		{ "RV64IMAC_SVNAPOT", "svnapot", true },
		{ "RV64IMAC_SVNAPOT", "c", true },
		{ "rv32i", "i", true },
		{ "rvi", "i", false },
		{ "64i", "i", false },
		{ "r", "i", false },
		{ "", "i", false },
		{ "rv64", "i", false },
		{ "rv64i__!_m", "m", true },
	};
	struct fdt fdt;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (isa_has(table[i].isa, table[i].ext) != table[i].has)
			printf("# isa \"%s\" ext \"%s\"\n", table[i].isa, table[i].ext);
		CHECK_EQ(isa_has(table[i].isa, table[i].ext), table[i].has);
	}
	start_root();
	build_text("riscv,isa", "rv64ih");
	build_prop("riscv,isa-extensions", "i\0svpbmt", 9);
	fdt = end_root();
	CHECK(fdt_hart_has_isa(&fdt, 0, "svpbmt") && fdt_hart_has_isa(&fdt, 0, "i"));
	CHECK(!fdt_hart_has_isa(&fdt, 0, "h") && !fdt_hart_has_isa(&fdt, 0, "sv"));
}

static void no_cpus(void)
{
	struct fdt_hart hart;
	struct fdt fdt;

	start_root();
	fdt = end_root();
	CHECK_EQ(fdt_first_hart(&fdt, &hart), -ENOENT);
	start_root();
	build_begin("cpus");
	build_end();
	fdt = end_root();
	CHECK_EQ(fdt_first_hart(&fdt, &hart), -ENOENT);
	/* #size-cells is 1 where it is absent, so this reg is no whole pair. */
	start_root();
	build_begin("cpus");
	build_u32("#address-cells", 1);
	build_begin("cpu@0");
	build_u32("reg", 0);
	build_end();
	build_begin("cpu@1");
	build_cell(5);
	fdt = end_root();
	CHECK_EQ(fdt_first_hart(&fdt, &hart), -EINVAL);
	CHECK_EQ(fdt_next_hart(&fdt, &hart), -EILSEQ);
}

const struct host_case fdt_unit_cases[FDT_UNIT_CASES] = {
	{ "header", header },
	{ "version 16 and cut strings", old_header },
	{ "structure", structure },
	{ "nodes", nodes },
	{ "values", values },
	{ "status", status },
	{ "reg", reg },
	{ "reservations", reservations },
	{ "isa", isa },
	{ "no cpus", no_cpus },
};
