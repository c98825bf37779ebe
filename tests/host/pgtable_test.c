// SPDX-License-Identifier: BSD-2-Clause
/*
 * mm/engine/pgtable*.c case by case: the ends of the address spaces, what must happen for each
 * row of a few tables, damaged trees. Refusals are in pgtable_refuse.c, trees with a
 * common half in pgtable_trees.c, and operations in numbers in pgtable_random.c.
 */
#include <kernel/errno.h>
#include <kernel/sizes.h>

#include <string.h>

#include "host.h"
#include "pgtable_cases.h"
#include "pgtable_random.h"

struct pgtable pt;
struct model model;

void each_tree(void (*run)(u64 end))
{
	for (unsigned int nr = 0; nr < 6 * MEM_MODES * 3 && !host_failures; nr++) {
		mem_reset((enum mem_mode)(nr / 6 % MEM_MODES));
		mem_open(&pt, pgtable_geometry(1 + nr % 6 / 3, 3 + nr % 3), 0);
		pt.svnapot = nr / 6 / MEM_MODES == 1;
		pt.type_bits = nr / 6 / MEM_MODES == 2 ? _PAGE_THEAD : 0;
		pt.svpbmt = true;
		model_init(&model, &pt);
		check_hart(&pt, nr & 1);
		run(model_end(&model));
		if (host_failures)
			printf("# on %s, way %u to tables, svnapot %d, T-Head's types %d\n",
			       pt.geometry->name, nr / 6 % MEM_MODES, pt.svnapot,
			       pt.type_bits != 0);
	}
}

u64 leaf_bits(u64 bits)
{
	return bits | _PAGE_PRESENT | pt.geometry->leaf_set;
}

static unsigned int done(struct op op)
{
	unsigned int calls = check_op(&pt, &model, &op, CHECK_STARVE | CHECK_HARTS);

	CHECK(calls);
	CHECK_EQ(mem_log.refusals, 0);
	return calls;
}

void map(u64 va, u64 pa, u64 size)
{
	done((struct op){ OP_MAP, va, pa, size, leaf_bits(6), 0, 0 });
}

void map_small(u64 va, u64 pa, u64 size)
{
	done((struct op){ OP_MAP, va, pa, size, leaf_bits(6), 0, PGTABLE_SMALL_ONLY });
}

void on_range(enum op_kind kind, u64 va, u64 size)
{
	done((struct op){ .kind = kind, .va = va, .size = size });
}

void protect(u64 va, u64 size, u64 set, u64 clear)
{
	done((struct op){ OP_PROTECT, va, 0, size, set, clear, 0 });
}

/* The lowest address: of the upper half, where there is one. */
static u64 bottom(u64 end)
{
	return model.guest ? 0 : -end;
}

static void ends_of_memory(u64 end)
{
	const u64 pa_end = 1ULL << 56, top = model.guest ? end : 0;

	map(top - SZ_4K, pa_end - SZ_4K, SZ_4K);
	map(top - SZ_1G, pa_end - SZ_1G, SZ_1G - SZ_4K);
	if (!model.guest)
		map(end - SZ_2M, 0, SZ_2M);
	map(bottom(end) + SZ_4K, 0, SZ_4K);
	check_whole(&pt, &model);
	check_iterate(&pt, &model, top - 1, top - 1, 1);
	check_iterate(&pt, &model, 0, 0, 1);
	protect(top - SZ_2M, SZ_2M - SZ_4K, _PAGE_ACCESSED, 0);
	on_range(OP_SPLIT, top - SZ_2M - SZ_4K, SZ_4K);
	on_range(OP_UNMAP, top - 2 * SZ_4K, 2 * SZ_4K);
	check_whole(&pt, &model);
}

/* All of a half in leaves of the root, and what breaks off its ends. */
static void whole_halves(u64 end)
{
	u64 size = model.guest ? min(end, 1ULL << 56) : end, va = model.guest ? end - size : -end;

	map(va, 0, size);
	CHECK_EQ(mem_log.allocs, 0); /* leaves in the root */
	on_range(OP_UNMAP, va + SZ_4K, size - 2 * SZ_4K);
	CHECK_EQ(mem_log.allocs, 2 * (pt.geometry->levels - 1U)); /* two blocks are split */
	on_range(OP_UNMAP, va, size);
	CHECK_EQ(mem_pages(), 1);
	check_whole(&pt, &model);
}

/* Afterwards mapping cannot run out of memory, and doing it again adds nothing. */
static void populate_first(u64 end)
{
	u64 va = end - SZ_2M - SZ_4K;

	CHECK_EQ(pgtable_table(&pt, va, 0), 0);
	on_range(OP_POPULATE, va, 2 * SZ_4K);
	CHECK(pgtable_table(&pt, va, 0) != 0);
	CHECK(pgtable_table(&pt, va, 0) != pgtable_table(&pt, va + SZ_4K, 0));
	on_range(OP_POPULATE, va, 2 * SZ_4K);
	CHECK_EQ(mem_log.allocs, 0);
	map(va, SZ_2M, 2 * SZ_4K);
	CHECK_EQ(mem_log.allocs, 0);
	CHECK_EQ(pgtable_table(&pt, va, pt.geometry->levels), 0);
	on_range(OP_UNMAP, va, 2 * SZ_4K); /* leaves empty tables, which merge takes */
	on_range(OP_MERGE, va & -SZ_1G, SZ_1G);
	check_whole(&pt, &model);
}

/* The largest leaf: what is there afterwards, by address. */
static void leaf_sizes(u64 end)
{
	static const struct {
		u64 va, pa, size;
		unsigned int flags;
		u64 at;
		unsigned int level;
	} rows[] = {
		{ SZ_2M, SZ_2M, SZ_2M + SZ_4K, 0, SZ_2M, 1 },
		{ SZ_2M, SZ_2M, SZ_2M + SZ_4K, 0, SZ_4M, 0 },
		{ SZ_1G, SZ_1G, SZ_1G + SZ_2M + SZ_4K, 0, SZ_1G, 2 },
		{ SZ_1G, SZ_1G, SZ_1G + SZ_2M + SZ_4K, 0, 2 * SZ_1G, 1 },
		{ SZ_1G, SZ_1G, SZ_1G + SZ_2M + SZ_4K, 0, 2 * SZ_1G + SZ_2M, 0 },
		{ SZ_2M, SZ_4K, SZ_2M, 0, SZ_2M, 0 },
		{ SZ_1G, SZ_2M, SZ_1G, 0, SZ_1G, 1 },
		{ SZ_2M, SZ_2M, SZ_2M - SZ_4K, 0, SZ_2M, 0 },
		{ SZ_2M, SZ_2M, SZ_4M, PGTABLE_SMALL_ONLY, SZ_2M, 0 },
	};

	(void)end;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct op op = { OP_MAP,       rows[i].va, rows[i].pa,   rows[i].size,
				 leaf_bits(6), 0,          rows[i].flags };
		unsigned int level;

		done(op);
		CHECK(pte_leaf(pgtable_walk(&pt, rows[i].at, &level)));
		CHECK_EQ(level, rows[i].level);
		on_range(OP_UNMAP, 0, 4 * SZ_1G);
		CHECK_EQ(mem_pages() - 1, model.nr_tables);
	}
	map(SZ_2M, SZ_2M, SZ_2M);
	map(SZ_4M, SZ_4M, SZ_2M);
	map_small(SZ_4M + SZ_2M, SZ_4M + SZ_2M, SZ_2M); /* beside what is large */
	CHECK(pgtable_table(&pt, SZ_4M + SZ_2M, 0) && !pgtable_table(&pt, SZ_4M, 0));
}

/* Sixteen equal entries, only where va, pa and what is left allow. */
static void runs_of_64k(u64 end)
{
	const u64 run = 16 * SZ_4K;
	u64 first, table;

	map(run, 5 * run, run);
	first = pgtable_walk(&pt, run, &(unsigned int){ 0 }).val;
	CHECK_EQ(first >> 63, pt.svnapot);
	table = pgtable_table(&pt, run, 0);
	for (unsigned int i = 0; i < 16 && pt.svnapot; i++)
		CHECK_EQ(mem_table(table)[16 + i] | 0xc0, mem_table(table)[16] | 0xc0);
	map(4 * run, 5 * run + SZ_4K, run);
	CHECK(!(pgtable_walk(&pt, 4 * run, &(unsigned int){ 0 }).val >> 63));
	map(7 * run, 0, run - SZ_4K);
	CHECK(!(pgtable_walk(&pt, 7 * run, &(unsigned int){ 0 }).val >> 63));
	map_small(9 * run, 0, run);
	CHECK(!(pgtable_walk(&pt, 9 * run, &(unsigned int){ 0 }).val >> 63));
	on_range(OP_MERGE, 0, SZ_2M);
	CHECK_EQ(pgtable_walk(&pt, 9 * run, &(unsigned int){ 0 }).val >> 63, pt.svnapot);
	protect(9 * run + SZ_4K, SZ_4K, 0, _PAGE_WRITE); /* breaks it */
	on_range(OP_UNMAP, run + SZ_4K, SZ_4K);
	on_range(OP_SPLIT, 0, SZ_2M);
	check_whole(&pt, &model);
	(void)end;
}

/* Split, change and put together again: what it was, with all its attributes. */
static void there_and_back(u64 end)
{
	const u64 attributes = leaf_bits(6) | _PAGE_RSW | _PAGE_IO;
	u64 va = end - 2 * SZ_1G;

	done((struct op){ OP_MAP, va, SZ_1G, SZ_1G, attributes, 0, 0 });
	for (unsigned int flags = 0; flags <= PGTABLE_SMALL_ONLY; flags++) {
		unsigned int pages = mem_pages(), level;

		done((struct op){ OP_SPLIT, va + SZ_2M, 0, SZ_2M, 0, 0, flags });
		protect(va + SZ_1G - SZ_4K, SZ_4K, _PAGE_DIRTY, _PAGE_WRITE);
		on_range(OP_MERGE, va, SZ_1G); /* not as long as they differ */
		CHECK(pgtable_table(&pt, va, 1) != 0);
		protect(va, SZ_1G, _PAGE_WRITE, _PAGE_ACCESSED);
		on_range(OP_MERGE, va, SZ_1G);
		CHECK_EQ(mem_pages(), pages);
		CHECK_EQ(pgtable_walk(&pt, va, &level).val & attributes & ~_PAGE_PBMT,
			 attributes & ~_PAGE_PBMT);
		CHECK(pgtable_walk(&pt, va, &level).val & _PAGE_DIRTY);
		CHECK_EQ(level, 2);
	}
	check_whole(&pt, &model);
}

/* Calls that find nothing to do take nothing, store nothing and do not fence. */
static void nothing_to_do(u64 end)
{
	map(SZ_1G, SZ_1G, SZ_2M);
	on_range(OP_UNMAP, end - SZ_1G, SZ_4K);
	CHECK_EQ(mem_log.fences, 0);
	on_range(OP_SPLIT, SZ_1G, SZ_2M);
	CHECK_EQ(mem_log.fences, 0);
	on_range(OP_SPLIT, 2 * SZ_1G, SZ_4K);
	CHECK_EQ(mem_log.fences, 0);
	protect(SZ_1G, SZ_2M, _PAGE_READ, 0);
	CHECK_EQ(mem_log.fences, 0);
	on_range(OP_MERGE, SZ_1G, SZ_2M);
	CHECK_EQ(mem_log.fences, 0);
	on_range(OP_MERGE, SZ_2M, SZ_4K);
	CHECK_EQ(mem_log.fences, 0);
}

struct visits {
	unsigned int nr, stop;
	unsigned long va[4];
	unsigned int level[4];
	u64 entry[4];
};

static int note_visit(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	struct visits *v = arg;

	v->va[v->nr] = va;
	v->level[v->nr] = level;
	v->entry[v->nr++] = pte.val;
	return v->nr == v->stop ? 77 : 0;
}

/* An entry that leads nowhere, at each level in turn, between two good leaves. */
static void damaged(u64 end)
{
	const unsigned int top = pt.geometry->levels - 1U;
	const u64 bad = 0x7654321ULL << 10 | 1;
	struct spec_walk walk;
	struct visits v;

	map(0, SZ_1G, SZ_4K);
	map(end - SZ_4K, SZ_1G, SZ_4K);
	on_range(OP_POPULATE, end - 2 * leaf_bytes(top), SZ_4K);
	for (unsigned int level = 0; level <= top; level++) {
		u64 va = end - 2 * leaf_bytes(top) + 8 * leaf_bytes(level), table, index;

		va = level == top ? end - 3 * leaf_bytes(top) : va;
		table = pgtable_table(&pt, va, level);
		index = va >> (12 + 9 * level) & (model.guest && level == top ? 2047 : 511);
		mem_damage(table, (unsigned int)index, bad);

		CHECK_EQ(check_spec(&pt, va, &walk), level ? SPEC_NO_TABLE : SPEC_NO_LEAF);
		CHECK_EQ(walk.nr, top - level + 1);
		CHECK(!level || walk.pa == 0x7654321000);
		CHECK_EQ(walk.step[walk.nr - 1].pte.val, bad);
		CHECK_EQ(walk.step[walk.nr - 1].table, table);
		for (v.stop = 0; v.stop < 4; v.stop++) {
			v.nr = 0;
			CHECK_EQ(pgtable_iterate(&pt, 0, end - 1, note_visit, &v), v.stop ? 77 : 0);
			CHECK_EQ(v.nr, v.stop ? v.stop : 3);
		}
		CHECK_EQ(v.va[1], va);
		CHECK_EQ(v.level[1], level);
		CHECK_EQ(v.entry[1], bad);
		CHECK_EQ(v.va[2], end - SZ_4K);
		if (!level)
			refuse_stray(va);
		mem_damage(table, (unsigned int)index, 0);
	}
	pt.root = 0x123456000; /* not even a root */
	CHECK_EQ(check_spec(&pt, 0, &walk), SPEC_NO_TABLE);
	CHECK_EQ(walk.nr, 0);
	CHECK_EQ(walk.pa, 0x123456000);
}

static void iterate_ranges(u64 end)
{
	struct visits v = { 0 };
	u64 last = model.guest ? end - 1 : ~0ULL;

	map(SZ_2M, SZ_2M, SZ_2M);
	if (!model.guest)
		map(-SZ_4K, 0, SZ_4K);
	CHECK_EQ(pgtable_iterate(&pt, end, end, note_visit, &v), -ERANGE);
	CHECK_EQ(pgtable_iterate(&pt, 0, end, note_visit, &v), -ERANGE);
	CHECK_EQ(pgtable_iterate(&pt, -end - 1, ~0UL, note_visit, &v), -ERANGE);
	CHECK_EQ(pgtable_iterate(&pt, SZ_4M, end - 1, note_visit, &v), 0);
	CHECK_EQ(pgtable_iterate(&pt, 0, SZ_2M - 1, note_visit, &v), 0);
	CHECK_EQ(v.nr, 0);
	/* Both halves in one go, and the hole between them is passed over. */
	CHECK_EQ(pgtable_iterate(&pt, 0, last, note_visit, &v), 0);
	CHECK_EQ(v.nr, model.guest ? 1 : 2);
	/* Only tables are asked about, not what 512 other entries point to. */
	mem_begin(&pt, 0, 0);
	v.nr = 0;
	CHECK_EQ(pgtable_iterate(&pt, 0, end - 1, note_visit, &v), 0);
	CHECK_EQ(mem_log.questions, pt.geometry->levels - 1);
	CHECK_EQ(v.nr, 1);
	v.nr = 0;
	/* A leaf that is met in its middle is told by its first address. */
	CHECK_EQ(pgtable_iterate(&pt, SZ_4M - 1, SZ_4M - 1, note_visit, &v), 0);
	CHECK_EQ(v.nr, 1);
	CHECK_EQ(v.va[0], SZ_2M);
	CHECK_EQ(v.level[0], 1);
}

/* The least depth that takes in addresses of @bits bits, by the guests' formula. */
static void check_depth(unsigned int bits)
{
	unsigned int levels = bits <= 41 ? 3 : (bits - 14 + 8) / 9;
	const struct pgtable_geometry *g = pgtable_geometry(2, levels);

	CHECK_EQ(!g, bits > 59);
	CHECK(!g || g->input_bits >= bits);
	CHECK(!g || levels == 3 || pgtable_geometry(2, levels - 1)->input_bits < bits);
}

static void test_geometry(void)
{
	for (unsigned int bits = 12; bits <= 64; bits++)
		check_depth(bits);
	for (unsigned int i = 0; i < 4 * 9; i++) {
		unsigned int stage = i / 9, levels = i % 9;
		const struct pgtable_geometry *g = pgtable_geometry(stage, levels);
		unsigned int wide = stage == 2 ? 2 : 0;
		char name[16];

		CHECK(!g == (stage < 1 || stage > 2 || levels < 3 || levels > 5));
		if (!g)
			continue;
		snprintf(name, sizeof(name), "sv%u%s", 12 + 9 * levels, wide ? "x4" : "");
		CHECK(!strcmp(g->name, name));
		CHECK_EQ(g->stage, stage);
		CHECK_EQ(g->levels, levels);
		CHECK_EQ(g->input_bits, 12 + 9 * levels + wide);
		CHECK_EQ(g->mode, 5 + levels); /* Priv 20250508 §12.1.11 satp; hgatp the same */
		CHECK_EQ(g->max_leaf_level, levels - 1);
		CHECK_EQ(g->base_level, levels > 3 ? 3 : levels - 1); /* 512 GiB at most */
		CHECK_EQ(g->root_bits, 9 + wide);
		CHECK_EQ(pgtable_root_size(g), SZ_4K << wide);
		CHECK_EQ(g->sign_extended, stage == 1);
	}
}

#define EACH_TREE(name)               \
	static void test_##name(void) \
	{                             \
		each_tree(name);      \
	}
EACH_TREE(ends_of_memory)
EACH_TREE(whole_halves)
EACH_TREE(populate_first)
EACH_TREE(leaf_sizes)
EACH_TREE(runs_of_64k)
EACH_TREE(there_and_back)
EACH_TREE(nothing_to_do)
EACH_TREE(damaged)
EACH_TREE(iterate_ranges)

static void test_random(void)
{
	for (unsigned int nr = 0; nr < 6 && !host_failures; nr++)
		random_calls(pgtable_geometry(1 + nr / 3, 3 + nr % 3), host_work(8000));
}

static const struct host_case cases[] = {
	{ "geometries", test_geometry },
	{ "bad ranges are refused", refuse_ranges },
	{ "every combination of entry bits", refuse_bits },
	{ "what is in the way is found in time", refuse_in_the_way },
	{ "protect refuses holes and what map would", refuse_protect },
	{ "the ends of the address spaces", test_ends_of_memory },
	{ "all of a half at once", test_whole_halves },
	{ "populate makes map need nothing", test_populate_first },
	{ "the largest leaf that fits", test_leaf_sizes },
	{ "leaves of 64 KiB", test_runs_of_64k },
	{ "split and merge give back what was", test_there_and_back },
	{ "nothing to do, nothing done", test_nothing_to_do },
	{ "damaged trees are traced and iterated", test_damaged },
	{ "iterate keeps to its range", test_iterate_ranges },
	{ "create and destroy", trees_create },
	{ "a kernel half in many roots", trees_kernel_half },
	{ "shared tables are copied before they are written", trees_shared },
	{ "a range is led to one page as high up as it goes", shared_ranges },
	{ "what is mapped over shared tables and pages", shared_mapped_over },
	{ "what is not shared is in the way of that", shared_in_the_way },
	{ "shared tables are never freed", shared_freed },
	{ "the lock is not held while tables are taken", trees_races },
	{ "lower roots of one chain", trees_chain },
	{ "all pairs of small operations at borders", pgtable_small_pairs },
	{ "random calls", test_random },
	{ "each refusal was seen", refuse_all_seen },
};
HOST_MAIN(cases)
