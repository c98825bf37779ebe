// SPDX-License-Identifier: BSD-2-Clause
/* The check of locks (CONFIG_PROVE_LOCKING): each report provoked, and read back from the log. */
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <kernel/lockdep.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <asm/csr.h>
#include <asm/ptrace.h>
#include <asm/recovery.h>
#include "crowd.h"
#include "log.h"

static DEFINE_SPINLOCK(first);
static DEFINE_SPINLOCK(second);
static DEFINE_SPINLOCK(third);
static u64 before;
static int quiet;

/* Each case starts with no orders known, and what it provokes is in the log only. */
static void begin(void)
{
	lockdep_reset();
	first = (spinlock_t){ 0 };
	second = (spinlock_t){ 0 };
	third = (spinlock_t){ 0 };
	quiet = console_loglevel;
	console_loglevel = 0;
	before = log_cursor();
}

static void end(void)
{
	EXPECT_EQ(lockdep_depth(), 0);
	lockdep_reset();
	console_loglevel = quiet;
}

static noinline void first_then_second(void)
{
	spin_lock(&first);
	spin_lock(&second);
	spin_unlock(&second);
	spin_unlock(&first);
}

static noinline void second_then_third(void)
{
	spin_lock(&second);
	spin_lock(&third);
	spin_unlock(&third);
	spin_unlock(&second);
}

static noinline void second_then_first(void)
{
	spin_lock(&second);
	spin_lock(&first);
	spin_unlock(&second); /* not the newest */
	spin_unlock(&first);
}

static noinline void third_then_first(void)
{
	spin_lock(&third);
	spin_lock(&first);
	spin_unlock(&first);
	spin_unlock(&third);
}

static void inversion(void)
{
	begin();
	first_then_second();
	EXPECT(!logged(before, "lockdep"));
	second_then_first();
	EXPECT(logged(before, " takes first at second_then_first+"));
	EXPECT(logged(before, " while it holds second, taken at second_then_first+"));
	EXPECT(logged(before, "but first, taken at first_then_second+"));
	EXPECT(logged(before, " was held when second was taken at first_then_second+"));
	before = log_cursor();
	second_then_first();
	first_then_second();
	EXPECT(!logged(before, "lockdep")); /* once */
	end();
}

static void inversion_over_third(void)
{
	begin();
	first_then_second();
	second_then_third();
	EXPECT(!logged(before, "lockdep"));
	third_then_first();
	EXPECT(logged(before, " takes first at third_then_first+"));
	EXPECT(logged(before, " was held when second was taken at first_then_second+"));
	EXPECT(logged(before, " was held when third was taken at second_then_third+"));
	end();
}

static void on_another_hart(unsigned int index, void *info)
{
	if (index)
		first_then_second();
}

/* The orders of all harts are one. */
static void inversion_across_harts(void)
{
	begin();
	crowd_run(2, on_another_hart, NULL);
	second_then_first();
	EXPECT_EQ(logged(before, " takes first at second_then_first+"), num_online_cpus() > 1);
	end();
}

/* Who only tries waits for nobody; but what it takes then, it takes with that held. */
static void trylock_orders(void)
{
	begin();
	first_then_second();
	spin_lock(&second);
	EXPECT(spin_trylock(&first));
	EXPECT(!logged(before, "lockdep"));
	spin_lock(&third);
	spin_unlock(&third);
	spin_unlock(&first);
	spin_unlock(&second);
	third_then_first();
	EXPECT(logged(before, " takes first at third_then_first+"));
	end();
}

static void twice(void)
{
	begin();
	spin_lock(&first);
	lockdep_acquire(&first, "first", __FILE__, false); /* for good, it would hang */
	EXPECT(logged(before, " takes first at twice+"));
	EXPECT(logged(before, " and holds it, taken at twice+"));
	lockdep_release(&first);
	spin_unlock(&first);
	end();
}

static void unlock_not_held(void)
{
	begin();
	first_then_second();
	spin_unlock(&first);
	EXPECT(logged(before, " gives back first at unlock_not_held+"));
	EXPECT(logged(before, " and does not hold it"));
	end();
}

/* As seen from a lock, a handler is where the hart has an interrupted context. */
static void in_interrupt_handler(void)
{
	struct pt_regs regs, *outer = this_hart()->irq_regs;
	unsigned long flags;

	begin();
	local_irq_save(flags);
	this_hart()->irq_regs = &regs;
	spin_lock(&first);
	spin_unlock(&first);
	might_sleep();
	this_hart()->irq_regs = outer;
	EXPECT(logged(before, "in an interrupt handler"));
	before = log_cursor();
	spin_lock(&first); /* with interrupts disabled it may */
	spin_unlock(&first);
	EXPECT(!logged(before, "lockdep"));
	local_irq_enable();
	spin_lock(&first);
	spin_unlock(&first);
	local_irq_disable();
	local_irq_restore(flags);
	EXPECT(logged(before, "first is taken in an interrupt handler at in_interrupt_handler+"));
	EXPECT(logged(before, "and with interrupts enabled at in_interrupt_handler+"));
	end();
}

static void may_wait(void)
{
	might_sleep();
}

static void waiting_with_lock(void)
{
	unsigned long flags, sie = csr_read(sie);

	begin();
	local_irq_save(flags);
	local_irq_enable();
	may_wait();
	EXPECT(!logged(before, "lockdep"));
	spin_lock(&first);
	may_wait();
	spin_unlock(&first);
	EXPECT(logged(before, "with a lock held"));
	EXPECT(logged(before, "held: first, taken at waiting_with_lock+"));
	before = log_cursor();
	local_irq_disable();
	might_sleep(); /* not the place that was reported before */
	csr_write(sie, 0);
	might_sleep(); /* a hart without interrupts misses none */
	csr_write(sie, sie);
	local_irq_restore(flags);
	EXPECT_EQ(logged(before, "with interrupts disabled"), sie != 0);
	end();
}

static int trap_with_lock(void *arg)
{
	spin_lock(&first);
	__asm__ __volatile__("unimp");
	return 0;
}

static void abandoned(void)
{
	begin();
	spin_lock(&second);
	EXPECT_EQ(try_call(trap_with_lock, NULL), -EFAULT);
	EXPECT(logged(before, "held: first, taken at trap_with_lock+")); /* the oops */
	EXPECT(logged(before, "held: second, taken at abandoned+"));
	EXPECT(logged(before, "still held: first, taken at trap_with_lock+"));
	EXPECT(!logged(before, "still held: second"));
	EXPECT_EQ(lockdep_depth(), 1);
	spin_unlock(&second);
	EXPECT(spin_is_locked(&first));
	first = (spinlock_t){ 0 };
	end();
}

/* More than there is room for is said once, and nothing is checked any more. */
static void table_full(void)
{
	static spinlock_t many[17];

	begin();
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++)
		spin_lock(&many[i]);
	EXPECT(logged(before, "no room for more locks held by one hart"));
	before = log_cursor();
	for (unsigned int i = ARRAY_SIZE(many); i-- > 0;)
		spin_unlock(&many[i]);
	first_then_second();
	second_then_first();
	EXPECT(!logged(before, "lockdep"));
	lockdep_reset();
	end();
}

static const struct ktest_case cases[] = {
	{ "inversion", inversion },
	{ "inversion_over_third", inversion_over_third },
	{ "inversion_across_harts", inversion_across_harts },
	{ "trylock_orders", trylock_orders },
	{ "twice", twice },
	{ "unlock_not_held", unlock_not_held },
	{ "in_interrupt_handler", in_interrupt_handler },
	{ "waiting_with_lock", waiting_with_lock },
	{ "abandoned", abandoned },
	{ "table_full", table_full },
};
KTEST_SUITE(smp_lockdep, cases);
