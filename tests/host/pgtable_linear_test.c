// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where arch/riscv/mm/layout.c puts RAM, in each mode, and what the engine maps there: bases
 * up to the end of the 56 bits a physical address has, which no QEMU has RAM at.
 */
#include <kernel/sizes.h>
#include <asm/layout.h>

#include "host.h"
#include "pgtable_check.h"
#include "pgtable_hw.h"
#include "pgtable_mem.h"

#define BIT(n) (1ULL << (n))
#define TOP_PA BIT(56)
#define GIB    ((u64)SZ_1G)

static const u64 bases[] = {
	0x40000000,      0x80040000,      0xc0000000,        BIT(38),           BIT(40),
	BIT(46) - SZ_2M, BIT(47),         BIT(47) + SZ_2M,   BIT(47) + 0x40000, 3 * BIT(47) - GIB,
	BIT(50),         BIT(55) + SZ_4K, TOP_PA - 64 * GIB,
};

/* Up to what fills sv39's linear map. */
static const u64 sizes[] = { 16 * SZ_4M, GIB, 64 * GIB, 160 * GIB - SZ_2M, 160 * GIB };

static struct vm_region linear;
static struct pgtable pt;
static struct model model;

static u64 window(void)
{
	return linear.last - linear.start + 1;
}

/* The largest leaves that lie in RAM are what a hart finds, and the RAM behind each address. */
static void check_translation(u64 offset, u64 start, u64 size, unsigned int base_level)
{
	const struct hw_mode mode = { pt.geometry->levels, false, pt.svnapot, pt.svpbmt,
				      pt.type_bits != 0 };
	u64 seen[] = { start, start + size - SZ_4K, start + size / 2 };

	for (unsigned int level = 1; level <= base_level; level++) {
		u64 leaf = ALIGN(start, pgtable_leaf_size(level));

		if (leaf + pgtable_leaf_size(level) <= start + size)
			CHECK(hw_translate(&mode, pt.root, leaf + offset).level >= level);
	}
	for (unsigned int i = 0; i < sizeof(seen) / sizeof(*seen); i++) {
		struct hw_result found = hw_translate(&mode, pt.root, seen[i] + offset);

		CHECK(!found.fault);
		CHECK_EQ(found.pa, seen[i]);
	}
}

static void check_place(const struct pgtable_geometry *geometry, u64 start, u64 size)
{
	u64 end = start + size, base = linear_base(geometry, start, end);
	u64 offset = linear.start - base;
	unsigned int level = geometry->base_level;
	struct op op = { OP_MAP, start + offset, start, 0, _PAGE_PRESENT | 6, 0, 0 };

	while (level && base & (pgtable_leaf_size(level) - 1))
		level--;
	CHECK(base <= start && start - base < pgtable_leaf_size(geometry->base_level));
	CHECK_EQ(base & (SZ_2M - 1), 0);
	CHECK(end - base < window() + SZ_2M);
	size = min(size, base + window() - start);
	CHECK_EQ(vm_region_of(start + offset, geometry->input_bits), VM_LINEAR);
	CHECK_EQ(vm_region_of(start + size - 1 + offset, geometry->input_bits), VM_LINEAR);
	/* A larger leaf would have been of use only where it does not fit. */
	if (level < geometry->base_level)
		CHECK(end - ALIGN_DOWN(start, pgtable_leaf_size(level + 1)) > window());
	/* The model has no room for many small leaves. */
	op.size = level < geometry->base_level ? min(size, GIB) : size;
	mem_reset(MEM_REACH);
	check_open(&pt, &model, geometry);
	CHECK(check_op(&pt, &model, &op, 0));
	check_translation(offset, start, op.size, level);
}

static void each_base(void)
{
	for (unsigned int levels = 3; levels <= 5; levels++) {
		const struct pgtable_geometry *geometry = pgtable_geometry(1, levels);

		linear = vm_region(VM_LINEAR, geometry->input_bits);
		for (unsigned int i = 0; i < sizeof(bases) / sizeof(*bases); i++)
			for (unsigned int j = 0; j < sizeof(sizes) / sizeof(*sizes); j++)
				if (bases[i] + sizes[j] <= TOP_PA && !host_failures)
					check_place(geometry, bases[i], sizes[j]);
		if (host_failures)
			printf("# %s\n", geometry->name);
	}
}

/* What lies above is the caller's to leave out. */
static void too_much(void)
{
	const struct pgtable_geometry *sv39 = pgtable_geometry(1, 3);

	CHECK_EQ(linear_base(sv39, BIT(47) + SZ_2M + SZ_4K, BIT(48)), BIT(47) + SZ_2M);
	CHECK_EQ(linear_base(sv39, BIT(47) + SZ_4K, BIT(47) + 160 * GIB), BIT(47));
}

static const struct host_case cases[] = {
	{ "RAM of any size at any base", each_base },
	{ "more RAM than there is room for", too_much },
};
HOST_MAIN(cases)
