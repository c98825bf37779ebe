// SPDX-License-Identifier: BSD-2-Clause
/* Harts starting and stopping, by way of the firmware: HSM (SBI 2.0 chapter 9). */
#include <kernel/completion.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/hrtimer.h>
#include <kernel/lockdep.h>
#include <kernel/printk.h>
#include <kernel/report.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <kernel/watchdog.h>
#include <kernel/workqueue.h>
#include <asm/barrier.h>
#include <asm/boot_record.h>
#include <asm/cmpxchg.h>
#include <asm/cpufeature.h>
#include <asm/errata.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/nmi.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <asm/recovery.h>
#include <asm/sbi.h>
#include <asm/time.h>

void secondary_entry(void);
__noreturn void secondary_start_kernel(void);

unsigned int nr_online_cpus = 1;

/* Held while a hart is started or stopped. */
static spinlock_t hotplug_lock;

const char *hart_state_text(unsigned int state)
{
	static const char texts[][12] = {
		[HART_STOPPED] = "stopped",  [HART_STARTING] = "starting",
		[HART_ONLINE] = "online",    [HART_NO_MODE] = "no mode",
		[HART_SILENT] = "silent",    [HART_REFUSED] = "refused",
		[HART_LACKS] = "lacks",      [HART_FAILED] = "failed",
		[HART_TRAPPED] = "trapped",  [HART_LOST] = "lost",
		[HART_OTHER] = "other satp", [HART_OTHER_TYPES] = "other types",
	};

	return texts[state];
}

bool this_hart_wanted(void)
{
	return works_pending() || READ_ONCE(this_hart()->stop_wanted);
}

/*
 * What a hart needs of its own, in the order in which it comes; it goes in the reverse order. A
 * panic must not wait for a lock, so it takes only the steps that take none.
 */
static const struct {
	const char *name;
	void (*start)(void);
	void (*stop)(void);
	bool in_panic;
} steps[] = {
	{ "timers", hrtimers_cpu_starting, hrtimers_cpu_dying, false },
	{ "watchdog", watchdog_enable, watchdog_disable, false },
	{ "nmi", nmi_cpu_init, nmi_cpu_exit, true },
	{ "interrupts", irq_cpu_starting, irq_cpu_dying, true },
};

void hart_starting(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(steps); i++)
		steps[i].start();
}

static void hart_dying(bool panic)
{
	for (unsigned int i = ARRAY_SIZE(steps); i-- > 0;)
		if (steps[i].in_panic || !panic)
			steps[i].stop();
}

static void (*cpu_dead_hook)(unsigned int cpu);

void set_cpu_dead_hook(void (*dead)(unsigned int cpu))
{
	cpu_dead_hook = dead;
}

/* For the boot hart: which ones have failed. */
static void bury_failed(struct work_struct *work)
{
	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++)
		if (READ_ONCE(harts[cpu]->state) == HART_FAILED && cpu_dead_hook)
			cpu_dead_hook(cpu);
}

static struct work_struct failed_work = { .func = bury_failed, .done = { COMPLETION_DONE } };

/* --- On the hart itself --- */

/* Its stack is lost, its variables stay. */
static __noreturn void park(unsigned int state)
{
	struct hart *hart = this_hart();

	local_irq_disable();
	if (hart->state == HART_ONLINE)
		__atomic_fetch_sub(&nr_online_cpus, 1, __ATOMIC_RELAXED);
	hart->state = state;
	llist_add_list(hart->running, &hart->calls);
	hart->running = NULL;
	smp_mb(); /* with who queues: either it sees the state, or we what it has queued */
	fail_calls(hart->cpu);
	fail_works(hart->cpu);
	if (state == HART_FAILED)
		schedule_work_on(0, &failed_work);
	sbi_ecall(SBI_EXT_HSM, SBI_HSM_HART_STOP, 0, 0, 0);
	for (;;) /* the firmware would not */
		wait_for_interrupt();
}

static __noreturn void leave(unsigned int state)
{
	local_irq_disable();
	hart_dying(false);
	park(state);
}

void hart_stop_for_good(void)
{
	local_irq_disable();
	hart_dying(true);
	park(HART_STOPPED);
}

void hart_failed(void)
{
	const struct hart *hart = this_hart();
	unsigned long flags = report_begin();

	pr_err("smp: hart %lu is stopped; 'hart start %lu' starts it anew\n", hart->hartid,
	       hart->hartid);
	report_end(flags);
	lockdep_abandon(0);
	leave(HART_FAILED);
}

/* On its own stack, with the kernel's tables, which is all there is to a hart. */
void secondary_start_kernel(void)
{
	struct hart *hart = this_hart();
	u64 entered = rdinstret();

	hart->why[0] = current_satp();
	if (hart->why[0] != boot_record.satp)
		park(HART_OTHER);
	hart->lacks = cpu_lacks();
	if (hart->lacks)
		park(HART_LACKS);
	errata_init();
	hart_starting();
	__atomic_fetch_add(&nr_online_cpus, 1, __ATOMIC_RELAXED);
	hart->start_cost = rdinstret() - entered;
	__atomic_store_n(&hart->state, HART_ONLINE, __ATOMIC_RELEASE);
	local_irq_enable();
	while (!xchg(&hart->stop_wanted, false))
		cpu_idle(NULL);
	leave(HART_STOPPED);
}

/* --- On another one --- */

/* Long enough for an emulator whose machine is busy. */
#define PATIENCE (5 * NSEC_PER_SEC)

static bool wait_while_state(const struct hart *hart, unsigned int state)
{
	ktime_t end = ktime_get() + PATIENCE;

	while (__atomic_load_n(&hart->state, __ATOMIC_ACQUIRE) == state) {
		if (ktime_get() > end)
			return false;
		touch_softlockup_watchdog(); /* of many harts none may come */
	}
	return true;
}

/* Only when it has stopped it can be started again. */
static bool wait_stopped(const struct hart *hart)
{
	ktime_t end = ktime_get() + PATIENCE;

	for (;;) {
		struct sbiret ret = sbi_ecall(SBI_EXT_HSM, SBI_HSM_HART_STATUS, hart->hartid, 0, 0);

		if (!ret.error && ret.value == SBI_HSM_STOPPED)
			return true;
		if (ret.error || ktime_get() > end)
			return false;
	}
}

static int start(struct hart *hart)
{
	struct sbiret ret;

	if (hart->state != HART_STOPPED)
		wait_stopped(hart); /* one that has failed is on its way */
	bury_failed(NULL);          /* if the boot hart has not come to it */
	hart->state = HART_STARTING;
	hart->arrived = false;
	hart->stack_low = hart->home_low; /* it may have been on the other one */
	hart->stack_high = hart->home_high;
	/* What it was in the middle of when it stopped is over. */
	stack_abandoned(hart->home_low, hart->home_high);
	stack_abandoned(hart->emergency - EMERGENCY_SIZE, hart->emergency);
	hart->recovery = NULL;
	hart->irq_regs = NULL;
	hart->waiting_for = NULL;
	hart->in_report = 0;
	hart->stop_wanted = false;
	mb(); /* it reads this with translation off */
	ret = sbi_ecall(SBI_EXT_HSM, SBI_HSM_HART_START, hart->hartid,
			__pa_symbol((void *)secondary_entry), __pa(hart));
	if (ret.error) {
		hart->why[0] = (unsigned long)ret.error;
		hart->state = HART_REFUSED;
		return -EIO;
	}
	if (!wait_while_state(hart, HART_STARTING)) {
		hart->state = READ_ONCE(hart->arrived) ? HART_LOST : HART_SILENT;
		return -ETIMEDOUT;
	}
	if (hart->state == HART_ONLINE)
		return 0;
	wait_stopped(hart); /* it has told why, and is on its way */
	return hart->state == HART_LACKS ? -EOPNOTSUPP : -ENXIO;
}

static int stop(struct hart *hart)
{
	WRITE_ONCE(hart->stop_wanted, true);
	smp_kick(hart);
	/* Too late, unless it has just seen it. */
	if (!wait_while_state(hart, HART_ONLINE) && xchg(&hart->stop_wanted, false))
		return -ETIMEDOUT;
	if (!wait_stopped(hart))
		return -ETIMEDOUT;
	if (cpu_dead_hook)
		cpu_dead_hook(hart->cpu);
	return 0;
}

int cpu_up(unsigned int cpu)
{
	int err = 0;

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	might_sleep();
	spin_lock(&hotplug_lock);
	if (!cpu_online(cpu))
		err = start(harts[cpu]);
	spin_unlock(&hotplug_lock);
	return err;
}

int cpu_down(unsigned int cpu)
{
	int err = 0;

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	if (!cpu || cpu == smp_processor_id())
		return cpu_online(cpu) ? -EBUSY : 0;
	might_sleep();
	spin_lock(&hotplug_lock);
	if (cpu_online(cpu))
		err = stop(harts[cpu]);
	spin_unlock(&hotplug_lock);
	return err;
}
