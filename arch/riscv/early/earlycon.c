// SPDX-License-Identifier: BSD-2-Clause
/*
 * earlycon=: see asm/earlycon.h. Built for both sides of the satp write, so there are no
 * pointers in data; what was chosen is kept in the boot record.
 */
#include <kernel/errno.h>
#include <kernel/fdt.h>
#include <kernel/string.h>
#include <asm/earlycon.h>
#include <asm/io.h>
#include <asm/page.h>

#define LSR         5 /* of a 16550; THR is 0 */
#define LSR_THRE    0x20
#define LSR_TEMT    0x40
#define SIFIVE_FULL 0x80000000u
#define REGS_SIZE   0x20
#define MOST_READS  (1u << 20) /* of 40 ns each at least; 16 characters take 17 ms */
#define MAX_DEPTH   FDT_MAX_DEPTH

/* Linux's names. */
static const struct {
	char name[12];
	u8 kind;
} kinds[] = {
	{ "uart8250", EARLYCON_8250 }, { "uart", EARLYCON_8250 },     { "ns16550a", EARLYCON_8250 },
	{ "ns16550", EARLYCON_8250 },  { "sifive", EARLYCON_SIFIVE },
};

static const struct {
	char name[8];
	u8 width, shift;
} ways[] = { { "mmio", 1, 0 }, { "mmio32", 4, 2 } };

#define NODE_OF(compatible, kind, probe) { compatible, kind }

static const struct {
	char compatible[20];
	u8 kind;
} nodes[] = { UARTS(NODE_OF) };

static const char wrongs[NR_EARLYCON_WRONG][44] = {
	[EARLYCON_UNKNOWN] = "unknown value",
	[EARLYCON_BAD_ADDRESS] = "no usable address",
	[EARLYCON_NO_STDOUT] = "the device tree has no usable stdout-path",
	[EARLYCON_NO_DRIVER] = "stdout-path is no UART that Cairn can use",
	[EARLYCON_BAD_NODE] = "stdout-path has no usable registers",
	[EARLYCON_IN_RAM] = "RAM is there",
	[EARLYCON_NOT_THERE] = "nothing answers there",
	[EARLYCON_STUCK] = "it does not send",
};

const char *earlycon_wrong(const struct earlycon *con)
{
	return con->wrong ? wrongs[con->wrong] : NULL;
}

static void fail(struct earlycon *con, enum earlycon_wrong why)
{
	*con = (struct earlycon){ .kind = EARLYCON_FIRMWARE, .wrong = (u8)why };
}

/* Until more is known of its registers. */
static void choose(struct earlycon *con, u8 kind)
{
	*con = (struct earlycon){ .kind = kind, .width = kind == EARLYCON_SIFIVE ? 4 : 1 };
}

/* The next word up to a comma, terminated; too long ones are no word that is known. */
static void next_word(const char **text, char word[24])
{
	size_t n = 0;

	for (; **text && **text != ','; ++*text)
		if (n < 23)
			word[n++] = **text;
	word[n] = '\0';
	*text += **text != '\0';
}

/* All registers in one page, which is what is mapped. */
static void set_address(struct earlycon *con, u64 pa)
{
	if (pa % con->width || pa % PAGE_SIZE > PAGE_SIZE - REGS_SIZE || pa >> 56 || !pa)
		fail(con, EARLYCON_BAD_ADDRESS);
	else
		con->pa = pa;
}

void earlycon_parse(struct earlycon *con, const char *text)
{
	char word[24];
	unsigned long long pa;

	*con = (struct earlycon){ 0 };
	next_word(&text, word);
	if (!strcmp(word, "sbi"))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(word, kinds[i].name))
			choose(con, kinds[i].kind);
	next_word(&text, word);
	for (unsigned int i = 0; i < ARRAY_SIZE(ways); i++)
		if (con->kind && !strcmp(word, ways[i].name)) {
			if (con->kind == EARLYCON_8250) {
				con->width = ways[i].width;
				con->shift = ways[i].shift;
			}
			next_word(&text, word);
			break;
		}
	if (!con->kind)
		fail(con, EARLYCON_UNKNOWN);
	else if (kstrtoull(word, 0, &pa))
		fail(con, EARLYCON_BAD_ADDRESS);
	else
		set_address(con, pa);
}

/* The node's parent; -EINVAL if a bus above it translates addresses. */
static int parent_of(const struct fdt *fdt, int node)
{
	int above[MAX_DEPTH] = { fdt_root(fdt) }, depth = 0;
	u32 len;

	for (int at = above[0]; at != node; above[depth] = at) {
		at = fdt_next_node(fdt, at, &depth);
		if (at < 0 || depth >= MAX_DEPTH)
			return -EINVAL;
	}
	for (int i = 1; i < depth; i++)
		if (!fdt_getprop(fdt, above[i], "ranges", &len) || len)
			return -EINVAL;
	return depth ? above[depth - 1] : -EINVAL;
}

void earlycon_from_fdt(struct earlycon *con, const struct fdt *fdt, int chosen)
{
	const char *path = chosen < 0 ? NULL : fdt_getprop_string(fdt, chosen, "stdout-path");
	int node = path ? fdt_find_node(fdt, path) : -ENOENT;
	u32 shift = 0, width;
	u64 pa;

	fail(con, EARLYCON_NO_STDOUT);
	if (node < 0)
		return;
	con->wrong = EARLYCON_NO_DRIVER;
	for (unsigned int i = 0; i < ARRAY_SIZE(nodes) && con->wrong; i++)
		if (fdt_is_compatible(fdt, node, nodes[i].compatible))
			choose(con, nodes[i].kind);
	if (con->wrong)
		return;
	width = con->width;
	if (con->kind == EARLYCON_8250 &&
	    (fdt_getprop_u32(fdt, node, "reg-shift", &shift) == -EINVAL ||
	     fdt_getprop_u32(fdt, node, "reg-io-width", &width) == -EINVAL || shift > 2 ||
	     (width != 1 && width != 4) || (width == 4 && shift != 2)))
		fail(con, EARLYCON_BAD_NODE);
	else if (fdt_reg(fdt, parent_of(fdt, node), node, 0, &pa, NULL))
		fail(con, EARLYCON_BAD_NODE);
	else {
		con->shift = (u8)shift;
		con->width = (u8)width;
		set_address(con, pa);
	}
}

void earlycon_check(struct earlycon *con, const struct fdt *fdt)
{
	int root = fdt_root(fdt);
	u64 base, size;

	for (int node = fdt_first_child(fdt, root); con->kind && node >= 0;
	     node = fdt_next_sibling(fdt, node))
		for (u32 i = 0;
		     fdt_name_is(fdt, node, "memory") && !fdt_reg(fdt, root, node, i, &base, &size);
		     i++)
			if (con->kind && con->pa - base < size)
				fail(con, EARLYCON_IN_RAM);
}

u64 earlycon_status(const struct earlycon *con)
{
	return con->kind == EARLYCON_8250 ? con->pa + (LSR << con->shift) : con->pa;
}

static u32 read_status(const struct earlycon *con, volatile u8 *regs)
{
	volatile u8 *status = regs + (earlycon_status(con) - con->pa);

	return con->width == 4 ? readl(status) : readb(status);
}

static bool ready(const struct earlycon *con, volatile u8 *regs)
{
	u32 value = read_status(con, regs);

	return con->kind == EARLYCON_SIFIVE ? !(value & SIFIVE_FULL) : value & LSR_THRE;
}

static bool put(struct earlycon *con, volatile u8 *regs, u8 byte)
{
	/* By no clock: without firmware there may be none. */
	for (unsigned int reads = 0; !ready(con, regs); reads++)
		if (reads == MOST_READS) {
			fail(con, EARLYCON_STUCK);
			return false;
		}
	if (con->width == 4)
		writel(byte, regs);
	else
		writeb(byte, regs);
	return true;
}

bool earlycon_putc(struct earlycon *con, volatile u8 *regs, char c)
{
	if (c == '\n' && !put(con, regs, '\r'))
		return false;
	return put(con, regs, (u8)c);
}

/* SiFive's tells nothing but that it is full, as the firmware leaves it. */
void earlycon_flush(const struct earlycon *con, volatile u8 *regs)
{
	for (unsigned int reads = 0; con->kind && reads < MOST_READS; reads++)
		if (read_status(con, regs) & LSR_TEMT && con->kind == EARLYCON_8250)
			break;
}
