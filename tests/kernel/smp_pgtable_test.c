// SPDX-License-Identifier: BSD-2-Clause
/*
 * The page-table engine while another hart uses what it changes. With one hart there is
 * nobody, and the rest is done all the same.
 */
#include <kernel/cmdline.h>
#include <kernel/ktest.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/watchdog.h>
#include <kernel/workqueue.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/layout.h>
#include "mm/area/vm_area.h"
#include "pages.h"
#include "probe.h"

/* 2 MiB of RAM, mapped as many times, one behind the other. */
#define NR_BLOCKS   16
#define SIZE        (NR_BLOCKS * SZ_2M)
#define NR_WORDS    (SZ_2M / sizeof(u64))
#define BLOCK_PAGES (SZ_2M / PAGE_SIZE)
#define A_D         (_PAGE_ACCESSED | _PAGE_DIRTY)

static struct pgtable *const pt = &kernel_pgtable;

static phys_addr_t block_of_ram(void)
{
	static phys_addr_t block;

	if (!block)
		block = test_keep(SZ_2M);
	return block;
}

static unsigned long block_va(void)
{
	return vm_region(VM_VMALLOC, pt->geometry->input_bits).start + 16UL * SZ_1G;
}

static volatile u64 *block(unsigned long nr)
{
	return (volatile u64 *)(block_va() + nr % NR_BLOCKS * SZ_2M);
}

static void begin(unsigned int nr_blocks, pgprot_t prot)
{
	EXPECT_EQ(kasan_vmalloc_set(block_va(), SIZE, SIZE), 0);
	for (unsigned int i = 0; i < nr_blocks; i++)
		EXPECT_EQ(pgtable_map(pt, (unsigned long)block(i), block_of_ram(), SZ_2M, prot, 0),
			  0);
}

static void end(void)
{
	EXPECT_EQ(pgtable_unmap(pt, ALIGN_DOWN(block_va(), SZ_1G), SZ_1G), 0);
	EXPECT_EQ(kasan_vmalloc_set(block_va(), SIZE, 0), 0);
}

static unsigned int last_cpu(void)
{
	unsigned int last = 0;

	for_each_online_cpu(cpu)
		last = cpu;
	return last;
}

/* --- Two harts read and write --- */

struct user {
	struct work_struct job;
	bool stop;
	unsigned int own; /* which of four words it writes: 1 or 2 */
	unsigned long steps, at, wrong;
};

/* Of four words the first is never written again; a step of a prime number meets all pages. */
static u64 pattern(unsigned long i)
{
	return i * 0x9e3779b97f4a7c15ULL;
}

/* What is written through one block is read through another: it is the same RAM. */
static void use(struct user *u)
{
	unsigned long i = u->at & ~3UL;
	volatile u64 *here = block(u->steps), *there = block(7 * u->steps + 3);

	u->wrong += here[i] != pattern(i);
	here[i + u->own] = u->steps;
	u->wrong += there[i + u->own] != u->steps;
	u->at = (u->at + 521) % NR_WORDS;
	WRITE_ONCE(u->steps, u->steps + 1);
	touch_softlockup_watchdog();
}

static void use_on(struct work_struct *job)
{
	struct user *u = container_of(job, struct user, job);

	while (!READ_ONCE(u->stop))
		use(u);
}

static void split_and_merge(struct user *here, unsigned long repeats)
{
	unsigned long va = block_va();

	for (unsigned long i = 0; i < repeats; i++) {
		unsigned long page = (unsigned long)block(i) + i % BLOCK_PAGES * PAGE_SIZE;

		/* One block by itself, then the others by one call. */
		EXPECT_EQ(pgtable_split(pt, page, PAGE_SIZE, 0), 0);
		use(here);
		EXPECT_EQ(pgtable_split(pt, va, SIZE, PGTABLE_SMALL_ONLY), 0);
		use(here);
		EXPECT_EQ(pgtable_merge(pt, va, SIZE), NR_BLOCKS);
		use(here);
	}
}

static void split_merge(void)
{
	struct user here = { .own = 1 }, there = { .own = 2 };
	const unsigned int cpu = last_cpu();
	const unsigned long repeats = 20 * cmdline.ktest_work;
	volatile u64 *ram = __va(block_of_ram());

	EXPECT(block_of_ram() != 0);
	begin(NR_BLOCKS, PAGE_KERNEL);
	for (unsigned long i = 0; i < NR_WORDS; i++)
		ram[i] = pattern(i);
	INIT_WORK(&there.job, use_on);
	EXPECT(!cpu || schedule_work_on(cpu, &there.job));
	while (cpu && cpu_online(cpu) && !READ_ONCE(there.steps))
		cpu_relax();
	split_and_merge(&here, repeats);
	WRITE_ONCE(there.stop, true);
	flush_work(&there.job);
	for (unsigned long i = 0; i < NR_WORDS; i += 4)
		here.wrong += ram[i] != pattern(i) || ram[i + 3] != pattern(i + 3);
	EXPECT_EQ(here.wrong, 0);
	EXPECT_EQ(there.wrong, 0);
	console_printf("    # splits and merges: %lu; accesses of the other hart: %lu\n",
		       repeats * NR_BLOCKS, 3 * there.steps);
	end();
}

/* --- D that another hart sets --- */

struct writer {
	struct work_struct job;
	unsigned int cpu; /* 0: nobody else, the write is done here */
	bool stop;
	volatile u64 *word;
	unsigned long delay, asked, done;
};

static void write_when_asked(struct work_struct *job)
{
	struct writer *w = container_of(job, struct writer, job);

	while (!READ_ONCE(w->stop)) {
		unsigned long asked = smp_load_acquire(&w->asked);

		if (asked != w->done) {
			for (unsigned long i = w->delay; i; i--)
				barrier();
			*w->word = asked;
			smp_store_release(&w->done, asked);
		}
		touch_softlockup_watchdog();
	}
}

static void ask(struct writer *w)
{
	smp_store_release(&w->asked, w->asked + 1);
	if (!w->cpu)
		*w->word = w->done = w->asked;
}

static void wait(struct writer *w)
{
	while (w->cpu && cpu_online(w->cpu) && smp_load_acquire(&w->done) != w->asked)
		cpu_relax();
}

static u64 bits_at(volatile u64 *word, unsigned int level)
{
	unsigned int found;
	pte_t pte = pgtable_walk(pt, (unsigned long)word, &found);

	EXPECT_EQ(found, level);
	return pte.val & A_D;
}

static void split_whole(void)
{
	EXPECT_EQ(pgtable_split(pt, block_va(), SZ_2M, PGTABLE_SMALL_ONLY), 0);
}

static void merge_whole(void)
{
	EXPECT_EQ(pgtable_merge(pt, block_va(), SZ_2M), 1);
}

/* The write comes before the change, while it is made, or after it: D is there in the end. */
enum moment {
	BEFORE,
	MEANWHILE,
	AFTER,
	NR_MOMENTS
};

static void write_around(struct writer *w, enum moment when, void (*change)(void),
			 unsigned int level)
{
	EXPECT_EQ(pgtable_protect(pt, block_va(), SZ_2M, __pgprot(0), __pgprot(A_D)), 0);
	EXPECT_EQ(bits_at(w->word, !level), 0);
	if (when != AFTER)
		ask(w);
	if (when == BEFORE)
		wait(w);
	EXPECT_EQ(bits_at(w->word, !level) & (when == BEFORE ? A_D : 0), when == BEFORE ? A_D : 0);
	change();
	if (when == AFTER)
		ask(w);
	wait(w);
	EXPECT_EQ(bits_at(w->word, level), A_D);
}

static void dirty_rounds(struct writer *w)
{
	unsigned int met[2] = { 0, 0 };

	for (unsigned long i = 0; i < 60 + 3 * cmdline.ktest_work; i++) {
		enum moment when = i % NR_MOMENTS;
		unsigned long page = i * 37 % BLOCK_PAGES;
		u64 other;

		w->word = block(0) + page * PAGE_SIZE / sizeof(u64);
		w->delay = when == MEANWHILE ? i * 7919 % 20000 : 0;
		write_around(w, when, split_whole, 0);
		/* Set in the block, D goes to all its pages; set in a page, to none but that. */
		other = bits_at(block(0) + (page ^ 1) * PAGE_SIZE / sizeof(u64), 0);
		if (when != MEANWHILE)
			EXPECT_EQ(other, when == BEFORE ? A_D : 0);
		met[!other] += when == MEANWHILE;
		write_around(w, when, merge_whole, 1);
	}
	console_printf("    # writes while a leaf is split: to the leaf %u, to a piece %u\n",
		       met[0], met[1]);
}

static void split_merge_dirty(void)
{
	struct writer w = { .cpu = last_cpu(), .word = block(0) };

	begin(1, __pgprot(PAGE_KERNEL.val & ~A_D));
	if (write_cause(block_va()) == EXC_STORE_PAGE_FAULT) {
		/* Svade: nothing is set behind our back. */
		EXPECT(!riscv_has_extension(RISCV_ISA_EXT_SVADU));
	} else {
		INIT_WORK(&w.job, write_when_asked);
		EXPECT(!w.cpu || schedule_work_on(w.cpu, &w.job));
		dirty_rounds(&w);
		WRITE_ONCE(w.stop, true);
		flush_work(&w.job);
	}
	end();
}

/* A page taken away is gone for every hart when the call returns. */
static void read_there(void *info)
{
	unsigned long *va_and_cause = info;

	va_and_cause[1] = read_cause(va_and_cause[0]);
}

static void unmapped_everywhere(void)
{
	unsigned long va = block_va();

	EXPECT_EQ(pgtable_map(pt, va, block_of_ram(), PAGE_SIZE, PAGE_KERNEL, 0), 0);
	for_each_online_cpu(cpu) {
		unsigned long probe[2] = { va, 0 };

		EXPECT_EQ(smp_call_function_single(cpu, read_there, probe, true), 0);
		EXPECT_EQ(probe[1], NO_FAULT);
	}
	EXPECT_EQ(pgtable_unmap(pt, va, PAGE_SIZE), 0);
	for_each_online_cpu(cpu) {
		unsigned long probe[2] = { va, 0 };

		EXPECT_EQ(smp_call_function_single(cpu, read_there, probe, true), 0);
		EXPECT_EQ(probe[1], EXC_LOAD_PAGE_FAULT);
	}
	EXPECT_EQ(pgtable_unmap(pt, ALIGN_DOWN(va, SZ_1G), SZ_1G), 0);
}

static const struct ktest_case cases[] = {
	{ "split_merge", split_merge },
	{ "split_merge_dirty", split_merge_dirty },
	{ "unmapped_everywhere", unmapped_everywhere },
};
KTEST_SUITE(smp_pgtable, cases);
