// SPDX-License-Identifier: BSD-2-Clause
/*
 * Objects that were freed are kept from being used again for a while, so that a use after the
 * free is still seen as one. Each hart collects them in a page; full pages are in a queue, and
 * the oldest ones are emptied when all together hold too much.
 */
#include <kernel/atomic.h>
#include "slab.h"

#define MAX_BYTES   (32UL << 20)
#define RAM_SHARE   32 /* nor more than RAM divided by that */
#define BATCH_BYTES (128UL << 10)

struct batch {
	struct batch *next;
	unsigned long bytes;
	unsigned long nr;
	void *object[PAGE_SIZE / sizeof(void *) - 3];
};

static_assert(sizeof(struct batch) == PAGE_SIZE, "a page");

/* Its lock lets other harts empty it. */
struct collector {
	spinlock_t lock;
	struct batch *batch;
};
static DEFINE_PER_CPU(struct collector, collector);

static struct {
	spinlock_t lock;
	struct batch *first, **end;
	unsigned long bytes;
} queue;

/* With no lock held. */
static void empty(struct batch *batch)
{
	struct batch *next;

	for (; batch; batch = next) {
		next = batch->next;
		for (unsigned long i = 0; i < batch->nr; i++) {
			void *object = batch->object[i];
			struct slab *slab = virt_to_page(object)->slab;

			amo_add(AMO_RELAXED, &slab->cache->nr_quarantined, -1UL);
			slab_free_slow(slab->cache, object, slab_find_word(slab, object));
		}
		free_page((unsigned long)batch);
	}
}

static unsigned long limit(void)
{
	return min(MAX_BYTES, totalram_pages() * PAGE_SIZE / RAM_SHARE);
}

/* Put a full page into the queue. Return: those that are to be emptied instead. */
static struct batch *enqueue(struct batch *batch)
{
	struct batch *old = NULL, **end = &old;
	unsigned long flags;

	batch->next = NULL;
	spin_lock_irqsave(&queue.lock, flags);
	*(queue.first ? queue.end : &queue.first) = batch;
	queue.end = &batch->next;
	queue.bytes += batch->bytes;
	while (queue.bytes > limit() && queue.first != batch) {
		*end = queue.first;
		end = &queue.first->next;
		queue.bytes -= queue.first->bytes;
		queue.first = queue.first->next;
	}
	*end = NULL;
	spin_unlock_irqrestore(&queue.lock, flags);
	return old;
}

/* Return: whether it was taken. */
bool quarantine_put(struct kmem_cache *cache, void *object)
{
	struct collector *c;
	struct batch *batch, *full = NULL;
	unsigned long flags;

	local_irq_save(flags);
	c = this_cpu_ptr(&collector);
	spin_lock(&c->lock);
	batch = c->batch;
	if (unlikely(!batch)) {
		batch = c->batch = (struct batch *)__get_free_page(GFP_NOWAIT);
		if (!batch) {
			spin_unlock_irqrestore(&c->lock, flags);
			return false;
		}
		batch->bytes = batch->nr = 0;
	}
	batch->object[batch->nr++] = object;
	batch->bytes += cache->size;
	if (unlikely(batch->nr == ARRAY_SIZE(batch->object) || batch->bytes >= BATCH_BYTES)) {
		full = batch;
		c->batch = NULL;
	}
	amo_add(AMO_RELAXED, &cache->nr_quarantined, 1UL);
	spin_unlock_irqrestore(&c->lock, flags);
	if (unlikely(full))
		empty(enqueue(full));
	return true;
}

bool kasan_quarantine_flush(void)
{
	struct batch *all, *batch;
	struct collector *c;
	unsigned long flags;
	bool any;

	spin_lock_irqsave(&queue.lock, flags);
	all = queue.first;
	queue.first = NULL;
	queue.bytes = 0;
	spin_unlock_irqrestore(&queue.lock, flags);
	any = all;
	empty(all);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		c = per_cpu_ptr(&collector, cpu);
		spin_lock_irqsave(&c->lock, flags);
		batch = c->batch;
		c->batch = NULL;
		spin_unlock_irqrestore(&c->lock, flags);
		if (!batch)
			continue;
		batch->next = NULL;
		empty(batch);
		any = true;
	}
	return any;
}

unsigned long kasan_quarantine_bytes(void)
{
	unsigned long bytes = READ_ONCE(queue.bytes);

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		const struct batch *batch = READ_ONCE(per_cpu_ptr(&collector, cpu)->batch);

		bytes += batch ? READ_ONCE(batch->bytes) : 0;
	}
	return bytes;
}
