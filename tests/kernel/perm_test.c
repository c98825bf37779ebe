// SPDX-License-Identifier: BSD-2-Clause
/* Permissions: by provoked faults where it matters, by reading every entry elsewhere. */
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <asm/boot_record.h>
#include <asm/fixmap.h>
#include <asm/layout.h>
#include <asm/linear.h>
#include <asm/sections.h>
#include "pages.h"
#include "probe.h"
#include "trees.h"

static __aligned(8) noinline void text_word(void)
{
	barrier();
}

static const u64 rodata_word = FOUR_RETS;
static volatile u64 data_word = FOUR_RETS;
static volatile u64 bss_word;

static unsigned long alias(const volatile void *sym)
{
	return (unsigned long)__va(__pa_symbol(sym));
}

static void image(void)
{
	bss_word = FOUR_RETS;
	expect_access("text", (unsigned long)text_word, &r_x);
	expect_access("rodata", (unsigned long)&rodata_word, &r__);
	expect_access("data", (unsigned long)&data_word, &rw_);
	expect_access("bss", (unsigned long)&bss_word, &rw_);
	expect_access("the table pool", (unsigned long)__pt_pool_end - 8, &rw_);
}

/* Each part's first and last word, so that a border off by a page is seen. */
static void image_borders(void)
{
	EXPECT_EQ(write_cause((unsigned long)_start), EXC_STORE_PAGE_FAULT);
	EXPECT_EQ(write_cause((unsigned long)__init_begin - 8), EXC_STORE_PAGE_FAULT);
	/* What was the boot's is RAM like any other: freed.rights. */
	EXPECT_EQ(exec_cause((unsigned long)__init_begin), EXC_INST_PAGE_FAULT);
	EXPECT_EQ(exec_cause((unsigned long)__init_end), EXC_INST_PAGE_FAULT);
	EXPECT_EQ(write_cause((unsigned long)__init_end), EXC_STORE_PAGE_FAULT);
	EXPECT_EQ(write_cause((unsigned long)_erodata - 8), EXC_STORE_PAGE_FAULT);
	EXPECT_EQ(write_cause((unsigned long)_data), NO_FAULT);
	EXPECT_EQ(exec_cause((unsigned long)_data), EXC_INST_PAGE_FAULT);
	EXPECT_EQ(read_cause((unsigned long)_end - 8), NO_FAULT);
	expect_access("the page below the image", (unsigned long)_start - 8, &none);
	expect_access("the page above the image", (unsigned long)_end, &none);
}

static void image_in_linear_map(void)
{
	expect_access("text in the linear map", alias((void *)text_word), &r__);
	expect_access("the first page in the linear map", alias(_start), &r__);
	expect_access("the end of text in the linear map", alias(__init_begin) - 8, &r__);
	expect_access("rodata in the linear map", alias(__init_end), &r__);
	expect_access("rodata in the linear map", alias(&rodata_word), &r__);
	expect_access("the end of rodata in the linear map", alias(_erodata) - 8, &r__);
	expect_access("data in the linear map", alias(&data_word), &rw_);
}

static void ram(void)
{
	phys_addr_t pa = test_alloc(PAGE_SIZE);
	volatile u64 *page = __va(pa);

	EXPECT(pa != 0);
	if (!pa)
		return;
	page[0] = FOUR_RETS;
	expect_access("RAM", (unsigned long)page, &rw_);
	page[0] = 0x5555555555555555;
	EXPECT_EQ(page[0], 0x5555555555555555);
	test_free(pa, PAGE_SIZE);
}

static void guard_pages(void)
{
	expect_access("the stack's guard", (unsigned long)__stack_guard, &none);
	expect_access("the stack's guard's end", (unsigned long)__stack_low - 8, &none);
	expect_access("the emergency stack's guard", (unsigned long)__emergency_guard, &none);
	expect_access("the emergency stack's guard's end", (unsigned long)__emergency_low - 8,
		      &none);
	EXPECT_EQ(read_cause((unsigned long)__stack_low), NO_FAULT);
	EXPECT_EQ(read_cause((unsigned long)__emergency_low), NO_FAULT);
}

static int find_leaf(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	return -EEXIST;
}

/* Exactly the tree, where it is not in RAM; else nothing: it is read in the linear map. */
static void fdt_window(void)
{
	const unsigned long last = FDT_WINDOW_START + FDT_WINDOW_SIZE - 1;
	unsigned long first = ALIGN_DOWN(boot_record.dtb_va, PAGE_SIZE);
	unsigned long behind = ALIGN(boot_record.dtb_va + boot_record.dtb_size, PAGE_SIZE);

	if (vm_region_of(boot_record.dtb_va, kernel_pgtable.geometry->input_bits) != VM_FDT) {
		EXPECT_EQ(boot_record.dtb_va, (unsigned long)__va(boot_record.dtb_pa));
		EXPECT_EQ(pgtable_iterate(&kernel_pgtable, FDT_WINDOW_START, last, find_leaf, NULL),
			  0);
		return;
	}
	EXPECT(!memblock_is_map_memory(boot_record.dtb_pa));
	expect_access("the device tree", ALIGN_DOWN(boot_record.dtb_va, 8), &r__);
	expect_access("the device tree's last page", behind - 8, &r__);
	expect_access("the page before the device tree", first - 8, &none);
	expect_access("the page behind the device tree", behind, &none);
}

/* What the device tree sets aside has no linear-map address that works. */
static void firmware(void)
{
	int parent = fdt_find_node(&machine_fdt, "/reserved-memory");
	unsigned int n = 0;
	u64 base, size;

	for (int node = fdt_first_child(&machine_fdt, parent); node >= 0;
	     node = fdt_next_sibling(&machine_fdt, node)) {
		if (!fdt_is_available(&machine_fdt, node) ||
		    fdt_getprop(&machine_fdt, node, "reusable", NULL) ||
		    fdt_reg(&machine_fdt, parent, node, 0, &base, &size))
			continue;
		EXPECT(memblock_is_region_reserved(base, size));
		if (!memblock_is_memory(base))
			continue;
		expect_access("firmware", (unsigned long)__va(base), &none);
		expect_access("firmware's end", (unsigned long)__va(base + size - 8), &none);
		n++;
	}
	if (!n)
		ktest_skip("the device tree sets no memory aside");
}

/* Whether [start, end) has a byte of what is set aside, by the tree or the command line. */
static bool is_firmware(phys_addr_t start, phys_addr_t end)
{
	for (u32 i = 0; i < memblock.memory.cnt; i++) {
		const struct memblock_region *r = &memblock.memory.regions[i];

		if (r->flags & MEMBLOCK_NOMAP && r->base < end && r->base + r->size > start)
			return true;
	}
	return false;
}

static int check_no_firmware(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	const phys_addr_t pa = pte_pa(pte), end = pa + pgtable_leaf_size(level);

	if (is_firmware(pa, end) && pa - boot_record.dtb_pa >= boot_record.dtb_size)
		ktest_fail(__FILE__, __LINE__,
			   "0x%lx: leaf of level %u at 0x%llx has firmware in it", va, level, pa);
	++*(unsigned long *)arg;
	return 0;
}

/* A hart may check PMP for the whole of a leaf: none may have as much as a byte of firmware's. */
static void firmware_leaves(void)
{
	unsigned long half = 1UL << (kernel_pgtable.geometry->input_bits - 1), n = 0;

	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, -half, -1UL, check_no_firmware, &n), 0);
	EXPECT(n > 0);
	if (!is_firmware(0, ~0ULL))
		ktest_skip("the device tree sets no memory aside");
}

static int count_leaf(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	/* One of 64 KiB is visited sixteen times. */
	*(unsigned long *)arg += !(pte.val & _PAGE_NAPOT) || IS_ALIGNED(va, SZ_64K);
	return 0;
}

/* A tree of our own that maps RAM as setup_vm_final() did: as many leaves as are told. */
static unsigned long leaves_of_ram(bool firmware_too)
{
	const struct pgtable_geometry *g = kernel_pgtable.geometry;
	struct pgtable pt = new_tree(g);
	phys_addr_t start = 0, end = 0;
	unsigned long n = 0;

	pt.svnapot = kernel_pgtable.svnapot;
	for (u32 i = 0; i <= memblock.memory.cnt; i++) {
		const struct memblock_region *r = &memblock.memory.regions[i];
		const bool last = i == memblock.memory.cnt;

		if (!last && r->flags & MEMBLOCK_NOMAP && !firmware_too)
			continue;
		if (!last && r->base == end) {
			end += r->size;
			continue;
		}
		start = ALIGN(start, PAGE_SIZE);
		if (start < ALIGN_DOWN(end, PAGE_SIZE))
			EXPECT_EQ(pgtable_map(&pt, (unsigned long)__va(start), start,
					      ALIGN_DOWN(end, PAGE_SIZE) - start, PAGE_KERNEL, 0),
				  0);
		if (last)
			break;
		start = r->base;
		end = r->base + r->size;
	}
	EXPECT_EQ(pgtable_iterate(&pt, -1UL << (g->input_bits - 1), -1UL, count_leaf, &n), 0);
	EXPECT_EQ(pgtable_unmap(&pt, -1UL << (g->input_bits - 1), 1UL << (g->input_bits - 1)), 0);
	end_tree(&pt);
	return n;
}

static void firmware_cost(void)
{
	struct linear_count count;

	linear_count(&count);
	EXPECT_EQ(count.leaves, leaves_of_ram(false));
	EXPECT_EQ(count.undivided, leaves_of_ram(true));
}

static void unused_regions(void)
{
	static const enum vm_region_id unused[] = { VM_VMALLOC, VM_VMEMMAP, VM_MODULES,
#ifndef CONFIG_KASAN
						    VM_KASAN
#endif
	};
	unsigned int bits = kernel_pgtable.geometry->input_bits;

	for (size_t i = 0; i < ARRAY_SIZE(unused); i++) {
		struct vm_region region = vm_region(unused[i], bits);

		/* Drivers have mapped devices, and the first RAM may have its metadata there. */
		if (unused[i] != VM_VMALLOC && unused[i] != VM_VMEMMAP)
			expect_access(region.name, region.start, &none);
		expect_access(region.name, region.last - 7, &none);
	}
	for (unsigned int slot = 0; slot < NR_FIXMAPS; slot++)
		expect_access("fixmap", fix_to_virt(slot), &none);
}

static int check_leaf(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	const bool device = vm_region_of(va, kernel_pgtable.geometry->input_bits) == VM_VMALLOC;
	const u64 must = _PAGE_PRESENT | _PAGE_READ | _PAGE_GLOBAL | _PAGE_ACCESSED;
	const u64 may = must | _PAGE_WRITE | _PAGE_EXEC | _PAGE_DIRTY | _PAGE_PFN_MASK |
			(kernel_pgtable.svnapot && !level ? _PAGE_NAPOT : 0) |
			(device && kernel_pgtable.svpbmt ? _PAGE_IO : 0);
	bool w = pte.val & _PAGE_WRITE, d = pte.val & _PAGE_DIRTY, x = pte.val & _PAGE_EXEC;

	++*(unsigned long *)arg;
	if ((pte.val & must) != must || pte.val & ~may || w != d || (w && x))
		ktest_fail(__FILE__, __LINE__, "leaf of 0x%lx, level %u: 0x%llx", va, level,
			   pte.val);
	if (!IS_ALIGNED(pte_pa(pte), pgtable_leaf_size(level)) &&
	    !(pte_pa(pte) >= kernel_pgtable.shared_start &&
	      pte_pa(pte) < kernel_pgtable.shared_end))
		ktest_fail(__FILE__, __LINE__, "leaf of 0x%lx, level %u: misaligned 0x%llx", va,
			   level, pte.val);
	/* Only the image's text executes. */
	if (x && (va < (unsigned long)_text || va >= (unsigned long)__init_begin))
		ktest_fail(__FILE__, __LINE__, "0x%lx is executable", va);
	return 0;
}

static void leaves(void)
{
	unsigned long half = 1UL << (kernel_pgtable.geometry->input_bits - 1), n = 0;

	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, -half, -1UL, check_leaf, &n), 0);
	EXPECT(n > (unsigned long)(_end - _start) / PAGE_SIZE - 8);
}

/* Goes down by hand: the engine does not show pointers to tables. */
static unsigned long check_tables(phys_addr_t table, unsigned int level)
{
	unsigned long n = 1;

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(pte_t); i++) {
		pte_t pte = { peek((unsigned long)__va(table) + i * sizeof(pte_t)) };

		if (!pte_table(pte))
			continue;
		if (!level || (pte.val & ~_PAGE_PFN_MASK) != _PAGE_PRESENT)
			ktest_fail(__FILE__, __LINE__, "table 0x%llx of level %u: [%u] is 0x%llx",
				   table, level, i, pte.val);
		else if (pte_pa(pte) < kernel_pgtable.shared_start ||
			 pte_pa(pte) >= kernel_pgtable.shared_end)
			n += check_tables(pte_pa(pte), level - 1);
	}
	return n;
}

static void tables(void)
{
	EXPECT(check_tables(kernel_pgtable.root, kernel_pgtable.geometry->levels - 1) > 3);
}

static const struct ktest_case cases[] = {
	{ "image", image },
	{ "image_borders", image_borders },
	{ "image_in_linear_map", image_in_linear_map },
	{ "ram", ram },
	{ "guard_pages", guard_pages },
	{ "fdt_window", fdt_window },
	{ "firmware", firmware },
	{ "firmware_leaves", firmware_leaves },
	{ "firmware_cost", firmware_cost },
	{ "unused_regions", unused_regions },
	{ "leaves", leaves },
	{ "tables", tables },
};
KTEST_SUITE(perm, cases);
