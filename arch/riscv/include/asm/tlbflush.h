/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <kernel/pgtable.h>

/*
 * Every fence between table stores and the hardware's walks that C code asks for.
 * Context: any hart, translation on. local_*: this hart only.
 */

/** local_flush_tlb_all() - also orders earlier stores to pointers to tables */
void local_flush_tlb_all(void);

/** local_flush_tlb_page() - for a change of one leaf entry */
void local_flush_tlb_page(unsigned long addr);

/** pgtable_fence() - the engine's: pt_ops.fence of every tree that harts walk */
void pgtable_fence(struct pgtable *pt, const struct pgtable_change *change);

/**
 * set_remote_fence_hook() - what fences the other harts, where a fence is meant for all
 * @fence: fences [start, start + size) on all other harts that are online, everything if both are
 *         0, and returns when they have done it
 */
void set_remote_fence_hook(void (*fence)(unsigned long start, unsigned long size));

/**
 * local_flush_tlb_svinval() - fence by address, by the instructions of Svinval
 * @va, @last: first and last of the addresses, @stride bytes apart
 * Illegal where the hart has no Svinval: only for tlbflush.c, and to try it.
 */
void local_flush_tlb_svinval(unsigned long va, unsigned long last, unsigned long stride);

/* Fences by address until a full one is taken instead. */
#define MAX_SINGLE_FENCES 64

/**
 * struct fence - what a fence covered
 * @full:      everything, pointers to tables too; the addresses mean nothing
 * @all_harts: not this hart alone
 * @va, @last, @stride: one address in each @stride bytes, from the first to the last
 */
struct fence {
	bool full;
	bool all_harts;
	unsigned long va;
	unsigned long last;
	unsigned long stride;
};

/* Fences so far. Any change that takes a translation away adds at least one. */
extern unsigned long nr_fences;

/**
 * fence_log_read() - fence number @n, if the log still holds it
 * Always false without CONFIG_DEBUG_FENCES. Return: whether @fence was filled.
 */
bool fence_log_read(unsigned long n, struct fence *fence);

#endif
