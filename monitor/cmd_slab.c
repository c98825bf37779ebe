// SPDX-License-Identifier: BSD-2-Clause
/* Monitor command slab: the caches, and what is in use of them. */
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/slab.h>
#include <asm/page.h>

static struct slab_stats sum;
static unsigned long bytes;

static void show(const struct slab_stats *stats)
{
	console_printf("%-20s %6u %8lu %8lu %6lu %7lu\n", stats->name, stats->size, stats->in_use,
		       stats->total, stats->pages, stats->cached);
	sum.in_use += stats->in_use;
	sum.total += stats->total;
	sum.pages += stats->pages;
	sum.cached += stats->cached;
	bytes += stats->in_use * stats->size;
}

static int cmd_slab(int argc, char **argv)
{
	char used[HUMAN_SIZE_LEN], taken[HUMAN_SIZE_LEN];

	sum = (struct slab_stats){ 0 };
	bytes = 0;
	console_printf("%-20s %6s %8s %8s %6s %7s\n", "cache", "bytes", "in use", "objects",
		       "pages", "at hand");
	slab_for_each(show);
	console_printf("%-20s %6s %8lu %8lu %6lu %7lu\n", "all", "", sum.in_use, sum.total,
		       sum.pages, sum.cached);
	console_printf("slab: %s in use of %s\n", human_size(bytes, used),
		       human_size(sum.pages * PAGE_SIZE, taken));
	return 0;
}

MONITOR_COMMAND(slab, "", "the caches of objects, and what is in use of them", cmd_slab, NULL);
