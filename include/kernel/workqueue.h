/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_WORKQUEUE_H
#define KERNEL_WORKQUEUE_H

#include <kernel/completion.h>
#include <kernel/llist.h>

/*
 * Work for a hart that may take long: done outside of interrupts, with interrupts on, one
 * after the other, when the hart is idle or waits for something.
 */
struct work_struct {
	struct llist_node node;
	void (*func)(struct work_struct *work);
	unsigned int pending; /* queued, and not yet begun */
	struct completion done;
};

#define INIT_WORK(work, function) \
	(*(work) = (struct work_struct){ .func = (function), .done = { COMPLETION_DONE } })

/**
 * schedule_work_on() - let hart @cpu do @work
 * Return: true; false: it is pending already, or the hart is not online.
 * Context: any.
 */
bool schedule_work_on(unsigned int cpu, struct work_struct *work);

/**
 * flush_work() - wait until it is done or its hart gone; at once if it was never scheduled
 * Context: as wait_for_completion().
 */
void flush_work(struct work_struct *work);

/**
 * smp_call_on_cpu() - run func(par) on hart @cpu outside of interrupts, and wait
 * @phys: of no meaning here
 * Return: what @func returned; -ENXIO: the hart is not online.
 */
int smp_call_on_cpu(unsigned int cpu, int (*func)(void *par), void *par, bool phys);

/** run_works() - do what is queued for this hart. Return: whether there was any. */
bool run_works(void);

/** works_pending() - whether there is any */
bool works_pending(void);

/** fail_works() - hart @cpu is gone: those who wait for its works go on */
void fail_works(unsigned int cpu);

#endif
