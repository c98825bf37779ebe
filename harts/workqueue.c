// SPDX-License-Identifier: BSD-2-Clause
/* Work: what harts do for each other outside of interrupts. */
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/smp.h>
#include <kernel/workqueue.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <asm/recovery.h>

static DEFINE_PER_CPU(struct llist_head, works);

static struct work_struct *work_of(struct llist_node *node)
{
	return container_of(node, struct work_struct, node);
}

void fail_works(unsigned int cpu)
{
	struct llist_node *node = llist_del_all(per_cpu_ptr(&works, cpu));

	while (node) {
		struct work_struct *work = work_of(node);

		node = node->next;
		WRITE_ONCE(work->pending, false);
		complete(&work->done);
	}
}

bool works_pending(void)
{
	return !llist_empty(&works);
}

bool schedule_work_on(unsigned int cpu, struct work_struct *work)
{
	if (!cpu_online(cpu) || cmpxchg(&work->pending, false, true))
		return false;
	reinit_completion(&work->done);
	if (llist_add(&work->node, per_cpu_ptr(&works, cpu)))
		smp_kick(harts[cpu]);
	smp_mb(); /* with park(): either it sees the work, or we that it is gone */
	if (!cpu_online(cpu))
		fail_works(cpu);
	return true;
}

void flush_work(struct work_struct *work)
{
	wait_for_completion(&work->done);
}

static int run_guarded(void *arg)
{
	struct work_struct *work = arg;

	work->func(work);
	return 0;
}

bool run_works(void)
{
	struct llist_node *node, *next;

	if (!works_pending())
		return false;
	for (node = llist_reverse_order(llist_del_all(&works)); node; node = next) {
		next = node->next;
		WRITE_ONCE(work_of(node)->pending, false);
		if (try_call(run_guarded, work_of(node)) && smp_processor_id()) {
			/* Who waits for this one, or the rest, is told when the hart is gone. */
			llist_add_list(node, &works);
			hart_failed();
		}
		complete(&work_of(node)->done);
	}
	return true;
}

struct call_on_cpu {
	struct work_struct work;
	int (*func)(void *par);
	void *par;
	int ret;
};

static void run_call(struct work_struct *work)
{
	struct call_on_cpu *call = container_of(work, struct call_on_cpu, work);

	call->ret = call->func(call->par);
}

int smp_call_on_cpu(unsigned int cpu, int (*func)(void *par), void *par, bool phys)
{
	struct call_on_cpu call = { .func = func, .par = par, .ret = -ENXIO };

	if (cpu == smp_processor_id())
		return func(par);
	INIT_WORK(&call.work, run_call);
	if (!schedule_work_on(cpu, &call.work))
		return -ENXIO;
	flush_work(&call.work);
	return call.ret;
}
