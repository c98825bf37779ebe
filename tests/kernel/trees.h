/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_KERNEL_TREES_H
#define TESTS_KERNEL_TREES_H

#include <kernel/ktest.h>
#include <kernel/pgtable.h>
#include <kernel/sizes.h>
#include <asm/boot_record.h>

/*
 * Trees for tests. Private ones, of any geometry, have their tables in a pool; no hart
 * walks them. For the running tables there are a range and a check that all is as before.
 */

#define for_each_geometry(g)                                                                  \
	for (unsigned int _i = 0; _i < 2 * NR_MODES; _i++)                                    \
		for (const struct pgtable_geometry *g =                                       \
			     pgtable_geometry(1 + _i / NR_MODES, LEVELS_MIN + _i % NR_MODES); \
		     g; g = NULL)

/* --- The pool: pages are poisoned, a wrong or second free fails the case --- */

#define POOL_SIZE (64 * PAGE_SIZE)
phys_addr_t pool_alloc(unsigned long size);
void pool_free(phys_addr_t table, unsigned long size);

/** pool_reset() - take all back; as many allocations as wanted will succeed */
void pool_reset(void);

unsigned int pool_used(void);      /* pages */
phys_addr_t pool_start(void);      /* of POOL_SIZE bytes */
extern unsigned int pool_left;     /* allocations before the pool says it is empty */
extern unsigned int pool_misalign; /* added to what is handed out */

/* --- Private trees --- */

/** private_ops() - the pool, the linear map, no fence, refusals to the log */
struct pt_ops private_ops(void);

/** new_tree() - pool_reset(), then an empty tree */
struct pgtable new_tree(const struct pgtable_geometry *g);

/** end_tree() - destroy it; nothing of the pool may be in use then */
void end_tree(struct pgtable *pt);

/** base_of() - 8 GiB below the top of a geometry's address space: the tests' range */
unsigned long base_of(const struct pgtable_geometry *g);

/** prot_of() - @prot as the geometry's stage wants it */
pgprot_t prot_of(const struct pgtable_geometry *g, pgprot_t prot);

#define PA (SZ_1G * 0x12345) /* where nothing is; a multiple of 1 GiB */

/** rw_of() - readable, writable, and an attribute that no right depends on */
#define _PAGE_KEEP (_PAGE_RSW & 1UL << 8)
pgprot_t rw_of(const struct pgtable_geometry *g);

/* --- What a tree looks like, as a number --- */

u64 hash_leaves(const struct pgtable *pt); /* addresses, levels, entries of all leaves */
u64 hash_tables(const struct pgtable *pt); /* each entry of each table, by hand */

/** level_of() - of the leaf at @va, ~0U if there is none; entry_of() - its entry, or 0 */
unsigned int level_of(const struct pgtable *pt, unsigned long va);
u64 entry_of(const struct pgtable *pt, unsigned long va);

/** LEAF() - fails the case if another entry, or one of another level, is at @va */
#define LEAF(pt, va, level, pa, prot) expect_leaf(pt, va, level, pa, prot, __FILE__, __LINE__)
void expect_leaf(const struct pgtable *pt, unsigned long va, unsigned int level, phys_addr_t pa,
		 pgprot_t prot, const char *file, int line);

/* --- The running tables --- */

/** scratch() - 2 GiB of the vmalloc region; nothing but tests uses it */
unsigned long scratch(void);

/** scratch_begin() - remember how all is; scratch_end() - unmap the range, expect it so */
void scratch_begin(void);
void scratch_end(void);

#endif
