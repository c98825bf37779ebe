// SPDX-License-Identifier: BSD-2-Clause
/* What other harts cost a hart that meets none. */
#include <kernel/bench.h>
#include <kernel/percpu.h>
#include <kernel/spinlock.h>

static void run_lock(unsigned long n)
{
	static DEFINE_SPINLOCK(lock);

	for (unsigned long i = 0; i < n; i++) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
}
BENCH(lock_unlock, "a lock nobody else wants, taken and given back", run_lock, 256);

static DEFINE_PER_CPU(unsigned long, variable);

static void run_this_hart(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		this_cpu_read(variable);
}
BENCH(this_hart, "a variable of this hart read", run_this_hart, 256);
