// SPDX-License-Identifier: BSD-2-Clause
/* Spinlocks: one holder at a time, in the order of the tickets, interrupts as they were. */
#include <kernel/cmdline.h>
#include <kernel/ktest.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <kernel/string.h>
#include <asm/time.h>
#include "crowd.h"

#define NOBODY (-1)

/* What a torture knows; all but the lock is written by its holder only. */
struct torture {
	spinlock_t lock;
	void (*take)(struct torture *t, unsigned long *flags);
	u64 end;
	int holder;
	unsigned long taken, intruders, out_of_order, unfair;
	unsigned long shares[NR_CPUS];
};

static void take(struct torture *t, unsigned long *flags)
{
	spin_lock(&t->lock);
}

static void take_irqsave(struct torture *t, unsigned long *flags)
{
	spin_lock_irqsave(&t->lock, *flags);
}

static void take_try(struct torture *t, unsigned long *flags)
{
	while (!spin_trylock(&t->lock))
		cpu_relax();
}

/*
 * The holder's ticket is the owner's half of the lock. As many tickets as the lock was taken
 * were served before; and none is younger than one that was out when this hart gave it back.
 */
static void hold(struct torture *t, int me, u16 *out)
{
	u16 ticket = t->lock.owner;

	t->intruders += READ_ONCE(t->holder) != NOBODY;
	WRITE_ONCE(t->holder, me);
	t->out_of_order += ticket != (u16)t->taken;
	t->unfair += t->shares[me] && (u16)(ticket - *out) >= 1U << 15;
	for (unsigned int i = 0; i < 20; i++)
		t->intruders += READ_ONCE(t->holder) != me;
	t->taken++;
	t->shares[me]++;
	WRITE_ONCE(t->holder, NOBODY);
	*out = READ_ONCE(t->lock.next);
}

static void torture_share(unsigned int index, void *info)
{
	struct torture *t = info;
	unsigned long flags = 0, repeats = 2000 * cmdline.ktest_work;
	u16 out = 0;

	for (unsigned long i = 0; i < repeats && (!i || rdtime() < t->end); i++) {
		t->take(t, &flags);
		hold(t, (int)index, &out);
		if (t->take == take_irqsave)
			spin_unlock_irqrestore(&t->lock, flags);
		else
			spin_unlock(&t->lock);
	}
}

/* Harts that share a core wait for each other's time slices: no more than half a second. */
static void torture(void (*how)(struct torture *t, unsigned long *flags))
{
	struct torture t = { .take = how, .holder = NOBODY };
	unsigned int nr;

	t.end = rdtime() + ticks_per_second() / 2 * cmdline.ktest_work;
	nr = crowd_run(NR_CPUS, torture_share, &t);
	EXPECT_EQ(nr, num_online_cpus());
	EXPECT_EQ(t.intruders, 0);
	EXPECT_EQ(t.out_of_order, 0);
	EXPECT_EQ(t.unfair, 0);
	for (unsigned int i = 0; i < nr; i++) {
		EXPECT(t.shares[i] != 0);
		t.taken -= t.shares[i];
	}
	EXPECT_EQ(t.taken, 0);
	EXPECT(!spin_is_locked(&t.lock));
}

static void torture_lock(void)
{
	torture(take);
}

static void torture_irqsave(void)
{
	torture(take_irqsave);
}

static void torture_trylock(void)
{
	torture(take_try);
}

static void try_there(unsigned int index, void *info)
{
	spinlock_t *lock = info;

	if (index && spin_trylock(lock))
		ktest_fail(__FILE__, __LINE__, "taken while another hart holds it");
}

static void trylock(void)
{
	static DEFINE_SPINLOCK(lock);
	u32 held;

	lock = (spinlock_t){ 0 };
	EXPECT(spin_trylock(&lock));
	EXPECT(spin_is_locked(&lock));
	held = lock.tickets;
	EXPECT(!spin_trylock(&lock));
	crowd_run(2, try_there, &lock);
	EXPECT_EQ(lock.tickets, held); /* no ticket was drawn */
	spin_unlock(&lock);
	EXPECT(!spin_is_locked(&lock));
}

/* Both halves wrap without touching each other. */
static void wrap(void)
{
	spinlock_t lock = { .tickets = 0xffffffff };

	EXPECT(!spin_is_locked(&lock));
	spin_lock(&lock);
	EXPECT_EQ(lock.tickets, 0x0000ffff);
	EXPECT(spin_is_locked(&lock));
	spin_unlock(&lock);
	EXPECT_EQ(lock.tickets, 0);
}

static void interrupts(void)
{
	static spinlock_t lock;
	unsigned long before, flags;

	local_irq_save(before);
	for (unsigned int enabled = 0; enabled < 2; enabled++) {
		if (enabled)
			local_irq_enable();
		spin_lock_irqsave(&lock, flags);
		EXPECT(irqs_disabled());
		EXPECT(spin_is_locked(&lock));
		flags = enabled ? SR_SIE : 0;
		spin_unlock_irqrestore(&lock, flags);
		EXPECT_EQ(irqs_disabled(), !enabled);
	}
	local_irq_restore(before);
	if (!before)
		local_irq_disable();
}

/* Whoever waits says for what. */
struct waiting {
	spinlock_t lock;
	struct hart *waiter;
	const struct spinlock *said;
};

static void wait_for_it(unsigned int index, void *info)
{
	struct waiting *w = info;

	if (index) {
		smp_cond_load_acquire(&w->lock.next, VAL != 0); /* the other one holds it */
		smp_store_release(&w->waiter, this_hart());
	}
	spin_lock(&w->lock);
	if (!index) {
		struct hart *waiter = smp_cond_load_acquire(&w->waiter, VAL);

		w->said = smp_cond_load_relaxed(&waiter->waiting_for, VAL);
	}
	spin_unlock(&w->lock);
}

static void waiting_for(void)
{
	struct waiting w = { .said = NULL };

	if (num_online_cpus() < 2)
		return;
	crowd_run(2, wait_for_it, &w);
	EXPECT(w.said == &w.lock);
	for_each_online_cpu(cpu)
		EXPECT(harts[cpu]->waiting_for == NULL);
}

static const struct ktest_case cases[] = {
	{ "torture_lock", torture_lock },
	{ "torture_irqsave", torture_irqsave },
	{ "torture_trylock", torture_trylock },
	{ "trylock", trylock },
	{ "wrap", wrap },
	{ "interrupts", interrupts },
	{ "waiting_for", waiting_for },
};
KTEST_SUITE(smp_lock, cases);
