// SPDX-License-Identifier: BSD-2-Clause
/*
 * Stacks, each once: a hash table of records in pools of pages. A handle is the place of a
 * record. Looking one up takes no lock, since a record never changes once it is in a bucket.
 */
#include <kernel/printk.h>
#include <kernel/sizes.h>
#include <kernel/spinlock.h>
#include <kernel/stackdepot.h>
#include <asm/stacktrace.h>

#define BUCKETS    4096U
#define POOL_ORDER 2
#define POOL_SIZE  (PAGE_SIZE << POOL_ORDER)
#define MAX_POOLS  1024U
#define UNIT       16U /* records are multiples of it */
#define POOL_UNITS (POOL_SIZE / UNIT)

/* Code lies in the top 2 GiB: the low halves of addresses do. */
struct record {
	u32 next;
	u32 hash;
	u32 nr;
	u32 pc[];
};

static u32 bucket[BUCKETS];
static char *pools[MAX_POOLS];
static spinlock_t lock; /* of the rest, and of stores to the above */
static unsigned int nr_pools;
static unsigned long pool_used = POOL_SIZE;
static unsigned long nr_records;

static struct record *record_of(depot_stack_handle_t handle)
{
	return (struct record *)(pools[(handle - 1) / POOL_UNITS] +
				 (handle - 1) % POOL_UNITS * UNIT);
}

static u32 hash_of(const unsigned long *entries, unsigned int nr)
{
	u64 hash = nr;

#pragma GCC unroll 4
	for (unsigned int i = 0; i < nr; i++)
		hash = (hash ^ (u32)entries[i]) * 0x9e3779b97f4a7c15UL;
	return (u32)(hash >> 32);
}

static bool same(const struct record *r, const unsigned long *entries, unsigned int nr)
{
	u32 differ = 0;

	/* All of it, as most are: an exit from the loop would cost more. */
#pragma GCC unroll 4
	for (unsigned int i = 0; i < nr; i++)
		differ |= r->pc[i] ^ (u32)entries[i];
	return !differ;
}

static depot_stack_handle_t find(u32 hash, const unsigned long *entries, unsigned int nr)
{
	depot_stack_handle_t handle = smp_load_acquire(&bucket[hash % BUCKETS]);
	const struct record *r;

	for (; handle; handle = r->next) {
		r = record_of(handle);
		if (r->hash == hash && r->nr == nr && same(r, entries, nr))
			break;
	}
	return handle;
}

/* The lock is held. */
static depot_stack_handle_t add(u32 hash, const unsigned long *entries, unsigned int nr, gfp_t gfp)
{
	unsigned long size = ALIGN(sizeof(struct record) + nr * sizeof(u32), UNIT);
	depot_stack_handle_t handle;
	struct record *r;

	if (pool_used + size > POOL_SIZE) {
		if (nr_pools == MAX_POOLS)
			return 0;
		pools[nr_pools] = (char *)__get_free_pages(gfp, POOL_ORDER);
		if (!pools[nr_pools])
			return 0;
		nr_pools++;
		pool_used = 0;
	}
	handle = (u32)((nr_pools - 1) * POOL_UNITS + pool_used / UNIT + 1);
	pool_used += size;
	nr_records++;
	r = record_of(handle);
	r->next = bucket[hash % BUCKETS];
	r->hash = hash;
	r->nr = nr;
	for (unsigned int i = 0; i < nr; i++)
		r->pc[i] = (u32)entries[i];
	smp_store_release(&bucket[hash % BUCKETS], handle);
	return handle;
}

depot_stack_handle_t stack_depot_save(const unsigned long *entries, unsigned int nr, gfp_t gfp)
{
	u32 hash = hash_of(entries, nr);
	depot_stack_handle_t handle = find(hash, entries, nr);
	unsigned long flags;

	if (likely(handle) || !nr)
		return handle;
	/* With a lock held no RAM is brought online. */
	gfp = (gfp & __GFP_HIGH) | __GFP_NOWARN;
	spin_lock_irqsave(&lock, flags);
	handle = find(hash, entries, nr);
	if (!handle)
		handle = add(hash, entries, nr, gfp);
	spin_unlock_irqrestore(&lock, flags);
	return handle;
}

void stack_depot_print(depot_stack_handle_t handle)
{
	const struct record *r;

	if (!handle) {
		pr_err("  not known\n");
		return;
	}
	r = record_of(handle);
	for (unsigned int i = 0; i < r->nr; i++)
		show_stack_entry((unsigned long)(long)(s32)r->pc[i]);
}

void stack_depot_stats(unsigned long *nr, unsigned long *bytes)
{
	*nr = READ_ONCE(nr_records);
	*bytes = READ_ONCE(nr_pools) * POOL_SIZE;
}
