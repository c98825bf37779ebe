// SPDX-License-Identifier: BSD-2-Clause
/*
 * Litmus tests: harts that meet in two words, thousands of times, and outcomes that barriers
 * forbid. Without barriers store buffering is allowed, and seen where the host has two cores;
 * what else RVWMO allows an x86 host never shows (smp_order reads the code instead).
 */
#include <kernel/atomic.h>
#include <kernel/cmdline.h>
#include <kernel/ktest.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <asm/time.h>
#include "crowd.h"

#define NR_ROUNDS 1000 /* in one call, so that none lasts long */
#define MAX_HARTS 4
#define LINE      64
/* In one call, for a hart whose core does something else; then the rounds are no meetings. */
#define MAX_PAUSES 2000000

/* A round's two words, in cache lines of their own, and what the harts read. */
struct round {
	int x __aligned(LINE);
	int y __aligned(LINE);
	int r[MAX_HARTS][2];
};

struct litmus {
	const char *name;
	unsigned int nr;
	void (*hart[MAX_HARTS])(struct round *m, int *r);
	bool (*weak)(const struct round *m);
	bool allowed; /* and to be seen */
};

struct run {
	const struct litmus *test;
	unsigned long turn[MAX_HARTS][LINE / sizeof(long)]; /* one to a line */
};

static struct round rounds[NR_ROUNDS] __noinit;

/* --- The tests: what each hart does --- */

#define HART(name, body)                          \
	static void name(struct round *m, int *r) \
	{                                         \
		body;                             \
	}

/* Store buffering: each stores its own word and reads the other. */
#define STORE_BUFFER(id, store)                                \
	HART(sb_##id##_0, store(m->x); r[0] = READ_ONCE(m->y)) \
	HART(sb_##id##_1, store(m->y); r[0] = READ_ONCE(m->x))
#define STORE(v) WRITE_ONCE(v, 1)
#define STORE_FENCE(v)    \
	WRITE_ONCE(v, 1); \
	smp_mb()
#define STORE_XCHG(v)    xchg(&(v), 1)
#define STORE_CMPXCHG(v) cmpxchg(&(v), 0, 1)
STORE_BUFFER(plain, STORE)
STORE_BUFFER(fence, STORE_FENCE)
STORE_BUFFER(xchg, STORE_XCHG)
STORE_BUFFER(cmpxchg, STORE_CMPXCHG)

static bool sb_weak(const struct round *m)
{
	return !m->r[0][0] && !m->r[1][0];
}

/* Message passing: y says that x is there. */
HART(mp_wmb, WRITE_ONCE(m->x, 1); smp_wmb(); WRITE_ONCE(m->y, 1))
HART(mp_rmb, r[0] = READ_ONCE(m->y); smp_rmb(); r[1] = READ_ONCE(m->x))
HART(mp_release, WRITE_ONCE(m->x, 1); smp_store_release(&m->y, 1))
HART(mp_acquire, r[0] = smp_load_acquire(&m->y); r[1] = READ_ONCE(m->x))

static bool mp_weak(const struct round *m)
{
	return m->r[1][0] && !m->r[1][1];
}

/* Load buffering: each reads what the other stores later. */
HART(lb_0, r[0] = READ_ONCE(m->x); smp_mb(); WRITE_ONCE(m->y, 1))
HART(lb_1, r[0] = smp_load_acquire(&m->y); WRITE_ONCE(m->x, 1))

static bool lb_weak(const struct round *m)
{
	return m->r[0][0] && m->r[1][0];
}

/* One word read twice does not go back. */
HART(corr_0, WRITE_ONCE(m->x, 1))
HART(corr_1, r[0] = READ_ONCE(m->x); r[1] = READ_ONCE(m->x))

static bool corr_weak(const struct round *m)
{
	return m->r[1][0] && !m->r[1][1];
}

/* Two words written in opposite order: not both first values remain. */
HART(ww_0, WRITE_ONCE(m->x, 1); smp_wmb(); WRITE_ONCE(m->y, 2))
HART(ww_1, WRITE_ONCE(m->y, 1); smp_store_release(&m->x, 2))

static bool ww_weak(const struct round *m)
{
	return m->x == 1 && m->y == 1;
}

/* Two writers, two readers: they agree which was first. */
HART(iriw_0, WRITE_ONCE(m->x, 1))
HART(iriw_1, WRITE_ONCE(m->y, 1))
HART(iriw_2, r[0] = READ_ONCE(m->x); smp_rmb(); r[1] = READ_ONCE(m->y))
HART(iriw_3, r[0] = smp_load_acquire(&m->y); r[1] = READ_ONCE(m->x))

static bool iriw_weak(const struct round *m)
{
	return m->r[2][0] && !m->r[2][1] && m->r[3][0] && !m->r[3][1];
}

/* --- Running them --- */

static void init_share(unsigned int index)
{
	/* By the one that reads it: the other's store must then wait for the line. */
	for (unsigned int i = 0; i < NR_ROUNDS; i++) {
		if (index == 0)
			WRITE_ONCE(rounds[i].y, 0);
		if (index == 1)
			WRITE_ONCE(rounds[i].x, 0);
	}
}

/* Waits until all have come to this turn, or there are no more pauses. */
static void meet(struct run *run, unsigned int index, unsigned long turn, unsigned long *pauses)
{
	smp_store_release(&run->turn[index][0], turn);
	for (unsigned int i = 0; i < run->test->nr; i++)
		for (; *pauses && READ_ONCE(run->turn[i][0]) < turn; --*pauses)
			barrier();
}

static void litmus_share(unsigned int index, void *info)
{
	unsigned long for_ever = ~0UL, pauses = MAX_PAUSES;
	struct run *run = info;

	init_share(index);
	meet(run, index, 1, &for_ever);
	smp_mb(); /* no word is cleared any more */
	for (unsigned int i = 0; i < NR_ROUNDS; i++) {
		meet(run, index, 2 + i, &pauses);
		run->test->hart[index](&rounds[i], rounds[i].r[index]);
	}
}

/* How many outcomes were weak in this call. */
static unsigned long run_once(const struct litmus *test)
{
	static struct run run __aligned(LINE);
	unsigned long weak = 0;

	memset(&run, 0, sizeof(run));
	run.test = test;
	EXPECT_EQ(crowd_run(test->nr, litmus_share, &run), test->nr);
	for (unsigned int i = 0; i < NR_ROUNDS; i++)
		weak += test->weak(&rounds[i]);
	return weak;
}

static void run_litmus(const struct litmus *test)
{
	/* What should be seen is looked for ten times as long. */
	const unsigned long calls = (test->allowed ? 20 : 2) * cmdline.ktest_work;
	/* Harts that take turns on one core need long for each call. */
	const u64 end =
		rdtime() + ticks_per_second() / 20 * cmdline.ktest_work * (test->allowed ? 8 : 1);
	unsigned long weak = 0, i;

	if (num_online_cpus() < test->nr) {
		console_printf("    # %s: not run: needs %u harts\n", test->name, test->nr);
		return;
	}
	for (i = 0; i < calls && !(test->allowed && weak) && (!i || rdtime() < end); i++)
		weak += run_once(test);
	console_printf("    # %s: weak=%lu rounds=%lu%s\n", test->name, weak, i * NR_ROUNDS,
		       !test->allowed ? ""
		       : weak         ? ": seen, as RVWMO allows"
				      : ": never seen, though RVWMO allows it");
	if (!test->allowed)
		EXPECT_EQ(weak, 0);
}

static const struct litmus store_buffering[] = {
	{ "SB", 2, { sb_plain_0, sb_plain_1 }, sb_weak, true },
	{ "SB+mb", 2, { sb_fence_0, sb_fence_1 }, sb_weak, false },
	{ "SB+xchg", 2, { sb_xchg_0, sb_xchg_1 }, sb_weak, false },
	{ "SB+cmpxchg", 2, { sb_cmpxchg_0, sb_cmpxchg_1 }, sb_weak, false },
};

static const struct litmus others[] = {
	{ "MP+wmb+rmb", 2, { mp_wmb, mp_rmb }, mp_weak, false },
	{ "MP+release+acquire", 2, { mp_release, mp_acquire }, mp_weak, false },
	{ "LB+mb+acquire", 2, { lb_0, lb_1 }, lb_weak, false },
	{ "CoRR", 2, { corr_0, corr_1 }, corr_weak, false },
	{ "2+2W+wmb+release", 2, { ww_0, ww_1 }, ww_weak, false },
	{ "IRIW+rmb+acquire", 4, { iriw_0, iriw_1, iriw_2, iriw_3 }, iriw_weak, false },
};

static void sb(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(store_buffering); i++)
		run_litmus(&store_buffering[i]);
}

static void forbidden(void)
{
	console_printf("    # an x86 host shows none of these without barriers either\n");
	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
		run_litmus(&others[i]);
}

static const struct ktest_case cases[] = {
	{ "store_buffering", sb },
	{ "forbidden", forbidden },
};
KTEST_SUITE(smp_litmus, cases);
