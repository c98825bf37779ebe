// SPDX-License-Identifier: BSD-2-Clause
/* ioremap(): where it maps, what it refuses, and a device that answers. */
#include <kernel/devicetree.h>
#include <kernel/ioremap.h>
#include <kernel/memblock.h>
#include <asm/cpufeature.h>
#include <asm/io.h>
#include <asm/layout.h>
#include "log.h"
#include "probe.h"
#include "trees.h"

#define FAR (SZ_1G * 0x12340) /* where nothing is; not touched */

static u64 reg_of(int parent, int node)
{
	u64 addr = 0;

	EXPECT_EQ(fdt_reg(&machine_fdt, parent, node, 0, &addr, NULL), 0);
	return addr;
}

/* The line status register of the UART that the tree has. */
static void uart(void)
{
	const u8 idle = 0x60; /* 16550: THRE and TEMT */
	int soc = fdt_find_node(&machine_fdt, "/soc"), node = fdt_first_child(&machine_fdt, soc);
	unsigned long addr;
	u8 *regs;

	while (node >= 0 && !fdt_is_compatible(&machine_fdt, node, "ns16550a"))
		node = fdt_next_sibling(&machine_fdt, node);
	if (node < 0) {
		ktest_skip("the device tree has no ns16550a");
		return;
	}
	scratch_begin();
	regs = ioremap(reg_of(soc, node), 8);
	EXPECT(regs != NULL);
	addr = (unsigned long)regs;
	EXPECT_EQ(vm_region_of(addr, kernel_pgtable.geometry->input_bits), VM_VMALLOC);
	for (unsigned int i = 0; i < 100000 && !(readb(regs + 5) & 0x40); i++)
		; /* what was printed last is on its way */
	EXPECT_EQ(readb(regs + 5) & idle, idle);
	/* The scratch register keeps what is written. */
	writeb(0x5a, regs + 7);
	EXPECT_EQ(readb(regs + 7), 0x5a);
	EXPECT_EQ(exec_cause(addr & PAGE_MASK), EXC_INST_PAGE_FAULT);
	iounmap(regs);
	EXPECT_EQ(read_cause(addr & -8UL), EXC_LOAD_PAGE_FAULT);
	scratch_end();
}

/* Accesses of each size, tried on memory. */
static void accessors(void)
{
	static u64 cell;

	writeq(0x1122334455667788, &cell);
	EXPECT_EQ(readb(&cell), 0x88);
	EXPECT_EQ(readw(&cell), 0x7788);
	EXPECT_EQ(readl(&cell), 0x55667788);
	EXPECT_EQ(readq(&cell), 0x1122334455667788);
	writel_relaxed(0xa1a2a3a4, (u32 *)&cell + 1);
	writew(0xb1b2, &cell);
	writeb(0xc1, &cell);
	EXPECT_EQ(READ_ONCE(cell), 0xa1a2a3a45566b1c1);
}

static void sub_page(void)
{
	unsigned long one, two;

	scratch_begin();
	one = (unsigned long)ioremap(FAR + 0x123, 0x10);
	two = (unsigned long)ioremap(FAR + PAGE_SIZE - 1, 2);
	EXPECT_EQ(one & ~PAGE_MASK, 0x123);
	EXPECT_EQ(two & ~PAGE_MASK, PAGE_SIZE - 1);
	EXPECT_EQ(pte_pa((pte_t){ entry_of(&kernel_pgtable, one) }), FAR);
	EXPECT_EQ(pte_pa((pte_t){ entry_of(&kernel_pgtable, two + 1) }), FAR + PAGE_SIZE);
	/* Nothing behind either, and a page between them. */
	EXPECT_EQ(entry_of(&kernel_pgtable, one + PAGE_SIZE), 0);
	EXPECT_EQ(entry_of(&kernel_pgtable, two + 1 + PAGE_SIZE), 0);
	EXPECT_EQ((two & PAGE_MASK) - (one & PAGE_MASK), 2 * PAGE_SIZE);
	iounmap((void *)one);
	/* First fit: the gap is used again, if it is large enough. */
	EXPECT_EQ((unsigned long)ioremap(FAR, 2 * PAGE_SIZE) & PAGE_MASK,
		  (two & PAGE_MASK) + 3 * PAGE_SIZE);
	EXPECT_EQ((unsigned long)ioremap(FAR, PAGE_SIZE), one & PAGE_MASK);
	iounmap((void *)one);
	iounmap((void *)((two & PAGE_MASK) + 3 * PAGE_SIZE));
	iounmap((void *)two);
	scratch_end();
}

/* As far from a multiple of the leaf as the physical address is, so that leaves are large. */
static void large_leaves(void)
{
	unsigned long small, below, addr;

	scratch_begin();
	small = (unsigned long)ioremap(FAR, PAGE_SIZE);
	addr = (unsigned long)ioremap(FAR + SZ_2M - PAGE_SIZE, SZ_4M + PAGE_SIZE);
	EXPECT_EQ(level_of(&kernel_pgtable, addr), 0);
	EXPECT_EQ(level_of(&kernel_pgtable, addr + PAGE_SIZE), 1);
	EXPECT_EQ(level_of(&kernel_pgtable, addr + SZ_4M), 1);
	iounmap((void *)addr);
	addr = (unsigned long)ioremap(FAR, SZ_1G);
	EXPECT_EQ(level_of(&kernel_pgtable, addr), 2);
	iounmap((void *)addr);
	/* The table there that a smaller one has left is in the way of nothing. */
	below = (unsigned long)ioremap(FAR, SZ_1G - SZ_2M);
	addr = (unsigned long)ioremap(FAR, SZ_2M);
	EXPECT_EQ(level_of(&kernel_pgtable, addr), 1);
	iounmap((void *)addr);
	iounmap((void *)below);
	addr = (unsigned long)ioremap(FAR, SZ_1G);
	EXPECT_EQ(level_of(&kernel_pgtable, addr), 2);
	iounmap((void *)addr);
	iounmap((void *)small);
	/* Where small leaves have been, tables are gone. */
	addr = (unsigned long)ioremap(FAR, SZ_2M);
	EXPECT_EQ(level_of(&kernel_pgtable, addr), 1);
	iounmap((void *)addr);
	scratch_end();
}

static void refused(phys_addr_t pa, size_t size)
{
	void *addr = ioremap(pa, size);

	if (addr)
		ktest_fail(__FILE__, __LINE__, "0x%llx, 0x%lx bytes: %p", pa, size, addr);
	iounmap(addr);
}

static void refusals(void)
{
	phys_addr_t start = memblock_start_of_DRAM(), end = memblock_end_of_DRAM();
	u64 cursor;

	scratch_begin();
	refused(FAR, 0);
	refused(FAR, -1UL);
	refused(0, -1UL);
	refused(-PAGE_SIZE, PAGE_SIZE);
	refused(-PAGE_SIZE, PAGE_SIZE + 1);
	refused(-8ULL, 16);
	refused(1ULL << 56, 1);
	refused((1ULL << 56) - 1, 2);
	cursor = log_cursor();
	refused(__pa_symbol(refusals), 4);
	EXPECT(logged(cursor, "is RAM"));
	refused(end - 1, 2);
	refused(end - 8, 1);
	refused(start - PAGE_SIZE, end - start + 2 * PAGE_SIZE);
	cursor = log_cursor();
	iounmap((void *)scratch());
	EXPECT(logged(cursor, "nothing of ioremap()"));
	scratch_end();
}

/* As many as any machine needs, and none is lost. */
static void many(void)
{
	static void *area[1000] __noinit;
	size_t n = 0;

	scratch_begin();
	while (n < ARRAY_SIZE(area) && (area[n] = ioremap(FAR + n * PAGE_SIZE, PAGE_SIZE)))
		n++;
	EXPECT_EQ(n, ARRAY_SIZE(area));
	for (size_t i = 0; i < n; i++)
		EXPECT_EQ(pte_pa((pte_t){ entry_of(&kernel_pgtable, (unsigned long)area[i]) }),
			  FAR + i * PAGE_SIZE);
	/* The odd ones first, so that gaps join on both sides. */
	for (size_t i = 1; i < n; i += 2)
		iounmap(area[i]);
	for (size_t i = 0; i < n; i += 2)
		iounmap(area[i]);
	scratch_end();
}

/* The memory type, where every hart has Svpbmt; elsewhere the address decides alone. */
static void memory_type(void)
{
	bool known = riscv_has_extension(RISCV_ISA_EXT_SVPBMT);
	void *io;

	scratch_begin();
	EXPECT_EQ(kernel_pgtable.svpbmt, known);
	io = ioremap(FAR, PAGE_SIZE);
	EXPECT_EQ(entry_of(&kernel_pgtable, (unsigned long)io),
		  mk_pte(FAR, PAGE_KERNEL).val | (known ? _PAGE_IO : 0));
	iounmap(io);
	scratch_end();
}

static const struct ktest_case cases[] = {
	{ "uart", uart },
	{ "accessors", accessors },
	{ "sub_page", sub_page },
	{ "large_leaves", large_leaves },
	{ "refusals", refusals },
	{ "many", many },
	{ "memory_type", memory_type },
};
KTEST_SUITE(ioremap, cases);
