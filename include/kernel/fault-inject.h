/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_FAULT_INJECT_H
#define KERNEL_FAULT_INJECT_H

#include <kernel/types.h>

/*
 * Calls that fail on purpose, with Linux's attributes.
 *
 * @interval:    each @interval-th call may fail; 0: none does
 * @probability: in per cent, with which it then does
 * @space:       bytes that can be had before any fails
 * @times:       how many may fail; -1: any number
 */
struct fault_attr {
	unsigned long interval, probability;
	long space, times;
	unsigned long count;
};

/** fail_page_alloc - of alloc_pages(); what has __GFP_NOFAIL is spared */
extern struct fault_attr fail_page_alloc;

/**
 * setup_fault_attr() - from "<interval>,<probability>,<space>,<times>"
 * Return: 0, or -EINVAL: it is not that, and nothing is changed.
 */
int setup_fault_attr(struct fault_attr *attr, const char *text);

/** should_fail() - whether this call for @size bytes is to. Context: any. */
bool should_fail(struct fault_attr *attr, size_t size);

#endif
