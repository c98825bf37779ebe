// SPDX-License-Identifier: BSD-2-Clause
/*
 * Harts asking each other for something, by way of the firmware: IPI (SBI 2.0 chapter 7).
 */
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/workqueue.h>
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <asm/sbi.h>
#include <asm/time.h>

/* The one that nobody waits for. */
static DEFINE_PER_CPU(struct smp_call, async_call);

/* A panic: all but the hart it came from stop for good. */
static bool stop_all;

bool cpu_online(unsigned int cpu)
{
	return cpu < nr_cpu_ids && READ_ONCE(harts[cpu]->state) == HART_ONLINE;
}

/* --- Calls --- */

void smp_kick(const struct hart *hart)
{
	if (hart != this_hart())
		sbi_ecall(SBI_EXT_IPI, 0, 1, hart->hartid, 0);
}

static struct smp_call *call_of(struct llist_node *node)
{
	return container_of(node, struct smp_call, node);
}

/* From here on it belongs to the asker. */
static void end_call(struct smp_call *call, int ret)
{
	__atomic_store_n(&call->ret, ret, __ATOMIC_RELEASE);
}

void fail_calls(unsigned int cpu)
{
	struct llist_node *node = llist_del_all(&harts[cpu]->calls);

	while (node) {
		struct smp_call *call = call_of(node);

		node = node->next;
		end_call(call, -ENXIO);
	}
}

void smp_run_calls(void)
{
	struct hart *hart = this_hart();
	struct llist_node *node;

	/* Cleared before the queue is read: what is queued later is announced again. */
	clear_ipi();
	if (READ_ONCE(stop_all))
		hart_stop_for_good();
	node = llist_reverse_order(llist_del_all(&hart->calls));
	while (node) {
		struct smp_call *call = call_of(node);

		hart->running = node; /* if it traps, park() tells those who wait */
		call->func(call->info);
		hart->nr_calls++;
		node = node->next;
		end_call(call, 0);
	}
	hart->running = NULL;
}

static int wait_for(const struct smp_call *call)
{
	int ret;

	while ((ret = __atomic_load_n(&call->ret, __ATOMIC_ACQUIRE)) == CALL_UNDER_WAY)
		cpu_relax();
	return ret;
}

static void queue_call(unsigned int cpu, struct smp_call *call)
{
	call->ret = CALL_UNDER_WAY;
	/* Whoever queued before and has not been served has sent one. */
	if (llist_add(&call->node, &harts[cpu]->calls))
		smp_kick(harts[cpu]);
	smp_mb(); /* with park(): either it sees the call, or we that it is gone */
	if (!cpu_online(cpu))
		fail_calls(cpu);
}

int smp_call_function_single(unsigned int cpu, void (*func)(void *info), void *info, bool wait)
{
	struct smp_call sync = { .func = func, .info = info }, *call = &async_call;
	unsigned long flags;

	if (cpu == smp_processor_id()) {
		local_irq_save(flags); /* as it would be there */
		func(info);
		local_irq_restore(flags);
		return 0;
	}
	if (!cpu_online(cpu))
		return -ENXIO;
	if (wait) {
		WARN_ON(irqs_disabled()); /* two that wait for each other would do so for ever */
		queue_call(cpu, &sync);
		return wait_for(&sync);
	}
	for (;;) {
		wait_for(call);
		local_irq_save(flags); /* an interrupt may want it too */
		if (READ_ONCE(call->ret) != CALL_UNDER_WAY)
			break;
		local_irq_restore(flags);
	}
	call->func = func;
	call->info = info;
	queue_call(cpu, call);
	local_irq_restore(flags);
	return 0;
}

void on_each_cpu(void (*func)(void *info), void *info, bool wait)
{
	for_each_online_cpu(cpu)
		if (cpu != smp_processor_id())
			smp_call_function_single(cpu, func, info, wait);
	smp_call_function_single(smp_processor_id(), func, info, wait);
}

/* --- The end --- */

void smp_send_stop(void)
{
	ktime_t end = ktime_get() + NSEC_PER_SEC / 2;

	WRITE_ONCE(stop_all, true);
	for_each_online_cpu(cpu)
		smp_kick(harts[cpu]);
	while (num_online_cpus() > 1 && ktime_get() < end)
		cpu_relax();
	for_each_online_cpu(cpu)
		if (cpu != smp_processor_id())
			pr_emerg("smp: hart%lu takes no interrupts and goes on\n",
				 harts[cpu]->hartid);
}
