// SPDX-License-Identifier: BSD-2-Clause
/* Waiting for a lock. Taking one that is free is in the header. */
#include <kernel/percpu.h>
#include <kernel/spinlock.h>

static_assert(NR_CPUS < 1 << 15, "tickets that are out differ");

/* An interrupt's handler may wait while the interrupted code does. */
void spin_wait(spinlock_t *lock, u16 ticket)
{
	struct hart *hart = this_hart();
	const struct spinlock *outer = hart->waiting_for;

	WRITE_ONCE(hart->waiting_for, lock);
	smp_cond_load_acquire(&lock->owner, VAL == ticket);
	WRITE_ONCE(hart->waiting_for, outer);
}
