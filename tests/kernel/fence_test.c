// SPDX-License-Identifier: BSD-2-Clause
/*
 * The log of fences: which addresses are covered, by how many, and on whose hart. QEMU
 * forgives most missing fences, so here the fence itself is looked at.
 */
#include <kernel/ktest.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <asm/cpufeature.h>
#include <asm/csr.h>
#include <asm/errata.h>
#include <asm/fault.h>
#include <asm/fixmap.h>
#include <asm/tlbflush.h>

/* Where nothing else is mapped: behind what the other suites use. */
static unsigned long scratch(void)
{
	return vm_region(VM_VMALLOC, kernel_pgtable.geometry->input_bits).start + 8UL * SZ_1G;
}

/* What a fence must be; @none: there must be none. */
struct want {
	bool none, full, all_harts;
	unsigned long va, last, stride;
};

/* The fences since number @first: exactly one, of this kind. */
static void expect_fence(unsigned long first, struct want want, const char *what)
{
	struct fence fence;

	if (want.none || nr_fences != first + 1) {
		if (nr_fences != first + !want.none)
			ktest_fail(__FILE__, __LINE__, "%s: %lu fences", what, nr_fences - first);
		return;
	}
	if (!fence_log_read(first, &fence)) {
		ktest_fail(__FILE__, __LINE__, "%s: not in the log", what);
		return;
	}
	want.full |= has_erratum(ERRATUM_SFENCE_ADDR);
	if (fence.full != want.full || fence.all_harts != want.all_harts ||
	    (!want.full &&
	     (fence.va != want.va || fence.last != want.last || fence.stride != want.stride)))
		ktest_fail(__FILE__, __LINE__,
			   "%s: full=%d all_harts=%d 0x%lx-0x%lx stride 0x%lx, not %d %d "
			   "0x%lx-0x%lx 0x%lx",
			   what, fence.full, fence.all_harts, fence.va, fence.last, fence.stride,
			   want.full, want.all_harts, want.va, want.last, want.stride);
}

/* The engine's decision, by changes that are made up. */
static void decision(void)
{
	const bool svvptc = riscv_has_extension(RISCV_ISA_EXT_SVVPTC);
	const unsigned long va = scratch(), top = -SZ_2M;
	const struct {
		struct pgtable_change change;
		struct want want;
	} row[] = {
		{ { va, va + SZ_4K - 1, 0, false, false },
		  { svvptc, false, false, va, va + SZ_4K - 1, SZ_4K } },
		{ { va, va + SZ_2M - 1, 0, false, true }, { svvptc, true, false, 0, 0, 0 } },
		{ { va, va + SZ_4K - 1, 0, true, false },
		  { false, false, true, va, va + SZ_4K - 1, SZ_4K } },
		{ { va, va + 64 * SZ_4K - 1, 0, true, false },
		  { false, false, true, va, va + 64 * SZ_4K - 1, SZ_4K } },
		{ { va, va + 65 * SZ_4K - 1, 0, true, false }, { false, true, true, 0, 0, 0 } },
		{ { va, va + 64 * SZ_2M - 1, 1, true, false },
		  { false, false, true, va, va + 64 * SZ_2M - 1, SZ_2M } },
		{ { va, va + 65 * SZ_2M - 1, 1, true, false }, { false, true, true, 0, 0, 0 } },
		{ { va, va + SZ_4K - 1, 0, true, true }, { false, true, true, 0, 0, 0 } },
		/* From within a leaf: the piece it is in counts. */
		{ { va + SZ_4K, va + SZ_2M, 1, true, false },
		  { false, false, true, va, va + SZ_2M, SZ_2M } },
		/* Up to the end of the address space, and all of it. */
		{ { top, -1UL, 0, true, false }, { false, true, true, 0, 0, 0 } },
		{ { top, -1UL, 1, true, false }, { false, false, true, top, -1UL, SZ_2M } },
		{ { 0, -1UL, 0, true, false }, { false, true, true, 0, 0, 0 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		unsigned long first = nr_fences;
		char what[] = "row a";

		what[4] = (char)('a' + i);
		pgtable_fence(&kernel_pgtable, &row[i].change);
		expect_fence(first, row[i].want, what);
	}
}

static void by_hand(void)
{
	unsigned long first = nr_fences, va = scratch();

	local_flush_tlb_page(va + 8);
	expect_fence(first, (struct want){ false, false, false, va, va + 8, SZ_4K }, "in a page");
	first = nr_fences;
	local_flush_tlb_all();
	expect_fence(first, (struct want){ false, true, false, 0, 0, 0 }, "local all");
}

static void fixmap(void)
{
	unsigned long first = nr_fences, va = fix_to_virt(FIX_PHYS);
	const struct want one = { false, false, false, va, va, SZ_4K };

	set_fixmap(FIX_PHYS, __pa_symbol((void *)KERNEL_LINK_ADDR), PAGE_KERNEL_READ);
	expect_fence(first, one, "set");
	first = nr_fences;
	clear_fixmap(FIX_PHYS);
	expect_fence(first, one, "clear");
}

/* A change of the running tables, and the one fence it needs. */
static void expect_change(int err, unsigned long first, struct want want, const char *what)
{
	if (err < 0)
		ktest_fail(__FILE__, __LINE__, "%s: %pe", what, (void *)(long)err);
	expect_fence(first, want, what);
}

#define CHANGE(call, ...)                                                     \
	do {                                                                  \
		unsigned long first_ = nr_fences;                             \
		int err_ = call;                                              \
		expect_change(err_, first_, (struct want)__VA_ARGS__, #call); \
	} while (0)

static void small_leaves(void)
{
	const bool svvptc = riscv_has_extension(RISCV_ISA_EXT_SVVPTC);
	struct pgtable *pt = &kernel_pgtable;
	phys_addr_t pa = __pa_symbol((void *)KERNEL_LINK_ADDR);
	unsigned long va = scratch() + SZ_4K, last = va + 2 * SZ_4K - 1;

	CHANGE(pgtable_populate(pt, va, SZ_4K), { svvptc, true, false, 0, 0, 0 });
	CHANGE(pgtable_map(pt, va, pa, 2 * SZ_4K, PAGE_KERNEL_READ, 0),
	       { svvptc, false, false, va, last, SZ_4K });
	CHANGE(pgtable_protect(pt, va, 2 * SZ_4K, __pgprot(_PAGE_RSW), __pgprot(0)),
	       { false, false, true, va, last, SZ_4K });
	CHANGE(pgtable_protect(pt, va, 2 * SZ_4K, __pgprot(_PAGE_RSW), __pgprot(0)),
	       { true, false, false, 0, 0, 0 });
	CHANGE(pgtable_unmap(pt, va, SZ_4K), { false, false, true, va, va + SZ_4K - 1, SZ_4K });
	/* Nothing was mapped there any more. */
	CHANGE(pgtable_unmap(pt, va, SZ_4K), { true, false, false, 0, 0, 0 });
	/* The table goes, too. */
	CHANGE(pgtable_unmap(pt, scratch(), SZ_2M), { false, true, true, 0, 0, 0 });
}

static void large_leaves(void)
{
	struct pgtable *pt = &kernel_pgtable;
	unsigned long va = scratch() + SZ_2M, last = va + 2 * SZ_2M - 1;

	EXPECT_EQ(pgtable_map(pt, va, kernel_map.phys_addr, 2 * SZ_2M, PAGE_KERNEL_READ, 0), 0);
	CHANGE(pgtable_protect(pt, va, 2 * SZ_2M, __pgprot(_PAGE_RSW), __pgprot(0)),
	       { false, false, true, va, last, SZ_2M });
	CHANGE(pgtable_split(pt, va + SZ_64K, SZ_64K, 0), { false, true, true, 0, 0, 0 });
	CHANGE(pgtable_merge(pt, va, SZ_2M), { false, true, true, 0, 0, 0 });
	CHANGE(pgtable_unmap(pt, va, 2 * SZ_2M), { false, false, true, va, last, SZ_2M });
	CHANGE(pgtable_unmap(pt, ALIGN_DOWN(va, SZ_1G), SZ_1G), { false, true, true, 0, 0, 0 });
}

/* What this hart holds of a mapping that was added may be a pointer that was invalid. */
static void retry(void)
{
	const struct pt_regs regs = { .epc = (unsigned long)retry,
				      .badaddr = (unsigned long)&regs,
				      .cause = EXC_LOAD_PAGE_FAULT };
	unsigned long first = nr_fences;

	EXPECT(spurious_fault(&regs));
	expect_fence(first, (struct want){ false, true, false, 0, 0, 0 }, "retry");
}

/* Only the last ones are kept, and no others are made up. */
static void log_bounds(void)
{
	struct fence fence;

	EXPECT(!fence_log_read(nr_fences, &fence));
	for (unsigned int i = 0; i < 70; i++)
		local_flush_tlb_page(scratch() + i * SZ_4K);
	EXPECT(fence_log_read(nr_fences - 64, &fence));
	EXPECT_EQ(fence.va, scratch() + 6 * SZ_4K);
	EXPECT(!fence_log_read(nr_fences - 65, &fence));
	EXPECT(fence_log_read(nr_fences - 1, &fence));
	EXPECT_EQ(fence.va, scratch() + 69 * SZ_4K);
}

static const struct ktest_case cases[] = {
	{ "decision", decision },         { "by_hand", by_hand },           { "fixmap", fixmap },
	{ "small_leaves", small_leaves }, { "large_leaves", large_leaves }, { "retry", retry },
	{ "log_bounds", log_bounds },
};
KTEST_SUITE(fence, cases);
