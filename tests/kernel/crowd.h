/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_KERNEL_CROWD_H
#define TESTS_KERNEL_CROWD_H

#include <kernel/workqueue.h>

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

/** struct job - a hart's share of what all do; @wrong: what it found to be so */
struct job {
	struct work_struct work;
	void (*fn)(struct job *job);
	u64 seed;
	unsigned long wrong;
};

/** job_random() - 31 bits, the same in each run */
u64 job_random(struct job *job);

/**
 * crowd_work() - run fn() on all harts at once, in their work queues
 *
 * Interrupts stay enabled, so that it may take its time and wait.
 * Return: the sum of what they found wrong, when all have come back.
 */
unsigned long crowd_work(void (*fn)(struct job *job));

#endif
