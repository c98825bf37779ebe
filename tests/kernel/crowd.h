/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_KERNEL_CROWD_H
#define TESTS_KERNEL_CROWD_H

#include <kernel/types.h>

/**
 * crowd_run() - run work(index, info) on several harts at the same time
 * @limit: at most so many, this one among them with index 0
 *
 * They begin together, with interrupts disabled, and keep it short. A trap in @work ends it on
 * that hart only.
 * Return: how many harts it were, when all have come back.
 */
unsigned int crowd_run(unsigned int limit, void (*work)(unsigned int index, void *info),
		       void *info);

#endif
