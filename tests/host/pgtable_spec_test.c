// SPDX-License-Identifier: BSD-2-Clause
/*
 * mm/engine/spec.c against pgtable_hw.c, in tables without a memory: what an entry holds is a
 * function of its place and of the number of the tree, so the trees have no end.
 */
#include <kernel/spec.h>

#include <string.h>

#include "host.h"
#include "pgtable_hw.h"
#include "spec_steps.h"

#define PRESENT_R (_PAGE_PRESENT | _PAGE_READ)
#define A_D       (_PAGE_ACCESSED | _PAGE_DIRTY)
#define KIB64     (_PAGE_NAPOT | 8ULL << 10)

static u64 tree; /* its number */
static unsigned int seen[NR_SPEC_RULES];

/* splitmix64 */
static u64 draw(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Legal in most bits, of a frame that is aligned to some level's size or of 64 KiB. */
static u64 random_leaf(u64 *state)
{
	u64 pfn = draw(state) >> 20 >> 9 * (draw(state) % 5) << 9 * (draw(state) % 5);
	u64 pte = (pfn & ((1ULL << 44) - 1)) << 10 | _PAGE_PRESENT | (draw(state) & 0x3fe);

	if (draw(state) % 4)
		pte |= _PAGE_READ;
	if (draw(state) % 4 == 0)
		pte |= (draw(state) & 7) << 61;
	if (draw(state) % 4 == 0)
		pte = (pte & ~(15ULL << 10)) | KIB64;
	return pte;
}

bool hw_read(u64 table, unsigned int index, u64 *pte)
{
	u64 state = tree ^ (table + index * 8ULL) * 0xd6e8feb86659fd93;
	u64 what = draw(&state) % 64;

	*pte = draw(&state);
	if (what < 34)
		*pte = draw(&state) << 20 >> 10 | _PAGE_PRESENT | (draw(&state) & 0x320);
	else if (what < 60)
		*pte = random_leaf(&state);
	if (draw(&state) % 8 == 0)
		*pte ^= 1ULL << draw(&state) % 64;
	return what != 63;
}

static bool read_same(const void *tables, phys_addr_t table, unsigned int level, unsigned int index,
		      u64 *pte)
{
	return hw_read(table, index, pte);
}

static void compare(const struct spec_hart *hart, u64 va, enum access_kind kind)
{
	const struct hw_mode mode = { hart->geometry->levels, hart->geometry->stage == 2,
				      hart->svnapot, hart->svpbmt, hart->type_bits != 0 };
	const struct hw_access access = {
		kind == ACCESS_STORE, kind == ACCESS_FETCH, hart->user, hart->sum, hart->mxr,
		hart->svadu
	};
	const struct hw_result hw = hw_access(&mode, &access, hart->root, va);
	struct spec_walk walk;
	enum spec_rule rule = spec_translate(hart, va, kind, &walk);

	seen[rule]++;
	CHECK_EQ(spec_step(rule), hw.step);
	CHECK_EQ(hart->geometry->levels - walk.nr, hw.level + (hw.step == 2));
	if (!rule) {
		CHECK_EQ(walk.pa, hw.pa);
		CHECK_EQ(walk.update, hw.update);
	}
	if (host_failures)
		printf("# %s va=%llx kind=%d: \"%s\", \"%s\"\n", hart->geometry->name, va, kind,
		       spec_rule_text(rule), hw.fault ? hw.fault : "");
}

static const struct pgtable_geometry *geometry_at(unsigned int i)
{
	return pgtable_geometry(1 + i / 3, 3 + i % 3);
}

static void any_tables(void)
{
	for (unsigned long n = host_work(600000); n && !host_failures; n--) {
		u64 bits = host_rand();
		struct spec_hart hart = {
			.geometry = geometry_at(n % 6),
			.root = host_rand() >> 22 << 14,
			.user = bits & 1,
			.sum = bits & 2,
			.mxr = bits & 4,
			.svadu = bits & 8,
			.svnapot = bits & 16,
			.svpbmt = bits & 32,
			.type_bits = bits >> 6 & 7 ? 0 : _PAGE_THEAD,
			.read = read_same,
		};
		unsigned int above = 64 - hart.geometry->input_bits;
		u64 va = host_rand() << above;

		va = hart.geometry->stage == 2 ? va >> above : (u64)((s64)va >> above);
		if (bits >> 16 & 1)
			va ^= 1ULL << (bits >> 17 & 63);
		tree = host_rand();
		compare(&hart, va, (enum access_kind)(host_rand() % 3));
	}
	for (enum spec_rule rule = 0; rule < NR_SPEC_RULES; rule++)
		if (!host_failures && !seen[rule]) {
			CHECK(seen[rule]);
			printf("# never seen: %s\n", spec_rule_text(rule));
		}
}

/* --- Each rule by one cause --- */

#define LEAF    (PRESENT_R | _PAGE_WRITE | _PAGE_EXEC | A_D | 1ULL << 50)
#define TABLE   (_PAGE_PRESENT | 1ULL << 50)
#define ANY     99 /* level */
#define SVNAPOT 1
#define SVPBMT  2
#define U_MODE  4
#define SUM     8
#define MXR     16
#define SVADU   32

static const struct row {
	enum spec_rule rule;
	unsigned int level;
	enum access_kind kind;
	unsigned int hart;
	u64 pte, flip;
} rows[] = {
	{ SPEC_ALLOWED, ANY, ACCESS_LOAD, 0, LEAF, 0 },
	{ SPEC_ALLOWED, ANY, ACCESS_STORE, 0, LEAF, 0 },
	{ SPEC_ALLOWED, ANY, ACCESS_FETCH, 0, LEAF, 0 },
	{ SPEC_ALLOWED, ANY, ACCESS_FETCH, U_MODE, LEAF, _PAGE_USER },
	{ SPEC_ALLOWED, ANY, ACCESS_STORE, SUM, LEAF, _PAGE_USER },
	{ SPEC_ALLOWED, ANY, ACCESS_LOAD, 0, LEAF, _PAGE_GLOBAL | _PAGE_RSW },
	{ SPEC_ALLOWED, ANY, ACCESS_LOAD, MXR, LEAF, _PAGE_READ | _PAGE_WRITE },
	{ SPEC_ALLOWED, ANY, ACCESS_LOAD, 0, LEAF, _PAGE_DIRTY },
	{ SPEC_ALLOWED, ANY, ACCESS_STORE, SVADU, LEAF, A_D },
	{ SPEC_ALLOWED, ANY, ACCESS_LOAD, SVPBMT, LEAF, _PAGE_IO },
	{ SPEC_ALLOWED, 0, ACCESS_LOAD, SVNAPOT, LEAF, KIB64 },
	{ SPEC_INVALID, ANY, ACCESS_LOAD, 0, LEAF, _PAGE_PRESENT },
	{ SPEC_WRITE_ONLY, ANY, ACCESS_STORE, 0, LEAF, _PAGE_READ },
	{ SPEC_WRITE_ONLY, ANY, ACCESS_STORE, 0, LEAF, _PAGE_READ | _PAGE_EXEC },
	{ SPEC_RESERVED, ANY, ACCESS_LOAD, SVPBMT | SVNAPOT, LEAF, 1ULL << 54 },
	{ SPEC_RESERVED, ANY, ACCESS_LOAD, SVPBMT | SVNAPOT, LEAF, 1ULL << 60 },
	{ SPEC_RESERVED, ANY, ACCESS_LOAD, 0, TABLE, 1ULL << 57 },
	{ SPEC_POINTER_BITS, ANY, ACCESS_LOAD, 0, TABLE, _PAGE_ACCESSED },
	{ SPEC_POINTER_BITS, ANY, ACCESS_LOAD, 0, TABLE, _PAGE_DIRTY },
	{ SPEC_POINTER_BITS, ANY, ACCESS_LOAD, U_MODE, TABLE, _PAGE_USER },
	{ SPEC_POINTER_BITS, ANY, ACCESS_LOAD, SVNAPOT, TABLE, _PAGE_NAPOT },
	{ SPEC_POINTER_BITS, ANY, ACCESS_LOAD, SVPBMT, TABLE, _PAGE_NC },
	{ SPEC_NO_LEAF, 0, ACCESS_LOAD, 0, TABLE, 0 },
	{ SPEC_NO_LEAF, 0, ACCESS_FETCH, MXR, TABLE, _PAGE_GLOBAL | _PAGE_RSW },
	{ SPEC_PBMT_3, ANY, ACCESS_LOAD, SVPBMT, LEAF, _PAGE_PBMT },
	{ SPEC_NO_SVPBMT, ANY, ACCESS_LOAD, SVNAPOT, LEAF, _PAGE_NC },
	{ SPEC_NO_SVPBMT, ANY, ACCESS_LOAD, SVNAPOT, LEAF, _PAGE_IO },
	{ SPEC_NAPOT_SIZE, 0, ACCESS_LOAD, SVNAPOT, LEAF, _PAGE_NAPOT },
	{ SPEC_NAPOT_SIZE, 0, ACCESS_LOAD, SVNAPOT, LEAF, KIB64 | 1 << 10 },
	{ SPEC_NAPOT_SIZE, 1, ACCESS_LOAD, SVNAPOT, LEAF, KIB64 },
	{ SPEC_NAPOT_SIZE, 2, ACCESS_LOAD, SVNAPOT, LEAF, _PAGE_NAPOT },
	{ SPEC_NO_SVNAPOT, 0, ACCESS_LOAD, SVPBMT, LEAF, KIB64 },
	{ SPEC_MISALIGNED, 1, ACCESS_LOAD, 0, LEAF, 1ULL << 10 },
	{ SPEC_MISALIGNED, 1, ACCESS_LOAD, 0, LEAF, 1ULL << 18 },
	{ SPEC_MISALIGNED, 2, ACCESS_LOAD, 0, LEAF, 1ULL << 27 },
	{ SPEC_ALLOWED, 1, ACCESS_LOAD, 0, LEAF, 1ULL << 19 },
	{ SPEC_USER_FETCH, ANY, ACCESS_FETCH, SUM, LEAF, _PAGE_USER },
	{ SPEC_USER_FETCH, ANY, ACCESS_FETCH, 0, LEAF, _PAGE_USER },
	{ SPEC_NO_SUM, ANY, ACCESS_LOAD, 0, LEAF, _PAGE_USER },
	{ SPEC_NO_SUM, ANY, ACCESS_STORE, 0, LEAF, _PAGE_USER },
	{ SPEC_NOT_USER, ANY, ACCESS_LOAD, U_MODE | SUM | MXR, LEAF, 0 },
	{ SPEC_NO_X, ANY, ACCESS_FETCH, MXR, LEAF, _PAGE_EXEC },
	{ SPEC_NO_R, ANY, ACCESS_LOAD, 0, LEAF, _PAGE_READ | _PAGE_WRITE },
	{ SPEC_NO_W, ANY, ACCESS_STORE, MXR, LEAF, _PAGE_WRITE },
	{ SPEC_NO_A, ANY, ACCESS_LOAD, 0, LEAF, _PAGE_ACCESSED },
	{ SPEC_NO_A, ANY, ACCESS_STORE, 0, LEAF, A_D },
	{ SPEC_NO_D, ANY, ACCESS_STORE, 0, LEAF, _PAGE_DIRTY },
};

struct place {
	const struct row *row;
	unsigned int level;
};

/* Pointers down to the row's level, and its entry there. */
static bool read_row(const void *tables, phys_addr_t table, unsigned int level, unsigned int index,
		     u64 *pte)
{
	const struct place *at = tables;

	*pte = level == at->level ? at->row->pte ^ at->row->flip : TABLE;
	return true;
}

static void check_row(const struct row *row, const struct pgtable_geometry *geometry,
		      unsigned int level)
{
	const struct place at = { row, level };
	const struct spec_hart hart = {
		.geometry = geometry,
		.user = row->hart & U_MODE,
		.sum = row->hart & SUM,
		.mxr = row->hart & MXR,
		.svadu = row->hart & SVADU,
		.svnapot = row->hart & SVNAPOT,
		.svpbmt = row->hart & SVPBMT,
		.read = read_row,
		.tables = &at,
	};
	struct spec_walk walk;

	CHECK_EQ(spec_translate(&hart, 0x12345678, row->kind, &walk), row->rule);
	CHECK_EQ(walk.nr, geometry->levels - level);
	CHECK_EQ(walk.step[walk.nr - 1].pte.val, row->pte ^ row->flip);
	if (host_failures)
		printf("# row %ld, %s, level %u\n", (long)(row - rows), geometry->name, level);
}

static void one_cause(void)
{
	for (const struct row *row = rows; row < rows + sizeof(rows) / sizeof(*rows); row++)
		for (unsigned int levels = 3; levels <= 5; levels++)
			for (unsigned int level = 0; level < levels && !host_failures; level++)
				if (row->level == ANY || row->level == level)
					check_row(row, pgtable_geometry(1, levels), level);
}

static const struct host_case cases[] = {
	{ "any tables", any_tables },
	{ "each rule by one cause", one_cause },
};
HOST_MAIN(cases)
