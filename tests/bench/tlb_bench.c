// SPDX-License-Identifier: BSD-2-Clause
/*
 * How far the TLB reaches: loads all over a range, each address computed from the load
 * before, so that none starts early. The range leads to the same 2 MiB of RAM again and
 * again, and so lines of the caches are few however large it is: what grows with it is what
 * the TLB must hold. In instructions all are alike; look at cycles or time, on hardware.
 */
#include <kernel/bench.h>
#include <kernel/gfp.h>
#include <kernel/memblock.h>
#include <kernel/panic.h>
#include <kernel/pgtable.h>
#include <kernel/sizes.h>
#include <asm/layout.h>

#define NR_LOADS  4096
#define BLOCK     SZ_2M
#define ORDER     9
#define SZ_256K   (SZ_1M / 4)
#define SZ_128M   (SZ_1G / 8)
#define NOT_FOUND (~(phys_addr_t)0)

static struct page *block;
static unsigned long range, range_size;

/* RAM that one leaf of 1 GiB maps; it is only read. */
static phys_addr_t whole_gib(void)
{
	phys_addr_t start, end;

	for_each_map_mem_range(cursor, &start, &end)
		if (ALIGN(start, SZ_1G) + SZ_1G <= end)
			return ALIGN(start, SZ_1G);
	return NOT_FOUND;
}

/* Maps @size bytes, @step at a time, each to @pa: no leaf is larger than a step. */
static void map_again(phys_addr_t pa, unsigned long size, unsigned long step, unsigned int flags)
{
	struct vm_region region = vm_region(VM_VMALLOC, kernel_pgtable.geometry->input_bits);

	range = ALIGN(region.start, SZ_1G) + SZ_1G;
	range_size = size;
	for (unsigned long done = 0; done < size; done += step)
		if (pgtable_map(&kernel_pgtable, range + done, pa + done % BLOCK, step,
				PAGE_KERNEL_READ, flags))
			panic("bench: no tables for 0x%lx bytes", size);
}

static void map_block(unsigned long size, unsigned long step, unsigned int flags)
{
	block = alloc_pages(GFP_KERNEL, ORDER);
	if (!block)
		bench_skip("no 2 MiB of RAM in one piece");
	else
		map_again(page_to_phys(block), size, step, flags);
}

static void map_4k(unsigned long size)
{
	map_block(size, size < BLOCK ? size : BLOCK, PGTABLE_SMALL_ONLY);
}

static void map_64k(unsigned long size)
{
	if (kernel_pgtable.svnapot)
		map_block(size, BLOCK / 2, 0);
	else
		bench_skip("no Svnapot");
}

static void map_2m(unsigned long size)
{
	map_block(size, BLOCK, 0);
}

static void map_1g(unsigned long size)
{
	phys_addr_t pa = whole_gib();

	if (pa == NOT_FOUND)
		bench_skip("no 1 GiB of RAM for one leaf");
	else
		map_again(pa, size, SZ_1G, 0);
}

static void unmap(void)
{
	if (pgtable_unmap(&kernel_pgtable, range, range_size))
		panic("bench: cannot unmap 0x%lx bytes", range_size);
	if (block)
		__free_pages(block, ORDER);
	block = NULL;
}

/*
 * Each page comes once before any comes again: the pages' numbers follow each other as in a
 * generator of random numbers with the longest period (multiplier 1 modulo 4, odd step). The
 * line in the page differs from page to page.
 */
static void chase(unsigned long n)
{
	unsigned long page = 0, mask = range_size / PAGE_SIZE - 1, at = range;

	for (unsigned long i = 0; i < n; i++) {
		unsigned long nothing;

		__asm__ __volatile__("ld %0, (%1)\n\tand %0, %0, zero" : "=r"(nothing) : "r"(at));
		page = (page * 0x5851f42dUL + 1 + nothing) & mask;
		at = range + page * PAGE_SIZE + page % 64 * 64;
	}
	bench_check(at - range < range_size);
}

#define TLB(leaf, name, size)                                                                  \
	static void before_##leaf##_##name(void)                                               \
	{                                                                                      \
		map_##leaf(size);                                                              \
	}                                                                                      \
	BENCH_AROUND(tlb_##leaf##_##name, "a load somewhere in " #name " of " #leaf " leaves", \
		     chase, NR_LOADS, before_##leaf##_##name, unmap)
TLB(4k, 256k, SZ_256K);
TLB(4k, 2m, SZ_2M);
TLB(4k, 16m, SZ_16M);
TLB(64k, 2m, SZ_2M);
TLB(64k, 16m, SZ_16M);
TLB(64k, 128m, SZ_128M);
TLB(2m, 16m, SZ_16M);
TLB(2m, 128m, SZ_128M);
TLB(2m, 1g, SZ_1G);
TLB(1g, 1g, SZ_1G);
TLB(1g, 4g, SZ_4G);
