// SPDX-License-Identifier: BSD-2-Clause
/* What several trees or entries share, and what the roots of guests have more. */
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <asm/layout.h>
#include "trees.h"

static bool same_upper_half(const struct pgtable *a, const struct pgtable *b)
{
	const u64 *x = __va(a->root), *y = __va(b->root);
	unsigned long n = pgtable_root_size(a->geometry) / sizeof(*x);

	for (unsigned long i = n / 2; i < n; i++)
		if (x[i] != y[i])
			return false;
	return true;
}

static void kernel_half(void)
{
	struct pt_ops ops = private_ops();

	for_each_geometry(g) {
		struct pgtable kernel, one, two;
		unsigned long first = -g->bias, user = SZ_1G;
		pgprot_t own = __pgprot(rw_of(g).val & ~_PAGE_GLOBAL);

		if (!g->sign_extended)
			continue; /* guests have no kernel half */
		kernel = new_tree(g);
		EXPECT_EQ(pgtable_map(&kernel, base_of(g), PA, SZ_2M, rw_of(g), 0), 0);
		EXPECT_EQ(pgtable_create(&one, g, &ops, &kernel), 0);
		EXPECT_EQ(pgtable_create(&two, g, &ops, &kernel), 0);
		EXPECT_EQ(hash_leaves(&one), hash_leaves(&kernel));
		EXPECT_EQ(pgtable_map(&kernel, first, PA, PAGE_SIZE, rw_of(g), 0), 0);
		EXPECT(same_upper_half(&kernel, &one) && same_upper_half(&kernel, &two));
		EXPECT_EQ(entry_of(&two, first), mk_pte(PA, rw_of(g)).val);
		/* Each has a lower half of its own, where nothing is global. */
		EXPECT_EQ(pgtable_map(&one, user, PA, PAGE_SIZE, rw_of(g), 0), -EINVAL);
		EXPECT_EQ(pgtable_map(&one, user, PA, PAGE_SIZE, own, 0), 0);
		EXPECT_EQ(entry_of(&one, user), mk_pte(PA, own).val);
		EXPECT_EQ(entry_of(&two, user) | entry_of(&kernel, user), 0);
		EXPECT_EQ(pgtable_map(&one, first + PAGE_SIZE, PA, PAGE_SIZE, own, 0), -EPERM);
		EXPECT_EQ(pgtable_destroy(&kernel), -EBUSY);
		EXPECT_EQ(pgtable_destroy(&one), 0);
		EXPECT_EQ(entry_of(&two, first), mk_pte(PA, rw_of(g)).val);
		EXPECT_EQ(pgtable_unmap(&kernel, first, pgtable_leaf_size(g->max_leaf_level)), 0);
		EXPECT(same_upper_half(&kernel, &two));
		EXPECT_EQ(*(u64 *)__va(two.root), 0);
		EXPECT_EQ(entry_of(&two, first), 0);
		EXPECT(pgtable_merge(&kernel, first, g->bias) >= 0);
		EXPECT(same_upper_half(&kernel, &two));
		EXPECT_EQ(pgtable_destroy(&two), 0);
		end_tree(&kernel);
	}
}

/* Tables that many entries point to: copied before they are written, never freed. */
static void shared_tables(void)
{
	for_each_geometry(g) {
		struct pgtable pt = new_tree(g);
		unsigned long base = base_of(g);
		phys_addr_t shared;
		unsigned int used;
		u64 *entry;

		EXPECT_EQ(pgtable_map(&pt, base, PA, SZ_2M, rw_of(g), PGTABLE_SMALL_ONLY), 0);
		shared = pgtable_table(&pt, base, 0);
		entry = __va(pgtable_table(&pt, base, 1));
		for (unsigned int i = 1; i < PAGE_SIZE / sizeof(*entry); i++)
			entry[i] = entry[0];
		pt.shared_start = shared;
		pt.shared_end = shared + PAGE_SIZE;
		pt.tables--; /* it is not this tree's any more */
		used = pool_used();
		EXPECT_EQ(pgtable_unmap(&pt, base + SZ_4M + PAGE_SIZE, PAGE_SIZE), 0);
		EXPECT_EQ(pool_used(), used + 1);
		EXPECT_EQ(entry_of(&pt, base + SZ_4M + PAGE_SIZE), 0);
		LEAF(&pt, base + PAGE_SIZE, 0, PA + PAGE_SIZE, rw_of(g));
		EXPECT(pgtable_table(&pt, base + SZ_4M, 0) != shared);
		EXPECT_EQ(pgtable_table(&pt, base, 0), shared);
		EXPECT_EQ(pgtable_unmap(&pt, base, SZ_1G), 0);
		EXPECT_EQ(*(u64 *)__va(shared), mk_pte(PA, rw_of(g)).val);
		EXPECT_EQ(pgtable_destroy(&pt), 0);
		EXPECT_EQ(pool_used(), 1);
		EXPECT_EQ(pt.tables, 0);
	}
}

/* A guest's root is four times as large and aligned to that; each entry is of use. */
static void guest_roots(void)
{
	for_each_geometry(g) {
		struct pgtable pt = new_tree(g);
		unsigned long step = pgtable_leaf_size(g->max_leaf_level);

		EXPECT_EQ(pool_used(), g->stage == 2 ? 4 : 1);
		EXPECT_EQ(pt.root & (pgtable_root_size(g) - 1), 0);
		if (g->stage == 2) {
			unsigned long last = (1UL << g->input_bits) - step;

			for (unsigned long va = 0; va <= last;
			     va += 89 * step) /* 2047 is 23 * 89 */
				EXPECT_EQ(pgtable_map(&pt, va, 0, step, rw_of(g), 0), 0);
			EXPECT_EQ(entry_of(&pt, last), mk_pte(0, rw_of(g)).val);
			EXPECT_EQ(((u64 *)__va(pt.root))[2047], mk_pte(0, rw_of(g)).val);
			EXPECT_EQ(pgtable_map(&pt, last + step, 0, PAGE_SIZE, rw_of(g), 0),
				  -ERANGE);
		}
		end_tree(&pt);
	}
}

/*
 * The linear map of 64 TiB, pieces as at boot: firmware left out, text and constants
 * read-only. Tables do not grow with RAM, only with the odd ends of its pieces.
 */
static void linear_64_tib(void)
{
	const phys_addr_t ram = 0x80000000, end = ram + (64UL << 40);
	const struct {
		phys_addr_t start, end;
		pgprot_t prot;
	} piece[] = {
		{ ram + 8 * SZ_64K, ram + SZ_2M, PAGE_KERNEL },
		{ ram + SZ_2M, ram + SZ_2M + 70 * PAGE_SIZE, PAGE_KERNEL_READ },
		{ ram + SZ_2M + 70 * PAGE_SIZE, end, PAGE_KERNEL },
	};

	for_each_geometry(g) {
		struct vm_region linear = vm_region(VM_LINEAR, g->input_bits);
		struct pgtable pt;

		if (!g->sign_extended || linear.last - linear.start < end)
			continue;
		pt = new_tree(g);
		for (unsigned int i = 0; i < ARRAY_SIZE(piece); i++)
			EXPECT_EQ(pgtable_map(&pt, linear.start + piece[i].start, piece[i].start,
					      piece[i].end - piece[i].start, piece[i].prot, 0),
				  0);
		EXPECT(1 + pt.tables <= 16);
		console_printf("    # linear map of 64 TiB: %s tables=%lu\n", g->name,
			       1 + pt.tables);
		EXPECT(pt.tables > 3);
		end_tree(&pt);
	}
}

static const struct ktest_case cases[] = {
	{ "linear_64_tib", linear_64_tib },
	{ "kernel_half", kernel_half },
	{ "shared_tables", shared_tables },
	{ "guest_roots", guest_roots },
};
KTEST_SUITE(roots, cases);
