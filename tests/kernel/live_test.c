// SPDX-License-Identifier: BSD-2-Clause
/*
 * The engine on the tables this hart walks: after each call the hart does what the tables
 * say, and the memory still holds what it held.
 */
#include <kernel/errno.h>
#include <asm/layout.h>
#include <asm/tlbflush.h>
#include "pages.h"
#include "probe.h"
#include "trees.h"

#define SIZE     (3 * SZ_2M)
#define NR_PAGES (SIZE / PAGE_SIZE)
#define WRITABLE (_PAGE_WRITE | _PAGE_DIRTY)

static struct pgtable *const pt = &kernel_pgtable;
static unsigned long va;
static phys_addr_t pa;

static u64 *word(unsigned long page)
{
	return (u64 *)(va + page * PAGE_SIZE);
}

/* RAM whose pages can be told apart and executed, mapped with @prot. */
static bool begin(pgprot_t prot, unsigned int flags)
{
	test_free_8m(test_alloc_8m()); /* RAM may come online for it */
	scratch_begin();
	va = scratch();
	pa = test_alloc_8m();
	EXPECT(pa != 0);
	if (!pa)
		return false;
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		u64 *linear = __va(pa + i * PAGE_SIZE);

		linear[0] = FOUR_RETS;
		linear[1] = i;
	}
	__asm__ __volatile__("fence.i" : : : "memory");
	EXPECT_EQ(pgtable_map(pt, va, pa, SIZE, prot, flags), 0);
	return true;
}

static void end(void)
{
	test_free_8m(pa);
	scratch_end();
}

static int protect(unsigned long page, unsigned long nr, u64 set, u64 clear)
{
	return pgtable_protect(pt, va + page * PAGE_SIZE, nr * PAGE_SIZE, __pgprot(set),
			       __pgprot(clear));
}

/* Each page of a range: what the hart allows, and what it finds. */
static void expect_pages(unsigned long page, unsigned long nr, const struct access *access)
{
	for (unsigned long i = page; i < page + nr; i++) {
		expect_access("the test's page", (unsigned long)word(i), access);
		if (access->read == NO_FAULT)
			EXPECT_EQ(word(i)[1], i);
	}
}

static void rights(void)
{
	static const struct {
		u64 set, clear;
		const struct access *access;
	} step[] = {
		{ 0, WRITABLE, &r__ },
		{ _PAGE_EXEC, 0, &r_x },
		{ WRITABLE, _PAGE_EXEC, &rw_ },
	};

	if (!begin(PAGE_KERNEL, 0))
		return;
	expect_pages(0, NR_PAGES, &rw_);
	for (unsigned int round = 0; round < 2; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(step); i++) {
			EXPECT_EQ(protect(0, NR_PAGES, step[i].set, step[i].clear), 0);
			expect_pages(0, NR_PAGES, step[i].access);
			EXPECT_EQ(level_of(pt, va), round ? 0 : 1);
		}
		EXPECT_EQ(protect(0, NR_PAGES, _PAGE_EXEC, 0), -EINVAL);
		expect_pages(0, 2, &rw_);
		EXPECT_EQ(pgtable_split(pt, va, SIZE, PGTABLE_SMALL_ONLY), 0);
		expect_pages(0, NR_PAGES, &rw_);
	}
	EXPECT_EQ(pgtable_merge(pt, va, SIZE), 3);
	EXPECT_EQ(level_of(pt, va), 1);
	expect_pages(0, NR_PAGES, &rw_);
	EXPECT_EQ(pgtable_unmap(pt, va, SIZE), 0);
	expect_pages(0, NR_PAGES, &none);
	end();
}

/* Parts of 2 MiB leaves: the border blocks are split, the rest keeps bytes and rights. */
static void partial_protect(void)
{
	const unsigned long first = 510, nr = 512 + 5;

	if (!begin(PAGE_KERNEL, 0))
		return;
	expect_pages(0, NR_PAGES, &rw_);
	EXPECT_EQ(protect(first, nr, 0, WRITABLE), 0);
	expect_pages(0, first, &rw_);
	expect_pages(first, nr, &r__);
	expect_pages(first + nr, NR_PAGES - first - nr, &rw_);
	EXPECT_EQ(level_of(pt, va), 0);
	EXPECT_EQ(level_of(pt, va + SZ_2M), 1);
	EXPECT_EQ(level_of(pt, va + SZ_4M), 0);
	end();
}

static void partial_unmap(void)
{
	if (!begin(PAGE_KERNEL, 0))
		return;
	expect_pages(0, NR_PAGES, &rw_);
	EXPECT_EQ(pgtable_unmap(pt, va + 600 * PAGE_SIZE, 4 * PAGE_SIZE), 0);
	expect_pages(0, 600, &rw_);
	expect_pages(600, 4, &none);
	expect_pages(604, NR_PAGES - 604, &rw_);
	EXPECT_EQ(level_of(pt, va), 1);
	EXPECT_EQ(level_of(pt, va + SZ_2M), 0);
	EXPECT_EQ(level_of(pt, va + SZ_4M), 1);
	end();
}

/* Whether this hart sets A and D itself. If not (Svade), accesses must fault. */
static bool hart_sets(void)
{
	u64 entry = entry_of(pt, va);

	EXPECT_EQ(entry & (_PAGE_ACCESSED | _PAGE_DIRTY), 0);
	if (read_cause(va) == NO_FAULT)
		return true;
	EXPECT_EQ(write_cause(va), EXC_STORE_PAGE_FAULT);
	EXPECT_EQ(entry_of(pt, va), entry);
	EXPECT_EQ(protect(0, NR_PAGES, _PAGE_ACCESSED, 0), 0);
	EXPECT_EQ(read_cause(va), NO_FAULT);
	EXPECT_EQ(write_cause(va), EXC_STORE_PAGE_FAULT);
	EXPECT_EQ(protect(0, NR_PAGES, _PAGE_DIRTY, 0), 0);
	expect_pages(0, NR_PAGES, &rw_);
	return false;
}

#define DIRTY(page) (!!(entry_of(pt, (unsigned long)word(page)) & _PAGE_DIRTY))

/* D that the hart has set survives a split and a merge; only protect takes it away. */
static void dirty(void)
{
	pgprot_t clean = __pgprot(PAGE_KERNEL.val & ~(_PAGE_ACCESSED | _PAGE_DIRTY));

	if (!begin(clean, 0))
		return;
	if (hart_sets()) {
		EXPECT(entry_of(pt, va) & _PAGE_ACCESSED);
		EXPECT(!DIRTY(0) && !DIRTY(512));
		EXPECT_EQ(write_cause(va), NO_FAULT);
		EXPECT(DIRTY(0) && !DIRTY(512));
		EXPECT_EQ(pgtable_split(pt, va, SIZE, PGTABLE_SMALL_ONLY), 0);
		EXPECT(DIRTY(0) && DIRTY(511) && !DIRTY(512));
		EXPECT_EQ(write_cause((unsigned long)word(700)), NO_FAULT);
		EXPECT(DIRTY(700) && !DIRTY(699));
		EXPECT_EQ(pgtable_merge(pt, va, SIZE), 3);
		EXPECT(DIRTY(0) && DIRTY(512) && !DIRTY(1024));
		EXPECT_EQ(level_of(pt, va), 1);
		EXPECT_EQ(protect(0, NR_PAGES, 0, _PAGE_DIRTY), 0);
		EXPECT(!DIRTY(0) && !DIRTY(512));
		EXPECT_EQ(write_cause(va), NO_FAULT);
		EXPECT(DIRTY(0) && !DIRTY(512));
	}
	end();
}

/* --- Other roots --- */

static bool upper_halves_equal(const struct pgtable *other)
{
	const volatile u64 *x = __va(pt->root), *y = __va(other->root);
	unsigned long n = PAGE_SIZE / sizeof(*x);

	for (unsigned long i = n / 2; i < n; i++)
		if (x[i] != y[i])
			return false;
	return true;
}

static u64 read_through(const struct pgtable *other, const volatile u64 *addr)
{
	unsigned long satp = csr_read(satp);
	struct pt_regs trap;
	u64 value;

	csr_write(satp, (unsigned long)other->geometry->mode << SATP_MODE_SHIFT |
				other->root >> PAGE_SHIFT);
	local_flush_tlb_all();
	if (probe_read((unsigned long)addr, 8, &value, &trap))
		value = trap.cause;
	csr_write(satp, satp);
	local_flush_tlb_all();
	return value;
}

/* Two more trees have the kernel's half, before and after each change of it. */
static void kernel_half(void)
{
	unsigned long top = pgtable_leaf_size(pt->geometry->max_leaf_level);
	struct pgtable one, two;

	scratch_begin();
	va = ALIGN_DOWN(scratch(), top);
	EXPECT_EQ(pgtable_create(&one, pt->geometry, &pt->ops, pt), 0);
	EXPECT_EQ(pgtable_create(&two, pt->geometry, &pt->ops, pt), 0);
#define EQUAL() EXPECT(upper_halves_equal(&one) && upper_halves_equal(&two))
	EQUAL();
	va = scratch();
	pa = test_alloc_8m();
	EXPECT_EQ(pgtable_map(pt, va, pa, SIZE, PAGE_KERNEL, 0), 0);
	EQUAL();
	word(1)[1] = 4711;
	EXPECT_EQ(read_through(&one, word(1) + 1), 4711);
	EXPECT_EQ(protect(1, 1, 0, WRITABLE), 0);
	EQUAL();
	EXPECT_EQ(pgtable_merge(pt, va, SIZE), 0);
	EQUAL();
	EXPECT_EQ(pgtable_unmap(pt, va, SIZE - PAGE_SIZE), 0);
	EQUAL();
	EXPECT_EQ(read_through(&two, word(1) + 1), EXC_LOAD_PAGE_FAULT);
	EXPECT_EQ(pgtable_unmap(&two, va, PAGE_SIZE), -EPERM);
	EXPECT_EQ(pgtable_destroy(pt), -EBUSY);
	EXPECT_EQ(pgtable_unmap(pt, scratch(), 2 * SZ_1G), 0);
	EQUAL();
	EXPECT(pgtable_merge(pt, ALIGN_DOWN(va, top), top) >= 0);
	EQUAL();
	EXPECT_EQ(pgtable_destroy(&one), 0);
	EXPECT_EQ(pgtable_map(pt, va, pa, SIZE, PAGE_KERNEL, 0), 0);
	EXPECT(upper_halves_equal(&two));
	EXPECT_EQ(pgtable_destroy(&two), 0);
	end();
}

static int first_large(void *arg, unsigned long at, unsigned int level, pte_t pte)
{
	*(unsigned long *)arg = at;
	return level > 0;
}

/* The linear map has the largest leaves already. */
static void linear_map(void)
{
	struct vm_region linear = vm_region(VM_LINEAR, pt->geometry->input_bits);
	unsigned long page;
	u64 leaves;

	scratch_begin();
	leaves = hash_leaves(pt);
	EXPECT_EQ(pgtable_merge(pt, linear.start, linear.last + 1 - linear.start), 0);
	EXPECT_EQ(hash_leaves(pt), leaves);
	EXPECT_EQ(pgtable_iterate(pt, linear.start, linear.last, first_large, &page), 1);
	/* It is split and merged under the feet of all that uses it, this stack included. */
	EXPECT_EQ(pgtable_split(pt, page, PAGE_SIZE, 0), 0);
	EXPECT_EQ(level_of(pt, page), 0);
	EXPECT(hash_leaves(pt) != leaves);
	EXPECT_EQ(read_cause(page), NO_FAULT);
	scratch_end();
}

static const struct ktest_case cases[] = {
	{ "rights", rights },
	{ "partial_protect", partial_protect },
	{ "partial_unmap", partial_unmap },
	{ "dirty", dirty },
	{ "kernel_half", kernel_half },
	{ "linear_map", linear_map },
};
KTEST_SUITE(live, cases);
