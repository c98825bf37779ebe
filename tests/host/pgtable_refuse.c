// SPDX-License-Identifier: BSD-2-Clause
/* Each refusal of the contract of <kernel/pgtable.h>: its reason, its error, no trace of it. */
#include <kernel/errno.h>
#include <kernel/sizes.h>

#include <string.h>

#include "host.h"
#include "pgtable_cases.h"

#define WHY(name) (1ULL << PGTABLE_##name)
#define PA_END    (1ULL << 56)

static void refuse(enum op_kind kind, u64 va, u64 size, u64 whys)
{
	const bool leaves = kind == OP_MAP || kind == OP_SHARE;
	const struct op op = { kind, va, 0, size, leaves ? leaf_bits(2) : 0, 0, 0 };

	check_refused(&pt, &op, whys);
}

static void refuse_map(u64 va, u64 pa, u64 size, u64 bits, unsigned int flags, u64 whys)
{
	check_refused(&pt, &(struct op){ OP_MAP, va, pa, size, bits, 0, flags }, whys);
}

/* Something to lose in the tree that refuses. */
static void small_tree(void)
{
	map(SZ_1G, SZ_1G, SZ_2M + SZ_4K);
	map(SZ_4M, 0, SZ_4K);
}

/* Ranges no operation takes. */
static void bad_ranges(u64 end)
{
	const u64 outside = model.guest ? WHY(TOO_WIDE) : WHY(NOT_CANONICAL);
	const u64 hole = model.guest ? WHY(TOO_WIDE) : WHY(CROSSES_HOLE);
	const struct {
		u64 va, size, whys;
	} rows[] = {
		{ SZ_4K, 0, WHY(EMPTY) },
		{ 0, 0, WHY(EMPTY) },
		{ 1, SZ_4K, WHY(UNALIGNED) },
		{ SZ_4K - 1, SZ_4K, WHY(UNALIGNED) },
		{ SZ_4K, 1, WHY(UNALIGNED) },
		{ SZ_4K, SZ_4K + 1, WHY(UNALIGNED) },
		{ SZ_4K, SZ_4K - 1, WHY(UNALIGNED) },
		{ -SZ_4K, 2 * SZ_4K, WHY(WRAPS) },
		{ -end, -SZ_4K, WHY(WRAPS) },
		{ end, SZ_4K, outside },
		{ -end - SZ_4K, SZ_4K, outside },
		{ -end - SZ_4K, 2 * SZ_4K, outside },
		{ end - SZ_4K, 2 * SZ_4K, outside },
		{ 1ULL << 63, SZ_4K, outside },
		{ 0, -SZ_4K, hole | outside },
		{ end - SZ_4K, -2 * end + 2 * SZ_4K, hole }, /* all of the hole */
		{ 0, end + SZ_4K, outside },
	};

	small_tree();
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		for (enum op_kind kind = 0; kind < NR_OPS; kind++) {
			u64 whys = rows[i].whys;

			if (kind == OP_MAP && rows[i].size >= PA_END)
				whys |= WHY(PA_TOO_WIDE);
			refuse(kind, rows[i].va, rows[i].size, whys);
		}
	for (unsigned int bit = 0; bit < 12; bit++)
		refuse_map(SZ_4K, 1ULL << bit, SZ_4K, leaf_bits(2), 0, WHY(UNALIGNED));
	refuse_map(SZ_4K, PA_END, SZ_4K, leaf_bits(2), 0, WHY(PA_TOO_WIDE));
	refuse_map(SZ_4K, PA_END - SZ_4K, 2 * SZ_4K, leaf_bits(2), 0, WHY(PA_TOO_WIDE));
	refuse_map(SZ_2M, PA_END - SZ_2M, SZ_2M + SZ_4K, leaf_bits(2), 0, WHY(PA_TOO_WIDE));
	refuse_map(SZ_4K, -SZ_4K, SZ_4K, leaf_bits(2), 0, WHY(PA_TOO_WIDE));
	refuse_map(SZ_4K, -SZ_4K, 2 * SZ_4K, leaf_bits(2), 0, WHY(PA_TOO_WIDE));
	for (unsigned int bit = 1; bit < 32; bit++) {
		const struct op split = { .kind = OP_SPLIT, .size = SZ_4K, .flags = 1U << bit };

		if (1U << bit != PGTABLE_OVER_SHARED)
			refuse_map(SZ_4K, 0, SZ_4K, leaf_bits(2), 1U << bit, WHY(UNKNOWN_FLAGS));
		check_refused(&pt, &split, WHY(UNKNOWN_FLAGS));
	}
	check_whole(&pt, &model);
}

void refuse_ranges(void)
{
	each_tree(bad_ranges);
}

/* All of the low ten and both of the memory type; then the others one by one. */
static void all_bits(u64 end)
{
	u64 va = end - SZ_1G;

	on_range(OP_POPULATE, va, SZ_2M);
	for (u64 bits = 0; bits < 4096; bits++) {
		u64 prot = (bits & 1023) | bits >> 10 << 61, whys = model_bad_bits(&model, prot);

		if (whys) {
			refuse_map(va, 0, SZ_4K, prot, 0, whys);
		} else {
			const struct op op = { OP_MAP, va, 0, SZ_4K, prot, 0, 0 };

			CHECK(check_op(&pt, &model, &op, 0));
			on_range(OP_UNMAP, va, SZ_4K);
		}
	}
	for (unsigned int bit = 10; bit < 64; bit++)
		if (bit < 61 || bit == 63)
			refuse_map(va, 0, SZ_4K, leaf_bits(2) | 1ULL << bit, 0, WHY(UNKNOWN_BITS));
	pt.svpbmt = false;
	refuse_map(va, 0, SZ_4K, leaf_bits(2) | _PAGE_NC, 0, WHY(NO_SVPBMT));
	refuse_map(va, 0, SZ_4K, leaf_bits(2) | _PAGE_IO, 0, WHY(NO_SVPBMT));
}

void refuse_bits(void)
{
	each_tree(all_bits);
}

static void in_the_way(u64 end)
{
	const u64 bits = leaf_bits(2);
	u64 far = end - SZ_1G;

	small_tree();
	/* The same again, parts of it, more than it. */
	refuse_map(SZ_1G, SZ_1G, SZ_2M, leaf_bits(6), 0, WHY(OVERWRITES));
	refuse_map(SZ_1G + SZ_4K, SZ_1G + SZ_4K, SZ_4K, bits, 0, WHY(LEAF_BY_TABLE));
	refuse_map(SZ_1G + SZ_2M, SZ_1G, SZ_4K, bits, 0, WHY(OVERWRITES));
	refuse_map(SZ_1G, SZ_1G, SZ_1G, bits, 0, WHY(TABLE_BY_LEAF));
	refuse_map(SZ_1G, SZ_1G, SZ_1G, bits, PGTABLE_SMALL_ONLY, WHY(LEAF_BY_TABLE));
	refuse(OP_POPULATE, SZ_1G, SZ_4K, WHY(LEAF_BY_TABLE));
	refuse(OP_POPULATE, 0, 2 * SZ_1G, WHY(LEAF_BY_TABLE));
	on_range(OP_POPULATE, SZ_1G + SZ_2M, SZ_2M); /* a 4 KiB leaf is in nobody's way */

	/* A block would replace a table, full or empty. */
	on_range(OP_POPULATE, far, SZ_4K);
	refuse_map(far, 0, SZ_2M, bits, 0, WHY(TABLE_BY_LEAF));
	refuse_map(far, 0, SZ_1G, bits, 0, WHY(TABLE_BY_LEAF));
	refuse_map(SZ_1G + SZ_2M, 0, SZ_2M, bits, 0, WHY(TABLE_BY_LEAF));

	/* Found late: the last page, the last block, far behind many free entries. */
	map(far + SZ_4M - SZ_4K, 0, SZ_4K);
	CHECK_EQ(mem_log.why, 0);
	refuse_map(far + SZ_4K, 0, SZ_4M - SZ_4K, bits, 0, WHY(OVERWRITES));
	CHECK_EQ(mem_log.refused_va, far + SZ_4M - SZ_4K);
	refuse_map(far + SZ_4K, SZ_4K, SZ_4M - SZ_4K, bits, 0, WHY(TABLE_BY_LEAF));
	refuse_map(far + SZ_2M - SZ_4K, 0, SZ_2M + SZ_4K, bits, 0, WHY(OVERWRITES));
	map(far + 16 * SZ_2M, 0, SZ_2M);
	refuse_map(far + SZ_4M, 0, 15 * SZ_2M, bits, 0, WHY(OVERWRITES));
	refuse_map(far + SZ_4M, 0, 14 * SZ_2M + SZ_4K, bits, 0, WHY(LEAF_BY_TABLE));
	CHECK_EQ(mem_log.refused_va, far + 16 * SZ_2M);
	refuse(OP_POPULATE, far + SZ_4M, 14 * SZ_2M + SZ_4K, WHY(LEAF_BY_TABLE));
	map(far + SZ_4M, 0, 14 * SZ_2M);
	check_whole(&pt, &model);
}

void refuse_in_the_way(void)
{
	each_tree(in_the_way);
}

static void refuse_change(u64 va, u64 size, u64 set, u64 clear, u64 whys)
{
	check_refused(&pt, &(struct op){ OP_PROTECT, va, 0, size, set, clear, 0 }, whys);
}

static void bad_protect(u64 end)
{
	u64 stage = model.guest ? WHY(STAGE_BITS) : 0;

	small_tree();
	/* Holes: at the start, at the end, between, in no table at all. */
	refuse_change(SZ_4M - SZ_4K, 2 * SZ_4K, 2, 0, WHY(HOLE));
	refuse_change(SZ_4M, 2 * SZ_4K, 2, 0, WHY(HOLE));
	CHECK_EQ(mem_log.refused_va, SZ_4M + SZ_4K);
	refuse_change(SZ_1G, 2 * SZ_2M, 2, 0, WHY(HOLE));
	refuse_change(SZ_4M, SZ_1G, 2, 0, WHY(HOLE));
	refuse_change(end - SZ_4K, SZ_4K, 2, 0, WHY(HOLE));
	/* Bits it never changes. */
	for (unsigned int bit = 0; bit < 64; bit++)
		if (bit == 0 || bit >= 10) {
			refuse_change(SZ_4M, SZ_4K, 1ULL << bit, 0, WHY(IN_PLACE));
			refuse_change(SZ_4M, SZ_4K, 0, 1ULL << bit, WHY(IN_PLACE));
		}
	/* Leaves that would be none, in a block split for it too, and the last page only. */
	for (u64 va = SZ_1G; va <= SZ_1G + SZ_2M; va += SZ_2M - SZ_4K) {
		refuse_change(va, SZ_4K, 0, 14, WHY(NOT_A_LEAF));
		refuse_change(va, SZ_4K, 0, 2, WHY(WRITE_ONLY));
		if (!model.guest)
			refuse_change(va, SZ_4K, 8, 0, WHY(WRITE_EXEC));
		if (stage)
			refuse_change(va, SZ_4K, 0, _PAGE_USER, stage);
		if (stage)
			refuse_change(va, SZ_4K, _PAGE_GLOBAL, 0, stage);
	}
	protect(SZ_1G + SZ_2M, SZ_4K, 8, 4); /* R and X, so that only the block is in the way */
	if (!model.guest) {
		refuse_change(SZ_1G, SZ_2M + SZ_4K, 8, 0, WHY(WRITE_EXEC));
		protect(SZ_1G, SZ_2M, 0, 4);
		refuse_change(SZ_1G, SZ_2M + SZ_4K, 4, 0, WHY(WRITE_EXEC));
		CHECK_EQ(mem_log.refused_va, SZ_1G + SZ_2M);
	}
	check_whole(&pt, &model);
}

void refuse_protect(void)
{
	each_tree(bad_protect);
}

void refuse_stray(u64 va)
{
	for (enum op_kind kind = 0; kind < OP_MERGE; kind++)
		if (kind != OP_POPULATE) /* which does not look at them */
			refuse(kind, va, SZ_4K, WHY(TABLE_AS_LEAF));
}

/* The cases before this one have met every reason there is, and each has its own words. */
void refuse_all_seen(void)
{
	for (unsigned int why = 1; why < NR_PGTABLE_REFUSALS; why++) {
		const char *text = pgtable_refusal_text(why);

		if (!(mem_seen_refusals >> why & 1))
			printf("# never seen: %s\n", text);
		CHECK(mem_seen_refusals >> why & 1);
		CHECK(strlen(text) > 5 && strlen(text) < 62);
		CHECK_EQ(pgtable_refusal_error(why), check_error(why));
		for (unsigned int other = 1; other < why; other++)
			CHECK(strcmp(text, pgtable_refusal_text(other)) != 0);
	}
}
