// SPDX-License-Identifier: BSD-2-Clause
/* The same work on several harts at once. Each calls the next one before its own share. */
#include <kernel/atomic.h>
#include <kernel/smp.h>
#include <asm/irqflags.h>
#include <asm/trap.h>
#include "crowd.h"

struct crowd {
	void (*work)(unsigned int index, void *info);
	void *info;
	unsigned int size;
	atomic_t called, arrived, left;
};

struct share {
	struct crowd *crowd;
	unsigned int index;
};

static int do_share(void *arg)
{
	struct share *share = arg;
	struct crowd *crowd = share->crowd;

	atomic_inc_return(&crowd->arrived);
	smp_cond_load_acquire(&crowd->arrived.counter, VAL == (int)crowd->size);
	crowd->work(share->index, crowd->info);
	return 0;
}

static unsigned int next_online(unsigned int cpu)
{
	do
		cpu = (cpu + 1) % nr_cpu_ids;
	while (!cpu_online(cpu));
	return cpu;
}

static void join(void *info)
{
	struct crowd *crowd = info;
	struct share share = { crowd, (unsigned int)atomic_fetch_inc(&crowd->called) };

	if (share.index + 1 < crowd->size)
		smp_call_function_single(next_online(smp_processor_id()), join, crowd, false);
	try_call(do_share, &share);
	atomic_dec_return_release(&crowd->left);
}

unsigned int crowd_run(unsigned int limit, void (*work)(unsigned int index, void *info), void *info)
{
	struct crowd crowd = { .work = work, .info = info };
	unsigned long flags;

	crowd.size = min(limit, num_online_cpus());
	atomic_set(&crowd.left, (int)crowd.size);
	local_irq_save(flags);
	join(&crowd);
	smp_cond_load_acquire(&crowd.left.counter, VAL == 0);
	local_irq_restore(flags);
	return crowd.size;
}
