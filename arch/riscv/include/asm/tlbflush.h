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

/* How a fence is meant. */
#define FENCE_FULL      1U /* everything, pointers to tables too; the addresses mean nothing */
#define FENCE_ALL_HARTS 2U /* not this hart alone */

/**
 * local_fence() - fence this hart for one address in each 2^@shift bytes from @start to @last
 * @start: a multiple of 2^@shift
 * @how:   FENCE_*
 *
 * More than MAX_SINGLE_FENCES pieces, or a hart whose fences by address do not work, make it a
 * full fence. The caller counts the fence with note_fence() when all harts have it.
 * Return: @how, with FENCE_FULL if it became a full one.
 */
unsigned int local_fence(unsigned long start, unsigned long last, unsigned int shift,
			 unsigned int how);

/** note_fence() - count a fence that is done, and log it: nr_fences, fence_log_read() */
void note_fence(unsigned long start, unsigned long last, unsigned int shift, unsigned int how);

/**
 * sbi_remote_sfence_vma() - let the firmware fence other harts (SBI 2.0 chapter 8)
 * @mask, @base: the harts whose ids are @base + the number of a set bit
 * @start, @size: the range; 0 and 0: everything
 */
void sbi_remote_sfence_vma(unsigned long mask, unsigned long base, unsigned long start,
			   unsigned long size);

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
