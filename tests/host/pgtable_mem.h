/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_MEM_H
#define PGTABLE_MEM_H

#include <kernel/pgtable.h>

/*
 * A fake physical memory of table pages, which watches the engine work. A page is
 * live once a root leads to it; what is live may be read by a hart at any moment.
 * So each store to a live page must turn an invalid entry into a valid one, and a
 * page that becomes live must have been complete at a barrier before.
 */
enum mem_mode {
	MEM_FLAT,   /* pa + offset */
	MEM_REACH,  /* a function gives the page itself; addresses are arbitrary */
	MEM_FIXMAP, /* one window per level; reaching another page ends a pointer's life */
	MEM_MODES
};

struct mem_log {
	unsigned long allocs, frees; /* since mem_begin() */
	unsigned long links;         /* pages that became live */
	unsigned long stores;        /* to live pages */
	unsigned long fences;
	unsigned long fence_va, fence_size;
	bool fence_tables;
	unsigned long questions; /* whether a table can be read */
};

extern struct mem_log mem_log;
extern unsigned long mem_budget; /* allocations that will still succeed */

/* Forget all pages; the next ones are of this kind. */
void mem_reset(enum mem_mode mode);

/* A handle with an empty live root, or (root != 0) on a table that is there. */
void mem_open(struct pgtable *pt, const struct pgtable_geometry *geometry, phys_addr_t root);

/* The page as it is in memory; NULL where there is none. For looking, and to damage. */
u64 *mem_table(phys_addr_t pa);
void mem_damage(phys_addr_t pa, unsigned int index, u64 val);

/* Around each call of the engine; mem_end() checks what was left behind. */
void mem_begin(void);
void mem_end(void);

#endif
