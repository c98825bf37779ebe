// SPDX-License-Identifier: BSD-2-Clause
#include <kernel/printk.h>
#include <kernel/slab.h>
#include <kernel/string.h>
#include <kernel/vmalloc.h>
#include <asm/layout.h>
#include "mm/area/vm_area.h"
#include "pages.h"
#include "trees.h"

#define POISON 0xa5

static phys_addr_t pool; /* taken once, kept for the next run */
static u64 taken;        /* a bit for each page */

unsigned int pool_left, pool_misalign;

static u64 pages_bits(phys_addr_t table, unsigned long size)
{
	return ((1ULL << size / PAGE_SIZE) - 1) << (table - pool) / PAGE_SIZE;
}

phys_addr_t pool_alloc(unsigned long size)
{
	for (phys_addr_t at = pool; pool_left && at < pool + POOL_SIZE; at += size) {
		if (taken & pages_bits(at, size))
			continue;
		pool_left--;
		taken |= pages_bits(at, size);
		memset(__va(at), POISON, size);
		return at + pool_misalign;
	}
	return 0;
}

void pool_free(phys_addr_t table, unsigned long size)
{
	u64 bits;

	table -= pool_misalign;
	bits = pages_bits(table, size);
	if (table - pool >= POOL_SIZE || (taken & bits) != bits) {
		ktest_fail(__FILE__, __LINE__, "0x%llx was freed, but not allocated", table);
		return;
	}
	taken &= ~bits;
	memset(__va(table), POISON, size);
}

void pool_reset(void)
{
	if (!pool)
		pool = test_keep(POOL_SIZE);
	EXPECT(pool != 0);
	taken = 0;
	pool_left = ~0U;
	pool_misalign = 0;
}

phys_addr_t pool_start(void)
{
	return pool;
}

unsigned int pool_used(void)
{
	unsigned int n = 0;

	for (u64 bits = taken; bits; bits &= bits - 1)
		n++;
	return n;
}

struct pt_ops private_ops(void)
{
	return (struct pt_ops){ .alloc = pool_alloc,
				.free = pool_free,
				.offset = kernel_map.va_pa_offset,
				.refused = kernel_pgtable.ops.refused };
}

struct pgtable new_tree(const struct pgtable_geometry *g)
{
	struct pt_ops ops = private_ops();
	struct pgtable pt;

	pool_reset();
	EXPECT_EQ(pgtable_create(&pt, g, &ops, NULL), 0);
	return pt;
}

void end_tree(struct pgtable *pt)
{
	EXPECT_EQ(pgtable_destroy(pt), 0);
	EXPECT_EQ(pt->tables, 0);
	EXPECT_EQ(pool_used(), 0);
}

unsigned long base_of(const struct pgtable_geometry *g)
{
	return (g->sign_extended ? 0 : 1UL << g->input_bits) - 8 * SZ_1G;
}

pgprot_t prot_of(const struct pgtable_geometry *g, pgprot_t prot)
{
	return __pgprot((prot.val | g->leaf_set) & ~(u64)g->leaf_clear);
}

pgprot_t rw_of(const struct pgtable_geometry *g)
{
	return __pgprot(prot_of(g, PAGE_KERNEL).val | _PAGE_KEEP);
}

static u64 mix(u64 hash, u64 value)
{
	return (hash ^ value) * 0x100000001b3 ^ hash >> 32;
}

static int hash_leaf(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	u64 *hash = arg;

	*hash = mix(mix(mix(*hash, va), level), pte.val);
	return 0;
}

u64 hash_leaves(const struct pgtable *pt)
{
	const struct pgtable_geometry *g = pt->geometry;
	unsigned long last = g->sign_extended ? ~0UL : (1UL << g->input_bits) - 1;
	u64 hash = 1;

	EXPECT_EQ(pgtable_iterate(pt, 0, last, hash_leaf, &hash), 0);
	return hash;
}

static u64 hash_table(phys_addr_t table, unsigned long size, unsigned int level)
{
	const volatile u64 *entry = __va(table);
	u64 hash = table;

	for (unsigned int i = 0; i < size / sizeof(*entry); i++) {
		pte_t pte = { entry[i] };

		hash = mix(hash, pte.val);
		if (level && pte_table(pte))
			hash = mix(hash, hash_table(pte_pa(pte), PAGE_SIZE, level - 1));
	}
	return hash;
}

u64 hash_tables(const struct pgtable *pt)
{
	return hash_table(pt->root, pgtable_root_size(pt->geometry), pt->geometry->levels - 1U);
}

unsigned int level_of(const struct pgtable *pt, unsigned long va)
{
	unsigned int level;

	return pte_leaf(pgtable_walk(pt, va, &level)) ? level : ~0U;
}

u64 entry_of(const struct pgtable *pt, unsigned long va)
{
	unsigned int level;

	return pgtable_walk(pt, va, &level).val;
}

void expect_leaf(const struct pgtable *pt, unsigned long va, unsigned int level, phys_addr_t pa,
		 pgprot_t prot, const char *file, int line)
{
	if (level_of(pt, va) != level || entry_of(pt, va) != mk_pte(pa, prot).val)
		ktest_fail(file, line, "%s: 0x%lx is 0x%llx of level %u, not 0x%llx of %u",
			   pt->geometry->name, va, entry_of(pt, va), level_of(pt, va),
			   mk_pte(pa, prot).val, level);
}

static struct {
	u64 hash;
	unsigned long tables;
	unsigned long used;
} before;

static unsigned long slab_pages;

static void add_slab_pages(const struct slab_stats *stats)
{
	slab_pages += stats->pages;
}

/* Caches keep pages for a while, the one of ioremap()'s areas too. */
static unsigned long pages_used_but_slab(void)
{
	unsigned long used = pages_used(); /* first: it empties slabs */

	slab_pages = 0;
	slab_for_each(add_slab_pages);
	return used - slab_pages;
}

unsigned long scratch(void)
{
	return vm_region(VM_VMALLOC, kernel_pgtable.geometry->input_bits).start + SZ_4G;
}

static int merge_region(enum vm_region_id id)
{
	struct vm_region r = vm_region(id, kernel_pgtable.geometry->input_bits);

	return pgtable_merge(&kernel_pgtable, r.start, r.last + 1 - r.start);
}

#define SCRATCH_SIZE (2 * SZ_1G)

void scratch_begin(void)
{
	/* Its shadow stays, and it brings RAM online, whose tables would count as a leak. */
	vfree(vmalloc(SZ_16M));
	EXPECT_EQ(kasan_vmalloc_set(scratch(), SCRATCH_SIZE, SCRATCH_SIZE), 0);
	EXPECT(merge_region(VM_VMALLOC) >= 0); /* tables that others have left empty */
	before.hash = hash_leaves(&kernel_pgtable);
	before.tables = kernel_pgtable.tables;
	before.used = pages_used_but_slab();
}

void scratch_end(void)
{
	EXPECT_EQ(pgtable_unmap(&kernel_pgtable, scratch(), SCRATCH_SIZE), 0);
	EXPECT(merge_region(VM_VMALLOC) >= 0);
	EXPECT(merge_region(VM_LINEAR) >= 0);
	EXPECT_EQ(hash_leaves(&kernel_pgtable), before.hash);
	EXPECT_EQ(kernel_pgtable.tables, before.tables);
	EXPECT_EQ(pages_used_but_slab(), before.used);
	EXPECT_EQ(kasan_vmalloc_set(scratch(), SCRATCH_SIZE, 0), 0);
}
