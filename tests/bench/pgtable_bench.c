// SPDX-License-Identifier: BSD-2-Clause
/*
 * The page-table engine on the running tables: walks, and mappings in the vmalloc region
 * of physical addresses that nothing lies at. None of it is touched.
 */
#include <kernel/bench.h>
#include <kernel/panic.h>
#include <kernel/pgtable.h>
#include <kernel/sizes.h>
#include <asm/layout.h>
#include "mm/engine/engine.h"

#define PA       (1UL << 55) /* a multiple of every leaf that is used here */
#define NR_SMALL (SZ_1G / PAGE_SIZE)
#define NR_RUNS  (SZ_1G / SZ_64K)
#define NR_LARGE (SZ_1G / SZ_2M)
#define REPEATS  6250 /* with 16 samples, 100,000 times */

static unsigned long base(void)
{
	struct vm_region region = vm_region(VM_VMALLOC, kernel_pgtable.geometry->input_bits);

	return ALIGN(region.start, SZ_1G) + SZ_1G;
}

static void must(int err)
{
	if (err)
		panic("bench: the engine refuses: %pe", (void *)(long)err);
}

static void look_up(unsigned long n, unsigned long va, phys_addr_t pa)
{
	unsigned int level;
	pte_t pte = { 0 };

	for (unsigned long i = 0; i < n; i++)
		pte = pgtable_walk(&kernel_pgtable, va, &level);
	bench_check(pte_leaf(pte) && pte_pa(pte) == ALIGN_DOWN(pa, pgtable_leaf_size(level)));
}

static void run_walk(unsigned long n)
{
	unsigned long va = kernel_map.linear_end - PAGE_SIZE;

	look_up(n, va, __pa((void *)va));
}
BENCH(walk, "an address of the linear map looked up", run_walk, REPEATS);

/* A page in level 0, so that every level is gone through. */
static void map_one(void)
{
	must(pgtable_map(&kernel_pgtable, base(), PA, SZ_64K, PAGE_KERNEL, PGTABLE_SMALL_ONLY));
}

static void unmap_all(void)
{
	must(pgtable_unmap(&kernel_pgtable, base(), SZ_1G));
}

static void run_walk_down(unsigned long n)
{
	look_up(n, base(), PA);
}
BENCH_AROUND(walk_page, "a 4 KiB page looked up", run_walk_down, REPEATS, map_one, unmap_all);

/* What a kernel of one depth would have: no loop, and each number known to the compiler. */
static __always_inline pte_t walk_fixed(const struct pgtable *pt, const struct pgtable_geometry *g,
					unsigned long va, unsigned int *level)
{
	const unsigned long to_table = pt->ops.offset - (_PAGE_PRESENT << 2);
	pte_t pte = { 0 };

	if (!input_valid(g, va))
		return pte;
	pte = read_pte((pte_t *)(pt->root + pt->ops.offset +
				 (va >> (pgtable_leaf_shift(g->levels - 1U) - 3) & g->root_mask)));
#define STEP(l)                                                                                 \
	if ((l) < g->levels - 1U) {                                                             \
		if (unlikely(!points_to_table(pte))) {                                          \
			*level = (l) + 1U;                                                      \
			return as_walked(pte, va);                                              \
		}                                                                               \
		pte = read_pte((pte_t *)((pte.val << 2) + to_table +                            \
					 (va >> (pgtable_leaf_shift(l) - 3) & TABLE_OFFSETS))); \
	}
	STEP(3)
	STEP(2)
	STEP(1)
	STEP(0)
	*level = 0;
	return as_walked(pte, va);
}

#define FIXED_WALK(levels, mode)                                                                \
	static noinline pte_t walk_##levels(const struct pgtable *pt, unsigned long va,         \
					    unsigned int *level)                                \
	{                                                                                       \
		static const struct pgtable_geometry g = PGTABLE_GEOMETRY("", 1, levels, mode); \
		return walk_fixed(pt, &g, va, level);                                           \
	}
FIXED_WALK(3, 8)
FIXED_WALK(4, 9)
FIXED_WALK(5, 10)

static void run_walk_fixed(unsigned long n)
{
	pte_t (*walk)(const struct pgtable *pt, unsigned long va, unsigned int *level) =
		(pte_t(*[])(const struct pgtable *, unsigned long, unsigned int *)){
			walk_3, walk_4, walk_5
		}[kernel_pgtable.geometry->levels - 3];
	unsigned long va = base();
	unsigned int level;
	pte_t pte = { 0 };

	for (unsigned long i = 0; i < n; i++)
		pte = walk(&kernel_pgtable, va, &level);
	bench_check(pte_leaf(pte) && pte_pa(pte) == PA);
}
BENCH_AROUND(walk_fixed, "the same, by a walk compiled for this depth", run_walk_fixed, REPEATS,
	     map_one, unmap_all);

/* Both calls have their say each time: a refusal is no benchmark. */
static void map_and_unmap(unsigned long n, unsigned long va, unsigned long size)
{
	for (unsigned long i = 0; i < n; i++) {
		must(pgtable_map(&kernel_pgtable, va, PA, size, PAGE_KERNEL, 0));
		must(pgtable_unmap(&kernel_pgtable, va, size));
	}
}

static void run_map_unmap(unsigned long n)
{
	map_and_unmap(n, base() + SZ_64K, bench_hide(PAGE_SIZE));
}
BENCH_AROUND(map_unmap_4k, "a page mapped and unmapped in a table that is there", run_map_unmap,
	     REPEATS, map_one, unmap_all);

static void run_map_unmap_2m(unsigned long n)
{
	map_and_unmap(n, base() + SZ_2M, bench_hide(SZ_2M));
}
BENCH_AROUND(map_unmap_2m, "the same with 2 MiB", run_map_unmap_2m, 1024, map_one, unmap_all);

static void map_one_above(void)
{
	must(pgtable_map(&kernel_pgtable, base() + SZ_1G, PA, SZ_1G, PAGE_KERNEL, 0));
}

static void unmap_above(void)
{
	must(pgtable_unmap(&kernel_pgtable, base() + SZ_1G, SZ_1G));
}

static void run_map_unmap_1g(unsigned long n)
{
	map_and_unmap(n, base(), bench_hide(SZ_1G));
}
BENCH_AROUND(map_unmap_1g, "the same with 1 GiB", run_map_unmap_1g, 1024, map_one_above,
	     unmap_above);

static void run_protect(unsigned long n)
{
	const pgprot_t write = __pgprot(_PAGE_WRITE), none = __pgprot(0);

	for (unsigned long i = 0; i < n; i++) {
		must(pgtable_protect(&kernel_pgtable, base(), PAGE_SIZE, none, write));
		must(pgtable_protect(&kernel_pgtable, base(), PAGE_SIZE, write, none));
	}
}
BENCH_AROUND(protect_4k, "a page made read-only and writable again", run_protect, 256, map_one,
	     unmap_all);

static void map_1g_small(unsigned long n)
{
	must(pgtable_map(&kernel_pgtable, base(), PA + PAGE_SIZE, n * PAGE_SIZE, PAGE_KERNEL,
			 PGTABLE_SMALL_ONLY));
}
BENCH_ONE_CALL(map_1g_by_4k, "a page of 1 GiB mapped by 4 KiB leaves", map_1g_small, NR_SMALL, NULL,
	       unmap_all);

static void populate_1g(void)
{
	must(pgtable_populate(&kernel_pgtable, base(), SZ_1G));
}
BENCH_ONE_CALL(map_1g_by_4k_again, "the same, tables being there", map_1g_small, NR_SMALL,
	       populate_1g, unmap_all);

static void need_svnapot(void)
{
	if (!kernel_pgtable.svnapot)
		bench_skip("no Svnapot");
}

static void map_1g_runs(unsigned long n)
{
	must(pgtable_map(&kernel_pgtable, base(), PA + SZ_64K, n * SZ_64K, PAGE_KERNEL, 0));
}
BENCH_ONE_CALL(map_1g_by_64k, "a leaf of 1 GiB mapped by 64 KiB leaves", map_1g_runs, NR_RUNS,
	       need_svnapot, unmap_all);

static void map_1g_large(unsigned long n)
{
	must(pgtable_map(&kernel_pgtable, base(), PA + SZ_2M, n * SZ_2M, PAGE_KERNEL, 0));
}
BENCH_ONE_CALL(map_1g_by_2m, "a leaf of 1 GiB mapped by 2 MiB leaves", map_1g_large, NR_LARGE, NULL,
	       unmap_all);

static void map_small(void)
{
	map_1g_small(NR_SMALL);
}

static void map_large(void)
{
	map_1g_large(NR_LARGE);
}

static void run_unmap(unsigned long n)
{
	unmap_all();
}
BENCH_ONE_CALL(unmap_1g_by_4k, "a page of 1 GiB unmapped", run_unmap, NR_SMALL, map_small, NULL);
BENCH_ONE_CALL(unmap_1g_by_2m, "a leaf of 2 MiB of 1 GiB unmapped", run_unmap, NR_LARGE, map_large,
	       NULL);

static void run_protect_1g(unsigned long n)
{
	must(pgtable_protect(&kernel_pgtable, base(), n * PAGE_SIZE, __pgprot(0),
			     __pgprot(_PAGE_WRITE)));
}
BENCH_ONE_CALL(protect_1g_by_4k, "a page of 1 GiB made read-only", run_protect_1g, NR_SMALL,
	       map_small, unmap_all);

static void map_1g(void)
{
	must(pgtable_map(&kernel_pgtable, base(), PA, SZ_1G, PAGE_KERNEL, 0));
}

static void run_split_merge(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		must(pgtable_split(&kernel_pgtable, base(), SZ_2M, 0));
		if (pgtable_merge(&kernel_pgtable, base(), SZ_1G) != 1)
			panic("bench: nothing was merged");
	}
}
BENCH_AROUND(split_merge, "1 GiB split by 2 MiB leaves and merged again", run_split_merge, 16,
	     map_1g, unmap_all);
