/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_MEM_H
#define PGTABLE_MEM_H

#include <kernel/pgtable.h>

/*
 * A fake physical memory of table pages, which watches the engine work. A page is live
 * while a root leads to it; what is live may be read by a hart at any moment. So a page
 * that becomes live must have been complete at a barrier before, each store to a live
 * page must hold the lock and be a step from one sound tree to another, and a page that
 * is no longer live stays as it is until the fence, and is given back only then.
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
	unsigned long drops;         /* pages that did not stay so */
	unsigned long stores;        /* to live pages */
	unsigned long fences;
	unsigned long refusals;
	enum pgtable_refusal why;
	unsigned long refused_va;
	bool leaves, removed, tables; /* what the stores since the last fence changed */
	u64 first, last;              /* by changed leaf entries and added ones */
	unsigned int level;           /* of the smallest of them */
	unsigned long questions;      /* whether a table can be read */
};

extern struct mem_log mem_log;
extern unsigned long mem_budget;       /* allocations that will still succeed */
extern unsigned long mem_misaligned;   /* so many allocations are aligned to 4 KiB only */
extern void (*mem_store_hook)(void);   /* before each store to a live page */
extern bool mem_many_fences;           /* the call may fence more than once */
extern bool mem_over_shared;           /* it replaces what leads to shared pages, nothing else */
extern void (*mem_alloc_hook)(void);   /* in each allocation */
extern unsigned int mem_seen_refusals; /* bit for each */
extern unsigned int mem_refusal_step;  /* 1: all bytes are compared after each refusal */

/* Forget all pages; the next ones are of this kind. */
void mem_reset(enum mem_mode mode);

/* Operations of this memory. */
struct pt_ops mem_ops(void);

/* An empty tree whose root is made here, or is a table that is there (root != 0). */
void mem_open(struct pgtable *pt, const struct pgtable_geometry *geometry, phys_addr_t root);

/* What pgtable_create() made is a root from now on; what pgtable_destroy() will take, was. */
void mem_adopt(const struct pgtable *pt);
void mem_retire(const struct pgtable *pt);

/*
 * Pages of one range that many entries may lead to, with undefined content, which @pt knows as
 * such: of each chain a page, then its tables by level.
 */
#define MEM_CHAINS 2
void mem_share(struct pgtable *pt);
phys_addr_t mem_chain(const struct pgtable *pt, unsigned int chain);

/* The page as it is in memory; NULL where there is none. For looking, and to damage. */
u64 *mem_table(phys_addr_t pa);
void mem_damage(phys_addr_t pa, unsigned int index, u64 val);

/* A hart sets bits in an entry. */
void mem_or(phys_addr_t pa, unsigned int index, u64 bits);

/* Pages that are allocated. */
unsigned int mem_pages(void);

/*
 * Around each call of the engine, which is about [va, last]; mem_end() checks what was
 * left behind.
 */
void mem_begin(const struct pgtable *pt, u64 va, u64 last);
void mem_begin_again(const struct pgtable *pt); /* the tree is another, or known by now */
void mem_range(u64 va, u64 last);               /* it is about these */
void mem_end(void);

/* End the program: the engine broke a rule of this memory or of the harts. */
void mem_must(bool ok, const char *what);

#endif
