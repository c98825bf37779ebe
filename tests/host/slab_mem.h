/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SLAB_MEM_H
#define SLAB_MEM_H

#include <kernel/slab.h>

#include "mm/slab/slab.h"

/*
 * What lies below the slab allocator, made up: pages, harts, the log. Free pages are
 * poisoned, so that ASan sees who reaches for one.
 */
#define NR_HARTS  4
#define NR_FRAMES 4096U

extern unsigned long mem_budget;    /* pages that can still be had */
extern unsigned long mem_used;      /* pages in use */
extern unsigned long mem_reports;   /* lines of the log that begin with "slab:" */
extern unsigned long mem_bad_frees; /* pages given back wrong */
extern char mem_log[256];           /* the last line */

/* A new machine, with kmem_cache_init() done. */
void mem_reset(void);

/* The hart the test goes on as. */
void mem_on_hart(unsigned int cpu);

/* Give back all that no user holds; what mem_used is then. */
unsigned long mem_settle(void);

/* Let allocations fail; without magazines, so that each is counted. */
void mem_failslab(const char *text);

/* @nr objects, or the process ends; and back. */
void mem_take(struct kmem_cache *cache, unsigned int nr, void **object);
void mem_give(struct kmem_cache *cache, unsigned int nr, void **object);

/* First byte of memory, and how many there are. */
char *mem_arena(void);

/* Objects in use in all caches but the internal ones. */
unsigned long mem_objects(void);

void slab_random_walk(void);

#endif
