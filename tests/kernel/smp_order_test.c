// SPDX-License-Identifier: BSD-2-Clause
/*
 * The instructions that barriers, atomics and locks became, read where they lie: an x86 host
 * keeps most orders by itself, so running cannot show that a fence is missing.
 */
#include <kernel/atomic.h>
#include <kernel/bitops.h>
#include <kernel/kallsyms.h>
#include <kernel/ktest.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>

/* What is compared of an instruction: all but its registers. */
#define FENCE(p, s)  ((p) << 24 | (s) << 20 | 0x0000000fU)
#define ATOMIC(f, o) ((f) << 27 | (o) << 25 | 0x0000002fU) /* of either width */
#define STORE_HALF   0x00001023U

/* Sets of accesses, and orders of atomics: Unpriv 20250508 §2.7 and the chapter of "A". */
#define I         8U
#define O         4U
#define R         2U
#define W         1U
#define AQ        2U
#define RL        1U

#define AMOADD    0x00U
#define AMOSWAP   0x01U
#define LR        0x02U
#define SC        0x03U
#define AMOXOR    0x04U
#define AMOOR     0x08U
#define AMOAND    0x0cU

#define MAX_ORDER 4

static u32 ordering_part(u32 insn)
{
	u32 opcode = insn & 0x7f, funct3 = insn >> 12 & 7;

	if (opcode == 0x0f && funct3 == 0 && insn != 0x0100000f) /* which is a pause */
		return insn & 0x0ff0707f;
	if (opcode == 0x2f)
		return insn & 0xfe00007f;
	if (opcode == 0x23 && funct3 == 1)
		return STORE_HALF;
	return 0;
}

/* Returns how many there are in the function. */
static unsigned int read_code(const void *code, u32 *found)
{
	unsigned long offset, size = 0;
	unsigned int n = 0;
	const u16 *at = code, *end;

	kallsyms_lookup((unsigned long)code, &offset, &size);
	end = at + size / sizeof(*at);
	for (; at < end; at += (*at & 3) == 3 ? 2 : 1) {
		u32 part = (*at & 3) == 3 ? ordering_part(at[0] | (u32)at[1] << 16) : 0;

		if (part && n < MAX_ORDER)
			found[n] = part;
		n += part != 0;
	}
	return n;
}

static int number;
static long word;
static atomic_t atomic;
static unsigned long map[1];
static spinlock_t lock;

#define SAMPLE(name, statement)                \
	static noinline void code_##name(void) \
	{                                      \
		statement;                     \
	}

SAMPLE(mb, mb())
SAMPLE(rmb, rmb())
SAMPLE(wmb, wmb())
SAMPLE(smp_mb, smp_mb())
SAMPLE(smp_rmb, smp_rmb())
SAMPLE(smp_wmb, smp_wmb())
SAMPLE(store_release, smp_store_release(&number, 1))
SAMPLE(load_acquire, (void)smp_load_acquire(&number))
SAMPLE(add, atomic_add(1, &atomic))
SAMPLE(add_return, atomic_add_return(1, &atomic))
SAMPLE(fetch_acquire, atomic_fetch_or_acquire(1, &atomic))
SAMPLE(fetch_release, atomic_fetch_and_release(1, &atomic))
SAMPLE(fetch_relaxed, atomic_fetch_xor_relaxed(1, &atomic))
SAMPLE(exchange, xchg(&word, 1))
SAMPLE(exchange_acquire, xchg_acquire(&word, 1))
SAMPLE(compare, cmpxchg(&word, 1, 2))
SAMPLE(compare_int, cmpxchg(&number, 1, 2))
SAMPLE(compare_acquire, cmpxchg_acquire(&number, 1, 2))
SAMPLE(compare_release, cmpxchg_release(&word, 1, 2))
SAMPLE(compare_relaxed, cmpxchg_relaxed(&word, 1, 2))
SAMPLE(set_bit, set_bit(3, map))
SAMPLE(test_and_set_bit, test_and_set_bit(3, map))
SAMPLE(clear_bit_unlock, clear_bit_unlock(3, map))
SAMPLE(lock, spin_lock(&lock))
SAMPLE(unlock, spin_unlock(&lock))
SAMPLE(trylock, (void)spin_trylock(&lock))

struct sample {
	const char *name;
	void (*code)(void);
	u32 order[MAX_ORDER];
};

#define ROW(name, ...)              \
	{                           \
		#name, code_##name, \
		{                   \
			__VA_ARGS__ \
		}                   \
	}

static const struct sample samples[] = {
	ROW(mb, FENCE(I | O | R | W, I | O | R | W)),
	ROW(rmb, FENCE(I | R, I | R)),
	ROW(wmb, FENCE(O | W, O | W)),
	ROW(smp_mb, FENCE(R | W, R | W)),
	ROW(smp_rmb, FENCE(R, R)),
	ROW(smp_wmb, FENCE(W, W)),
	ROW(store_release, FENCE(R | W, W)),
	ROW(load_acquire, FENCE(R, R | W)),
	ROW(add, ATOMIC(AMOADD, 0)),
	ROW(add_return, ATOMIC(AMOADD, AQ | RL)),
	ROW(fetch_acquire, ATOMIC(AMOOR, AQ)),
	ROW(fetch_release, ATOMIC(AMOAND, RL)),
	ROW(fetch_relaxed, ATOMIC(AMOXOR, 0)),
	ROW(exchange, ATOMIC(AMOSWAP, AQ | RL)),
	ROW(exchange_acquire, ATOMIC(AMOSWAP, AQ)),
	ROW(compare, ATOMIC(LR, 0), ATOMIC(SC, RL), FENCE(R | W, R | W)),
	ROW(compare_int, ATOMIC(LR, 0), ATOMIC(SC, RL), FENCE(R | W, R | W)),
	ROW(compare_acquire, ATOMIC(LR, 0), ATOMIC(SC, 0), FENCE(R, R | W)),
	ROW(compare_release, ATOMIC(LR, 0), ATOMIC(SC, RL)),
	ROW(compare_relaxed, ATOMIC(LR, 0), ATOMIC(SC, 0)),
	ROW(set_bit, ATOMIC(AMOOR, 0)),
	ROW(test_and_set_bit, ATOMIC(AMOOR, AQ | RL)),
	ROW(clear_bit_unlock, ATOMIC(AMOAND, RL)),
	ROW(lock, ATOMIC(AMOADD, AQ)),
	ROW(unlock, FENCE(I | O | R | W, W), STORE_HALF),
	ROW(trylock, ATOMIC(LR, 0), ATOMIC(SC, 0), FENCE(R, R | W)),
};

static void instructions(void)
{
	console_printf("    # read, not run: an x86 host keeps these orders anyway\n");
	for (unsigned int i = 0; i < ARRAY_SIZE(samples); i++) {
		const struct sample *s = &samples[i];
		u32 found[MAX_ORDER] = { 0 };

		if (read_code((const void *)s->code, found) > MAX_ORDER)
			ktest_fail(__FILE__, __LINE__, "%s: too many", s->name);
		for (unsigned int k = 0; k < MAX_ORDER; k++)
			if (found[k] != s->order[k])
				ktest_fail(__FILE__, __LINE__, "%s: %u: 0x%x, not 0x%x", s->name, k,
					   found[k], s->order[k]);
	}
}

static const struct ktest_case cases[] = {
	{ "instructions", instructions },
};
KTEST_SUITE(smp_order, cases);
