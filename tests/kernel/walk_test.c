// SPDX-License-Identifier: BSD-2-Clause
/* The engine's three ways of reading tables agree with each other and with the hart. */
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <kernel/ptdump.h>
#include <kernel/walk_report.h>
#include <asm/boot_record.h>
#include <asm/hart.h>
#include <asm/layout.h>
#include "probe.h"

static unsigned long half(void)
{
	return 1UL << (kernel_pgtable.geometry->input_bits - 1);
}

/* It may lie outside the RAM it speaks of, and has no linear address there. */
static bool in_device_tree(phys_addr_t pa)
{
	phys_addr_t start = ALIGN_DOWN(boot_record.dtb_pa, PAGE_SIZE);

	return pa >= start && pa < ALIGN(boot_record.dtb_pa + boot_record.dtb_size, PAGE_SIZE);
}

/*
 * The shadow changes meanwhile, and so does this hart's stack, at whichever of its
 * addresses it is read: in the image or in the linear map.
 */
static bool changes(phys_addr_t pa)
{
	const struct hart *hart = this_hart();
	const unsigned long va = pa + kernel_map.va_kernel_pa_offset;

	return IS_ENABLED(CONFIG_KASAN) || (va >= hart->stack_low && va < hart->stack_high);
}

/* One address of a leaf, seen by the walk, the specification's and the hart. */
static void check_address(unsigned long va, unsigned int level, pte_t pte)
{
	const struct pgtable *pt = &kernel_pgtable;
	phys_addr_t pa = pte_pa(pte) + (va & (pgtable_leaf_size(level) - 1));
	struct spec_walk walk;
	unsigned int found = ~0U;
	pte_t entry = { 0 };

	entry = pgtable_walk(pt, va, &found);
	if (found != level || entry.val != pte.val)
		ktest_fail(__FILE__, __LINE__,
			   "0x%lx: walk gives level %u 0x%llx, iterate %u 0x%llx", va, found,
			   entry.val, level, pte.val);
	if (walk_live(va, pte.val & _PAGE_READ ? ACCESS_LOAD : ACCESS_FETCH, &walk) ||
	    walk.nr != pt->geometry->levels - level || walk.pa != pa)
		ktest_fail(__FILE__, __LINE__, "0x%lx: %u steps lead to 0x%llx", va, walk.nr,
			   walk.pa);
	if (vm_region_of(va, pt->geometry->input_bits) == VM_VMALLOC)
		return; /* a driver's device */
	if (!memblock_is_map_memory(pa) && !in_device_tree(pa))
		ktest_fail(__FILE__, __LINE__, "0x%lx maps 0x%llx, which is not RAM", va, pa);
	else if (!changes(pa) && memblock_is_map_memory(pa) &&
		 peek(va) != peek((unsigned long)__va(pa)))
		ktest_fail(__FILE__, __LINE__, "0x%lx does not show what is at 0x%llx", va, pa);
}

struct seen {
	unsigned long leaves, next, bytes;
};

static int check_leaf(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	struct seen *seen = arg;

	if (va < seen->next || !IS_ALIGNED(va, pgtable_leaf_size(level)))
		ktest_fail(__FILE__, __LINE__, "leaf of 0x%lx, level %u: out of order", va, level);
	seen->next = va + pgtable_leaf_size(level);
	seen->bytes += pgtable_leaf_size(level);
	seen->leaves++;
	if (IS_ENABLED(CONFIG_KASAN) &&
	    vm_region_of(va, kernel_pgtable.geometry->input_bits) == VM_KASAN)
		return 0; /* most of it is shared, and shown as larger leaves than there are */
	check_address(va, level, pte);
	check_address(va + pgtable_leaf_size(level) - 8, level, pte);
	return 0;
}

static void leaves(void)
{
	struct seen seen = { 0 };

	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, -half(), -1UL, check_leaf, &seen), 0);
	EXPECT(seen.leaves > 0);
}

/* All of RAM and nothing else: by bytes, since each leaf was looked at alone. */
static void linear_map_whole(void)
{
	struct vm_region linear = vm_region(VM_LINEAR, kernel_pgtable.geometry->input_bits);
	phys_addr_t start, end, bytes = 0;
	struct seen seen = { 0 };

	for_each_map_mem_range(cursor, &start, &end)
		bytes += ALIGN_DOWN(end, PAGE_SIZE) - ALIGN(start, PAGE_SIZE);
	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, linear.start, linear.last, check_leaf, &seen),
		  0);
	EXPECT_EQ(seen.bytes, bytes);
}

static void not_mapped(void)
{
	unsigned int bits = kernel_pgtable.geometry->input_bits;
	const unsigned long addr[] = {
		0,
		half() - 1,
		boot_record.load_pa,
		vm_region(VM_VMALLOC, bits).last,
		vm_region(VM_VMEMMAP, bits).last,
#ifndef CONFIG_KASAN
		vm_region(VM_KASAN, bits).start,
#endif
		vm_region(VM_MODULES, bits).start,
		vm_region(VM_FIXMAP, bits).last,
		-PAGE_SIZE,
		-1UL,
	};

	for (size_t i = 0; i < ARRAY_SIZE(addr); i++) {
		struct spec_walk walk;
		unsigned int level = ~0U;
		pte_t pte = { _PAGE_PRESENT };

		pte = pgtable_walk(&kernel_pgtable, addr[i], &level);
		EXPECT(!pte_present(pte));
		EXPECT(level < kernel_pgtable.geometry->levels && !pte_present(pte));
		EXPECT_EQ(walk_live(addr[i], ACCESS_LOAD, &walk), SPEC_INVALID);
		EXPECT_EQ(walk.nr, kernel_pgtable.geometry->levels - level);
		EXPECT_EQ(walk.step[walk.nr - 1].level, level);
		EXPECT_EQ(read_cause(addr[i] & ~7UL), EXC_LOAD_PAGE_FAULT);
	}
}

static void not_canonical(void)
{
	const unsigned long addr[] = { half(), 1UL << 63, -half() - 8, ~(1UL << 63) - 7 };

	for (size_t i = 0; i < ARRAY_SIZE(addr); i++) {
		struct spec_walk walk;
		unsigned int level = 7;
		pte_t pte;

		EXPECT(!pgtable_canonical(kernel_pgtable.geometry, addr[i]));
		pte = pgtable_walk(&kernel_pgtable, addr[i], &level);
		EXPECT_EQ(level, kernel_pgtable.geometry->levels);
		EXPECT_EQ(pte.val, 0);
		EXPECT_EQ(walk_live(addr[i], ACCESS_LOAD, &walk), SPEC_NOT_CANONICAL);
		EXPECT_EQ(walk.nr, 0);
		EXPECT_EQ(read_cause(addr[i]), EXC_LOAD_PAGE_FAULT);
	}
	EXPECT(pgtable_canonical(kernel_pgtable.geometry, half() - 1));
	EXPECT(pgtable_canonical(kernel_pgtable.geometry, -half()));
}

struct stop {
	unsigned long calls, va;
};

static int stop_at_first(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	struct stop *stop = arg;

	stop->calls++;
	stop->va = va;
	return 42;
}

static void iterate_bounds(void)
{
	struct stop stop = { 0 };
	struct seen seen = { 0 }, whole = { 0 };
	unsigned long image = KERNEL_LINK_ADDR;

	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, half() - 1, -half(), check_leaf, &seen), 0);
	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, half(), half(), check_leaf, &seen), -ERANGE);
	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, image + 1, image, check_leaf, &seen), -ERANGE);
	EXPECT_EQ(seen.leaves, 0);
	/* The hole is passed over: what is found lies behind it, as nothing lies before. */
	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, half() - 1, -1UL, check_leaf, &seen), 0);
	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, 0, -1UL, check_leaf, &whole), 0);
	EXPECT(seen.leaves > 0 && seen.leaves == whole.leaves);
	seen = (struct seen){ 0 };
	/* A range inside a leaf shows that leaf, from its start. */
	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, image + 8, image + 9, check_leaf, &seen), 0);
	EXPECT_EQ(seen.leaves, 1);
	EXPECT_EQ(seen.next, image + PAGE_SIZE);
	seen = (struct seen){ 0 };
	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, image + PAGE_SIZE - 1, image + PAGE_SIZE,
				  check_leaf, &seen),
		  0);
	EXPECT_EQ(seen.leaves, 2);
	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, image, -1UL, stop_at_first, &stop), 42);
	EXPECT_EQ(stop.calls, 1);
	EXPECT_EQ(stop.va, image);
}

static void dump_audit(void)
{
	struct ptdump_audit audit = { 0 };
	struct seen seen = { 0 };

	EXPECT_EQ(ptdump(&kernel_pgtable, -half(), -1UL, NULL, &audit), 0);
	EXPECT_EQ(pgtable_iterate(&kernel_pgtable, -half(), -1UL, check_leaf, &seen), 0);
	EXPECT_EQ(audit.leaves, seen.leaves);
	EXPECT(audit.ranges > 5 && audit.ranges <= audit.leaves);
	EXPECT_EQ(audit.wx + audit.user + audit.bad_tables, 0);
}

static const struct ktest_case cases[] = {
	{ "leaves", leaves },
	{ "linear_map_whole", linear_map_whole },
	{ "not_mapped", not_mapped },
	{ "not_canonical", not_canonical },
	{ "iterate_bounds", iterate_bounds },
	{ "dump_audit", dump_audit },
};
KTEST_SUITE(walk, cases);
