// SPDX-License-Identifier: BSD-2-Clause
/* The same work on several harts at once. Each calls the next one before its own share. */
#include <kernel/atomic.h>
#include <kernel/ktest.h>
#include <kernel/smp.h>
#include <asm/irqflags.h>
#include <asm/recovery.h>
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

u64 job_random(struct job *job)
{
	job->seed = job->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return job->seed >> 33;
}

static void do_job(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	job->fn(job);
}

unsigned long crowd_work(void (*fn)(struct job *job))
{
	static struct job jobs[NR_CPUS] __noinit;
	unsigned long wrong = 0;

	for_each_online_cpu(cpu) {
		jobs[cpu] = (struct job){ .fn = fn, .seed = cpu + 1 };
		INIT_WORK(&jobs[cpu].work, do_job);
		if (cpu != smp_processor_id())
			EXPECT(schedule_work_on(cpu, &jobs[cpu].work));
	}
	fn(&jobs[smp_processor_id()]);
	for_each_online_cpu(cpu) {
		if (cpu != smp_processor_id())
			flush_work(&jobs[cpu].work);
		wrong += jobs[cpu].wrong;
	}
	return wrong;
}
