/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROVE_H
#define PROVE_H

#include <kernel/pgtable.h>

/*
 * What the harnesses share. Each harness is the engine's source, unmodified, and functions
 * that cbmc runs on all inputs at once: any_*() may be anything, assume() leaves out what
 * is not asked about, prove() must hold for all that is left.
 */
#define assume(condition) __CPROVER_assume(condition)
#define prove(condition)  __CPROVER_assert(condition, #condition)
/* Must fail, or what was assumed left nothing to prove: the last line of each harness. */
#define end_reached() __CPROVER_assert(0, "end reached")

/* To cbmc, a variable that was not set has every value. */
static inline unsigned long any_long(void)
{
	unsigned long value;

	return value;
}

static inline unsigned int any_int(void)
{
	unsigned int value;

	return value;
}

static inline bool any_bool(void)
{
	bool value;

	return value;
}

/* The paging modes once more, from the specification's text and not from the engine. */
struct mode {
	unsigned int stage, levels, root_entries, address_bits, satp_mode;
};

static const struct mode modes[] = {
	{ 1, 3, 512, 39, 8 },  { 1, 4, 512, 48, 9 },  { 1, 5, 512, 57, 10 },
	{ 2, 3, 2048, 41, 8 }, { 2, 4, 2048, 50, 9 }, { 2, 5, 2048, 59, 10 },
};

static inline const struct mode *any_mode(void)
{
	unsigned int i = any_int();

	assume(i < 6);
	return &modes[i];
}

static inline const struct pgtable_geometry *geometry_of(const struct mode *mode)
{
	return pgtable_geometry(mode->stage, mode->levels);
}

/* Whether the mode translates an address: the bits above are copies of the top one, or 0. */
static inline bool translated(const struct mode *mode, unsigned long va)
{
	unsigned long high = va >> (mode->address_bits - (mode->stage == 1));

	return high == 0 || (mode->stage == 1 && high == ~0UL >> (mode->address_bits - 1));
}

/* VPN[level], as the specification counts. */
static inline unsigned long vpn(const struct mode *mode, unsigned int level, unsigned long va)
{
	unsigned long pages = va / 4096;

	for (unsigned int i = 0; i < level; i++)
		pages /= 512;
	/* A divisor that is not fixed is slow to prove with. */
	return level == mode->levels - 1 && mode->stage == 2 ? pages % 2048 : pages % 512;
}

/* The fields of an entry (Priv 20250508 §12.4.1; chapters 13 and 14). */
union fields {
	u64 val;
	struct {
		u64 v : 1, r : 1, w : 1, x : 1, u : 1, g : 1, a : 1, d : 1, rsw : 2, ppn : 44,
			reserved : 7, pbmt : 2, n : 1;
	};
};

/* N, but for leaves of T-Head's: XTheadMae 1.0 has strong order there, and shareable at bit 60. */
static inline bool is_napot(union fields e)
{
	return e.n && !(e.reserved >> 6);
}

#endif
