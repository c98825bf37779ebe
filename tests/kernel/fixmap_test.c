// SPDX-License-Identifier: BSD-2-Clause
/* The fixed slots: what is set can be used at once, what is cleared is gone at once. */
#include <kernel/ktest.h>
#include <asm/fixmap.h>
#include "probe.h"

static u64 page[2][PAGE_SIZE / sizeof(u64)] __aligned(PAGE_SIZE) __noinit;

static void set_and_clear(void)
{
	unsigned long va = fix_to_virt(FIX_PHYS);
	volatile u64 *slot = (u64 *)va;

	page[0][1] = 0x1111;
	page[1][1] = 0x2222;
	EXPECT_EQ(read_cause(va), EXC_LOAD_PAGE_FAULT);
	set_fixmap(FIX_PHYS, __pa_symbol(page[0]), PAGE_KERNEL);
	EXPECT_EQ(slot[1], 0x1111);
	slot[1] = 0x3333;
	EXPECT_EQ(READ_ONCE(page[0][1]), 0x3333);
	/* From one page straight to another: the old translation must not survive. */
	replace_fixmap(FIX_PHYS, __pa_symbol(page[0]), __pa_symbol(page[1]), PAGE_KERNEL);
	EXPECT_EQ(slot[1], 0x2222);
	EXPECT_EQ(exec_cause(va), EXC_INST_PAGE_FAULT);
	replace_fixmap(FIX_PHYS, __pa_symbol(page[1]), __pa_symbol(page[1]), PAGE_KERNEL_READ);
	EXPECT_EQ(slot[1], 0x2222);
	EXPECT_EQ(write_cause(va), EXC_STORE_PAGE_FAULT);
	clear_fixmap(FIX_PHYS);
	EXPECT_EQ(read_cause(va), EXC_LOAD_PAGE_FAULT);
}

/* The boot left nothing behind, and the slots fit their region. */
static void empty(void)
{
	static_assert(NR_FIXMAPS * PAGE_SIZE <= FIXADDR_SIZE, "one table");
	for (unsigned int slot = 0; slot < NR_FIXMAPS; slot++)
		EXPECT_EQ(read_cause(fix_to_virt(slot)), EXC_LOAD_PAGE_FAULT);
	EXPECT_EQ(fix_to_virt(0), FIXADDR_START);
	EXPECT_EQ(fix_to_virt(NR_FIXMAPS), FIXADDR_START + NR_FIXMAPS * PAGE_SIZE);
}

static void neighbours(void)
{
	set_fixmap(FIX_PHYS, __pa_symbol(page[0]), PAGE_KERNEL);
	EXPECT_EQ(read_cause(fix_to_virt(FIX_PHYS) - 8), EXC_LOAD_PAGE_FAULT);
	EXPECT_EQ(read_cause(fix_to_virt(FIX_PHYS + 1)), EXC_LOAD_PAGE_FAULT);
	clear_fixmap(FIX_PHYS);
}

static const struct ktest_case cases[] = {
	{ "set_and_clear", set_and_clear },
	{ "empty", empty },
	{ "neighbours", neighbours },
};
KTEST_SUITE(fixmap, cases);
