// SPDX-License-Identifier: BSD-2-Clause
/* set_memory_*(): by access, at the address asked for and in the linear map. */
#include <kernel/errno.h>
#include <kernel/set_memory.h>
#include <asm/layout.h>
#include <asm/sections.h>
#include "pages.h"
#include "probe.h"
#include "trees.h"

#define NR 8 /* pages */

static unsigned long va, linear;
static phys_addr_t pa;

/* Pages of RAM, mapped a second time. */
static void begin(void)
{
	scratch_begin();
	va = scratch();
	pa = test_alloc(NR * PAGE_SIZE);
	linear = (unsigned long)__va(pa);
	for (unsigned int i = 0; i < NR; i++)
		*(u64 *)(linear + i * PAGE_SIZE) = FOUR_RETS;
	__asm__ __volatile__("fence.i" : : : "memory");
	EXPECT_EQ(pgtable_map(&kernel_pgtable, va, pa, NR * PAGE_SIZE, PAGE_KERNEL, 0), 0);
}

static void end(void)
{
	test_free(pa, NR * PAGE_SIZE);
	scratch_end();
}

/* Page 2 to 5 as given, here and in the linear map; the others as they were. */
static void expect_inner(const struct access *here, const struct access *there)
{
	for (unsigned int i = 0; i < NR; i++) {
		bool inner = i >= 2 && i < 6;

		expect_access("the mapping", va + i * PAGE_SIZE, inner ? here : &rw_);
		expect_access("its alias", linear + i * PAGE_SIZE, inner ? there : &rw_);
	}
}

static void rights(void)
{
	unsigned long inner;

	begin();
	inner = va + 2 * PAGE_SIZE;
	EXPECT_EQ(set_memory_ro(inner, 4), 0);
	expect_inner(&r__, &r__);
	EXPECT_EQ(set_memory_x(inner, 4), 0);
	expect_inner(&r_x, &r__);
	/* Not both: first nx, then rw. */
	EXPECT_EQ(set_memory_rw(inner, 4), -EINVAL);
	expect_inner(&r_x, &r__);
	EXPECT_EQ(set_memory_nx(inner, 4), 0);
	expect_inner(&r__, &r__);
	EXPECT_EQ(set_memory_rw(inner, 4), 0);
	expect_inner(&rw_, &rw_);
	EXPECT_EQ(set_memory_rox(inner, 4), 0);
	expect_inner(&r_x, &r__);
	EXPECT_EQ(set_memory_nx(inner, 4), 0);
	EXPECT_EQ(set_memory_rw(inner, 4), 0);
	expect_inner(&rw_, &rw_);
	EXPECT(entry_of(&kernel_pgtable, inner) & _PAGE_DIRTY);
	end();
}

/* Read-only by pgtable_map(): the alias can be written, until the memory is executable. */
static void writable_alias(void)
{
	begin();
	EXPECT_EQ(pgtable_unmap(&kernel_pgtable, va, NR * PAGE_SIZE), 0);
	EXPECT_EQ(pgtable_map(&kernel_pgtable, va, pa, PAGE_SIZE, PAGE_KERNEL_READ, 0), 0);
	expect_access("the alias", linear, &rw_);
	EXPECT_EQ(set_memory_x(va, 1), 0);
	expect_access("the mapping", va, &r_x);
	expect_access("the alias", linear, &r__);
	/* Nor does it become writable by its own address, or by a third one. */
	EXPECT_EQ(set_memory_rw(linear, 1), -EPERM);
	expect_access("the alias", linear, &r__);
	EXPECT_EQ(pgtable_map(&kernel_pgtable, va + SZ_2M, pa, PAGE_SIZE, PAGE_KERNEL_READ, 0), 0);
	EXPECT_EQ(set_memory_rw(va + SZ_2M, 1), -EPERM);
	expect_access("the second mapping", va + SZ_2M, &r__);
	EXPECT_EQ(set_memory_nx(va, 1), 0);
	EXPECT_EQ(set_memory_rw(va + SZ_2M, 1), 0);
	EXPECT_EQ(set_memory_x(va, 1), -EPERM);
	expect_access("the mapping", va, &r__);
	EXPECT_EQ(set_memory_rw(linear, 1), 0);
	end();
}

static void refused(unsigned long addr, int numpages, int (*call)(unsigned long, int), int err,
		    int line)
{
	u64 leaves = hash_leaves(&kernel_pgtable);
	int ret = call(addr, numpages);

	if (ret != err)
		ktest_fail(__FILE__, line, "0x%lx: %pe, not %pe", addr, (void *)(long)ret,
			   (void *)(long)err);
	EXPECT_EQ(hash_leaves(&kernel_pgtable), leaves);
}

#define REFUSED(addr, nr, call, err) refused(addr, nr, call, err, __LINE__)

static void refusals(void)
{
	unsigned long text = (unsigned long)_text, alias = (unsigned long)__va(__pa_symbol(_text));

	begin();
	REFUSED(va + 8, 1, set_memory_ro, -EINVAL);
	REFUSED(va, -1, set_memory_ro, -EINVAL);
	REFUSED(va, 0, set_memory_ro, 0);
	REFUSED(va, NR, set_memory_x, -EINVAL);
	REFUSED(va, NR + 1, set_memory_ro, -ENOENT);
	REFUSED(va - PAGE_SIZE, 2, set_memory_ro, -ENOENT);
	REFUSED(va + SZ_1G, 1, set_memory_nx, -ENOENT);
	EXPECT_EQ(pgtable_unmap(&kernel_pgtable, va + 3 * PAGE_SIZE, PAGE_SIZE), 0);
	REFUSED(va, NR, set_memory_rox, -ENOENT);
	/* Not the kernel's half, or no half at all. */
	REFUSED(0, 1, set_memory_ro, -ERANGE);
	REFUSED(PAGE_SIZE, 1, set_memory_rw, -ERANGE);
	REFUSED(1UL << 63, 1, set_memory_ro, -ERANGE);
	REFUSED(-PAGE_SIZE, 1, set_memory_ro, -ENOENT);
	REFUSED(-PAGE_SIZE, 2, set_memory_ro, -EINVAL);
	/* The linear map executes nothing, and text can be written nowhere. */
	REFUSED(linear, 1, set_memory_x, -EPERM);
	REFUSED(linear, 1, set_memory_rox, -EPERM);
	REFUSED(alias, 1, set_memory_rw, -EPERM);
	REFUSED(text, 1, set_memory_rw, -EINVAL);
	end();
}

/* The image's own: constants become data, and constants again. */
static const u64 constants[2 * PAGE_SIZE / sizeof(u64)] __aligned(PAGE_SIZE) = { FOUR_RETS };

static void image(void)
{
	unsigned long addr = (unsigned long)constants;

	scratch_begin();
	linear = (unsigned long)__va(__pa_symbol(constants));
	EXPECT_EQ(set_memory_rw(addr, 1), 0);
	expect_access("constants", addr, &rw_);
	expect_access("constants, linear", linear, &rw_);
	expect_access("constants behind them", addr + PAGE_SIZE, &r__);
	EXPECT_EQ(set_memory_ro(addr, 1), 0);
	expect_access("constants", addr, &r__);
	expect_access("constants, linear", linear, &r__);
	scratch_end();
}

/* In the linear map itself large leaves are split. */
static void linear_map(void)
{
	begin();
	EXPECT_EQ(set_memory_ro(linear + PAGE_SIZE, 2), 0);
	expect_access("below", linear, &rw_);
	expect_access("first", linear + PAGE_SIZE, &r__);
	expect_access("last", linear + 2 * PAGE_SIZE, &r__);
	expect_access("above", linear + 3 * PAGE_SIZE, &rw_);
	EXPECT_EQ(set_memory_nx(linear + PAGE_SIZE, 2), 0);
	EXPECT_EQ(set_memory_rw(linear + PAGE_SIZE, 2), 0);
	expect_access("first", linear + PAGE_SIZE, &rw_);
	end();
}

static unsigned int tables_left;

static phys_addr_t stingy_alloc(unsigned long size)
{
	return tables_left-- ? test_alloc(size) : 0;
}

static void no_memory(void)
{
	phys_addr_t (*alloc)(unsigned long size) = kernel_pgtable.ops.alloc;
	bool splits;
	int err = -ENOMEM;

	begin();
	/* Where RAM begins at an odd place, both may have small leaves already. */
	splits = level_of(&kernel_pgtable, va) || level_of(&kernel_pgtable, linear);
	for (unsigned int left = 0; err == -ENOMEM && left < 20; left++) {
		expect_inner(&rw_, &rw_);
		tables_left = left;
		kernel_pgtable.ops.alloc = stingy_alloc;
		err = set_memory_rox(va + 2 * PAGE_SIZE, 4);
		kernel_pgtable.ops.alloc = alloc;
		EXPECT(left || err == (splits ? -ENOMEM : 0));
	}
	EXPECT_EQ(err, 0);
	expect_inner(&r_x, &r__);
	EXPECT_EQ(set_memory_nx(va + 2 * PAGE_SIZE, 4), 0);
	EXPECT_EQ(set_memory_rw(va + 2 * PAGE_SIZE, 4), 0);
	end();
}

static const struct ktest_case cases[] = {
	{ "rights", rights }, { "writable_alias", writable_alias }, { "refusals", refusals },
	{ "image", image },   { "linear_map", linear_map },         { "no_memory", no_memory },
};
KTEST_SUITE(set_memory, cases);
