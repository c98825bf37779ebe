// SPDX-License-Identifier: BSD-2-Clause
/*
 * A call that fails changes nothing, and the log says why, in each of the six geometries;
 * and a call does the same whichever way tables are reached.
 */
#include <kernel/errno.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <asm/boot_record.h>
#include <asm/csr.h>
#include <asm/fixmap.h>
#include <asm/tlbflush.h>
#include "log.h"
#include "trees.h"

enum op {
	MAP,
	UNMAP,
	PROTECT,
	POPULATE,
	SPLIT,
	MERGE
};

/* One call; addresses count from the tests' range, which is a multiple of 1 GiB. */
struct call {
	enum op op;
	unsigned long va, size;
	phys_addr_t pa;
	u64 set, clear;
	unsigned int flags;
};

#define MAP_(va, size, pa, bits, flags) { MAP, va, size, pa, bits, 0, flags }
#define UNMAP_(va, size)                { UNMAP, va, size, 0, 0, 0, 0 }
#define PROTECT_(va, size, set, clear)  { PROTECT, va, size, 0, set, clear, 0 }
#define POPULATE_(va, size)             { POPULATE, va, size, 0, 0, 0, 0 }
#define SPLIT_(va, size, flags)         { SPLIT, va, size, 0, 0, 0, flags }
#define MERGE_(va, size)                { MERGE, va, size, 0, 0, 0, 0 }

static int run(struct pgtable *pt, unsigned long va, const struct call *c)
{
	switch (c->op) {
	case MAP:
		return pgtable_map(pt, va, c->pa, c->size, __pgprot(c->set), c->flags);
	case UNMAP:
		return pgtable_unmap(pt, va, c->size);
	case PROTECT:
		return pgtable_protect(pt, va, c->size, __pgprot(c->set), __pgprot(c->clear));
	case POPULATE:
		return pgtable_populate(pt, va, c->size);
	case SPLIT:
		return pgtable_split(pt, va, c->size, c->flags);
	default:
		return pgtable_merge(pt, va, c->size);
	}
}

/* All that a failing call could change. */
struct state {
	u64 hash;
	unsigned long tables;
	unsigned int used;
};

static struct state state_of(const struct pgtable *pt)
{
	return (struct state){ hash_tables(pt), pt->tables, pool_used() };
}

static void expect_state(const struct pgtable *pt, struct state was, int line)
{
	struct state is = state_of(pt);

	if (is.hash != was.hash || is.tables != was.tables || is.used != was.used)
		ktest_fail(__FILE__, line,
			   "%s: a failed call changed something: "
			   "tables %lu to %lu, pages %u to %u",
			   pt->geometry->name, was.tables, is.tables, was.used, is.used);
}

static void expect_said(const struct pgtable_geometry *g, u64 cursor, unsigned long va,
			enum pgtable_refusal why, int line)
{
	char text[160];

	snprintf(text, sizeof(text), "pgtable: %s: 0x%lx: %s", g->name, va,
		 pgtable_refusal_text(why));
	if (!logged(cursor, text))
		ktest_fail(__FILE__, line, "the log does not say \"%s\"", text);
}

static void refused_at(struct pgtable *pt, unsigned long va, const struct call *c, int err,
		       enum pgtable_refusal why, unsigned long where, int line)
{
	struct state was = state_of(pt);
	u64 cursor = log_cursor();
	int ret = run(pt, va, c);

	if (ret != err)
		ktest_fail(__FILE__, line, "%s: 0x%lx: %pe, not %pe: %s", pt->geometry->name, va,
			   (void *)(long)ret, (void *)(long)err, pgtable_refusal_text(why));
	expect_said(pt->geometry, cursor, where, why, line);
	expect_state(pt, was, line);
}

/* What is mapped for these: 2 MiB at 0, a page at 4 MiB, an empty table at 6 MiB. */
#define BLOCK  0
#define PAGE   SZ_4M
#define EMPTY  (SZ_4M + SZ_2M)
#define FREE   SZ_1G
#define RO     _PAGE_KERNEL_BASE /* with U, without G in a guest tree */
#define RW     (_PAGE_KERNEL_BASE | _PAGE_WRITE | _PAGE_DIRTY)
#define BIT(n) (1UL << (n))

static const struct refusal {
	struct call call;
	s8 err;
	u8 why;
	u8 stage;         /* 0: both */
	unsigned long at; /* behind call.va */
} refusals[] = {
	{ MAP_(FREE + 8, PAGE_SIZE, PA, RO, 0), -EINVAL, PGTABLE_UNALIGNED, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE + 8, PA, RO, 0), -EINVAL, PGTABLE_UNALIGNED, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA + 8, RO, 0), -EINVAL, PGTABLE_UNALIGNED, 0, 0 },
	{ UNMAP_(FREE + 8, PAGE_SIZE), -EINVAL, PGTABLE_UNALIGNED, 0, 0 },
	{ PROTECT_(BLOCK, PAGE_SIZE + 8, 0, 0), -EINVAL, PGTABLE_UNALIGNED, 0, 0 },
	{ POPULATE_(FREE + 8, PAGE_SIZE), -EINVAL, PGTABLE_UNALIGNED, 0, 0 },
	{ SPLIT_(FREE + 8, PAGE_SIZE, 0), -EINVAL, PGTABLE_UNALIGNED, 0, 0 },
	{ MERGE_(FREE + 8, PAGE_SIZE), -EINVAL, PGTABLE_UNALIGNED, 0, 0 },
	{ MAP_(FREE, 0, PA, RO, 0), -EINVAL, PGTABLE_EMPTY, 0, 0 },
	{ UNMAP_(FREE, 0), -EINVAL, PGTABLE_EMPTY, 0, 0 },
	{ PROTECT_(BLOCK, 0, 0, 0), -EINVAL, PGTABLE_EMPTY, 0, 0 },
	{ POPULATE_(FREE, 0), -EINVAL, PGTABLE_EMPTY, 0, 0 },
	{ SPLIT_(BLOCK, 0, 0), -EINVAL, PGTABLE_EMPTY, 0, 0 },
	{ MERGE_(BLOCK, 0), -EINVAL, PGTABLE_EMPTY, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, BIT(56), RO, 0), -ERANGE, PGTABLE_PA_TOO_WIDE, 0, 0 },
	{ MAP_(FREE, SZ_2M, BIT(56) - PAGE_SIZE, RO, 0), -ERANGE, PGTABLE_PA_TOO_WIDE, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, -PAGE_SIZE, RO, 0), -ERANGE, PGTABLE_PA_TOO_WIDE, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RO, 4), -EINVAL, PGTABLE_UNKNOWN_FLAGS, 0, 0 },
	{ SPLIT_(BLOCK, PAGE_SIZE, 2), -EINVAL, PGTABLE_UNKNOWN_FLAGS, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RO | BIT(54), 0), -EINVAL, PGTABLE_UNKNOWN_BITS, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RO | BIT(10), 0), -EINVAL, PGTABLE_UNKNOWN_BITS, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RO | _PAGE_NAPOT, 0), -EINVAL, PGTABLE_UNKNOWN_BITS, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RO & ~_PAGE_PRESENT, 0), -EINVAL, PGTABLE_NOT_A_LEAF, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RO & ~_PAGE_LEAF, 0), -EINVAL, PGTABLE_NOT_A_LEAF, 0, 0 },
	{ PROTECT_(BLOCK, PAGE_SIZE, 0, _PAGE_LEAF), -EINVAL, PGTABLE_NOT_A_LEAF, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RW & ~_PAGE_READ, 0), -EINVAL, PGTABLE_WRITE_ONLY, 0, 0 },
	{ PROTECT_(BLOCK, PAGE_SIZE, 0, _PAGE_READ), -EINVAL, PGTABLE_WRITE_ONLY, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RW | _PAGE_EXEC, 0), -EINVAL, PGTABLE_WRITE_EXEC, 1, 0 },
	{ PROTECT_(BLOCK, PAGE_SIZE, _PAGE_EXEC, 0), -EINVAL, PGTABLE_WRITE_EXEC, 1, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RO | _PAGE_PBMT, 0), -EINVAL, PGTABLE_MEMORY_TYPE, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RO | _PAGE_IO, 0), -EOPNOTSUPP, PGTABLE_NO_SVPBMT, 0, 0 },
	{ MAP_(FREE, PAGE_SIZE, PA, RO | _PAGE_NC, 0), -EOPNOTSUPP, PGTABLE_NO_SVPBMT, 0, 0 },
	{ PROTECT_(BLOCK, PAGE_SIZE, 0, _PAGE_USER), -EINVAL, PGTABLE_STAGE_BITS, 2, 0 },
	{ PROTECT_(BLOCK, PAGE_SIZE, _PAGE_GLOBAL, 0), -EINVAL, PGTABLE_STAGE_BITS, 2, 0 },
	{ PROTECT_(BLOCK, PAGE_SIZE, BIT(10), 0), -EINVAL, PGTABLE_IN_PLACE, 0, 0 },
	{ PROTECT_(BLOCK, PAGE_SIZE, 0, _PAGE_PRESENT), -EINVAL, PGTABLE_IN_PLACE, 0, 0 },
	{ PROTECT_(BLOCK, PAGE_SIZE, _PAGE_IO, 0), -EINVAL, PGTABLE_IN_PLACE, 0, 0 },
	{ MAP_(PAGE, PAGE_SIZE, PA, RO, 0), -EEXIST, PGTABLE_OVERWRITES, 0, 0 },
	{ MAP_(BLOCK, SZ_2M, PA, RO, 0), -EEXIST, PGTABLE_OVERWRITES, 0, 0 },
	{ MAP_(PAGE - PAGE_SIZE, 2 * PAGE_SIZE, PA, RO, 0), -EEXIST, PGTABLE_OVERWRITES, 0,
	  PAGE_SIZE },
	{ MAP_(SZ_2M, SZ_2M + PAGE_SIZE, PA, RO, 0), -EEXIST, PGTABLE_OVERWRITES, 0, SZ_2M },
	{ MAP_(BLOCK + PAGE_SIZE, PAGE_SIZE, PA, RO, 0), -EEXIST, PGTABLE_LEAF_BY_TABLE, 0, 0 },
	{ MAP_(BLOCK, SZ_2M, PA, RO, 1), -EEXIST, PGTABLE_LEAF_BY_TABLE, 0, 0 },
	{ POPULATE_(BLOCK + PAGE_SIZE, PAGE_SIZE), -EEXIST, PGTABLE_LEAF_BY_TABLE, 0, 0 },
	{ POPULATE_(FREE - SZ_1G, FREE), -EEXIST, PGTABLE_LEAF_BY_TABLE, 0, 0 },
	{ MAP_(PAGE, SZ_2M, PA, RO, 0), -EEXIST, PGTABLE_TABLE_BY_LEAF, 0, 0 },
	{ MAP_(EMPTY, SZ_2M, PA, RO, 0), -EEXIST, PGTABLE_TABLE_BY_LEAF, 0, 0 },
	{ PROTECT_(FREE, PAGE_SIZE, 0, 0), -ENOENT, PGTABLE_HOLE, 0, 0 },
	{ PROTECT_(BLOCK, SZ_2M + PAGE_SIZE, 0, 0), -ENOENT, PGTABLE_HOLE, 0, SZ_2M },
	{ PROTECT_(BLOCK + PAGE_SIZE, SZ_2M, 0, 0), -ENOENT, PGTABLE_HOLE, 0, SZ_2M - PAGE_SIZE },
	{ PROTECT_(EMPTY, PAGE_SIZE, 0, 0), -ENOENT, PGTABLE_HOLE, 0, 0 },
};

static struct pgtable prepared(const struct pgtable_geometry *g)
{
	struct pgtable pt = new_tree(g);
	unsigned long base = base_of(g);
	pgprot_t ro = prot_of(g, PAGE_KERNEL_READ), rw = prot_of(g, PAGE_KERNEL);

	EXPECT_EQ(pgtable_map(&pt, base + BLOCK, PA, SZ_2M, rw, 0), 0);
	EXPECT_EQ(pgtable_map(&pt, base + PAGE, PA, PAGE_SIZE, ro, 0), 0);
	EXPECT_EQ(pgtable_populate(&pt, base + EMPTY, PAGE_SIZE), 0);
	return pt;
}

static void each_refusal(void)
{
	for_each_geometry(g) {
		struct pgtable pt = prepared(g);

		for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
			const struct refusal *r = &refusals[i];
			unsigned long va = base_of(g) + r->call.va;
			struct call call = r->call;

			if (r->stage && r->stage != g->stage)
				continue;
			if (call.op == MAP)
				call.set = prot_of(g, __pgprot(call.set)).val;
			refused_at(&pt, va, &call, r->err, r->why, va + r->at, __LINE__);
		}
		end_tree(&pt);
	}
}

/* Where the geometry's input ends, and for leaves that are of the other stage. */
static void stages(void)
{
	const struct call one = MAP_(0, PAGE_SIZE, PA, RO, 0), two = UNMAP_(0, 2 * PAGE_SIZE);
	struct call guest = one, all = two;

	for_each_geometry(g) {
		struct pgtable pt = prepared(g);
		unsigned long half = 1UL << (g->input_bits - 1), top = 2 * half;

		guest.set = prot_of(g, PAGE_KERNEL_READ).val;
		all.size = -2 * half + 2 * PAGE_SIZE;
#define AT(call, va, err, why) refused_at(&pt, va, &call, err, PGTABLE_##why, va, __LINE__)
		AT(two, -PAGE_SIZE, -EINVAL, WRAPS);
		if (g->stage == 1) {
			AT(two, half, -ERANGE, NOT_CANONICAL);
			AT(two, half - PAGE_SIZE, -ERANGE, NOT_CANONICAL);
			AT(two, -half - PAGE_SIZE, -ERANGE, NOT_CANONICAL);
			AT(one, 1UL << 63, -ERANGE, NOT_CANONICAL);
			AT(all, half - PAGE_SIZE, -ERANGE, CROSSES_HOLE);
		} else {
			AT(two, top - PAGE_SIZE, -ERANGE, TOO_WIDE);
			AT(guest, top, -ERANGE, TOO_WIDE);
			AT(guest, 1UL << 63, -ERANGE, TOO_WIDE);
			AT(one, SZ_1G, -EINVAL, STAGE_BITS);
			guest.set |= _PAGE_GLOBAL;
			AT(guest, SZ_1G, -EINVAL, STAGE_BITS);
		}
		/* A pointer where only leaves can be. */
		((u64 *)__va(pgtable_table(&pt, base_of(g) + EMPTY, 0)))[1] = _PAGE_PRESENT;
		AT(two, base_of(g) + EMPTY + PAGE_SIZE, -EINVAL, TABLE_AS_LEAF);
		end_tree(&pt);
	}
}

static void creation(void)
{
	for_each_geometry(g) {
		const struct pgtable_geometry *other =
			pgtable_geometry(g->stage,
					 g->levels == LEVELS_MAX ? LEVELS_MIN : LEVELS_MAX);
		struct pgtable pt = prepared(g), bad;
		struct pt_ops ops = private_ops();
		struct state was = state_of(&pt);
		u64 cursor = log_cursor();

		pool_misalign = PAGE_SIZE / 2;
		EXPECT_EQ(pgtable_create(&bad, g, &ops, NULL), -EINVAL);
		expect_said(g, cursor, 0, PGTABLE_BAD_ROOT, __LINE__);
		pool_misalign = 0;
		pool_left = 0;
		EXPECT_EQ(pgtable_create(&bad, g, &ops, NULL), -ENOMEM);
		expect_said(g, cursor, 0, PGTABLE_NO_MEMORY, __LINE__);
		pool_left = ~0U;
		EXPECT_EQ(pgtable_create(&bad, other, &ops, &pt), -EINVAL);
		expect_said(other, cursor, 0, PGTABLE_OTHER_GEOMETRY, __LINE__);
		expect_state(&pt, was, __LINE__);
		if (g->stage == 1) {
			EXPECT_EQ(pgtable_create(&bad, g, &ops, &pt), 0);
			was = state_of(&pt);
			EXPECT_EQ(pgtable_destroy(&pt), -EBUSY);
			expect_said(g, cursor, 0, PGTABLE_IN_USE, __LINE__);
			refused_at(&bad, -PAGE_SIZE, &(struct call)UNMAP_(0, PAGE_SIZE), -EPERM,
				   PGTABLE_KERNEL_HALF, -PAGE_SIZE, __LINE__);
			expect_state(&pt, was, __LINE__);
			EXPECT_EQ(pgtable_destroy(&bad), 0);
		}
		end_tree(&pt);
	}
}

/* --- A life of a tree, by the call --- */

static const struct call life[] = {
	MAP_(0, 3 * SZ_2M, PA, RW, 0),
	MAP_(SZ_1G - PAGE_SIZE, SZ_1G + 2 * PAGE_SIZE, PA - PAGE_SIZE, RO, 0),
	PROTECT_(SZ_2M - PAGE_SIZE, SZ_2M + 3 * PAGE_SIZE, 0, _PAGE_WRITE | _PAGE_DIRTY),
	UNMAP_(SZ_4M - PAGE_SIZE, PAGE_SIZE),
	MAP_(5 * SZ_1G - PAGE_SIZE, 2 * PAGE_SIZE, PA + SZ_1G, RW, 1),
	SPLIT_(SZ_1G + SZ_2M, SZ_4M, PGTABLE_SMALL_ONLY),
	SPLIT_(SZ_1G + 8 * SZ_2M + PAGE_SIZE, SZ_2M, 0),
	POPULATE_(3 * SZ_1G + SZ_2M - PAGE_SIZE, 2 * PAGE_SIZE),
	PROTECT_(SZ_1G, SZ_1G, _PAGE_EXEC, 0),
	MAP_(SZ_4M - PAGE_SIZE, PAGE_SIZE, PA + SZ_4M - PAGE_SIZE, RO, 0),
	PROTECT_(0, 3 * SZ_2M, _PAGE_WRITE | _PAGE_DIRTY, 0),
	MERGE_(0, 6 * SZ_1G),
	UNMAP_(SZ_1G + 77 * PAGE_SIZE, 5 * PAGE_SIZE),
	/* One after the other in one table: what the engine remembers must be of use or unused. */
	MAP_(7 * SZ_1G, PAGE_SIZE, PA, RO, 0),
	MAP_(7 * SZ_1G + PAGE_SIZE, PAGE_SIZE, PA, RW, 0),
	UNMAP_(7 * SZ_1G, PAGE_SIZE),
	UNMAP_(0, 8 * SZ_1G),
};

static struct call life_call(const struct pgtable_geometry *g, size_t i)
{
	struct call call = life[i];

	if (call.op == MAP)
		call.set = prot_of(g, __pgprot(call.set)).val;
	return call;
}

/* With no table to be had, one, two ..., until it works. */
static void no_memory(void)
{
	for_each_geometry(g) {
		struct pgtable pt = new_tree(g);
		unsigned int failed = 0;

		for (size_t i = 0; i < ARRAY_SIZE(life); i++) {
			struct call call = life_call(g, i);
			struct state was = state_of(&pt);
			int ret = -ENOMEM;

			for (unsigned int left = 0; ret == -ENOMEM && left < 20; left++) {
				expect_state(&pt, was, __LINE__);
				pool_left = left;
				ret = run(&pt, base_of(g) + call.va, &call);
				failed += ret == -ENOMEM;
			}
			EXPECT(ret >= 0);
			EXPECT_EQ(pool_left, 0);
		}
		EXPECT(failed >= 12);
		EXPECT_EQ(entry_of(&pt, base_of(g) + SZ_1G), 0);
		end_tree(&pt);
	}
}

static unsigned int reached;
static phys_addr_t whole_root; /* of four pages */
static phys_addr_t in_slot[LEVELS_MAX];

/* As before RAM is mapped: one table of a level at a time. */
static void *reach_by_slot(phys_addr_t table, unsigned int level)
{
	reached++;
	if (table == whole_root)
		return __va(table);
	if (in_slot[level] != table)
		replace_fixmap(FIX_TABLE + level, in_slot[level], table, PAGE_KERNEL);
	in_slot[level] = table;
	return (void *)fix_to_virt(FIX_TABLE + level);
}

static void empty_slots(void)
{
	for (unsigned int level = 0; level < LEVELS_MAX; level++) {
		clear_fixmap(FIX_TABLE + level);
		in_slot[level] = 0;
	}
}

/*
 * As before translation is on: a table is at its physical address. In the lower half of a tree
 * of this hart's own the pool is mapped so.
 */
static bool identity_begin(struct pgtable *own)
{
	pgprot_t prot = __pgprot(PAGE_KERNEL.val & ~(u64)_PAGE_GLOBAL);
	const struct pgtable *kernel = &kernel_pgtable;
	unsigned long pool = pool_start();

	if (pool + POOL_SIZE > 1UL << (kernel->geometry->input_bits - 1))
		return false; /* RAM lies above what this mode translates */
	EXPECT_EQ(pgtable_create(own, kernel->geometry, &kernel->ops, &kernel_pgtable), 0);
	EXPECT_EQ(pgtable_map(own, pool, pool, POOL_SIZE, prot, 0), 0);
	csr_write(satp,
		  (unsigned long)own->geometry->mode << SATP_MODE_SHIFT | own->root >> PAGE_SHIFT);
	local_flush_tlb_all();
	return true;
}

static void identity_end(struct pgtable *own)
{
	csr_write(satp, boot_record.satp);
	local_flush_tlb_all();
	EXPECT_EQ(pgtable_destroy(own), 0);
}

/* What there is after each call of a life, by slots, by an address, or by the linear map. */
static void live_by(const struct pgtable_geometry *g, unsigned int stage, u64 (*seen)[2])
{
	struct pgtable pt = new_tree(g), own;
	bool identity = stage == 0 && identity_begin(&own);

	pt.ops.reach = stage == 1 ? reach_by_slot : NULL;
	pt.ops.offset = identity || stage == 1 ? 0 : pt.ops.offset;
	whole_root = g->stage == 2 ? pt.root : 0;
	reached = 0;
	empty_slots();
	for (size_t i = 0; i < ARRAY_SIZE(life); i++) {
		struct call call = life_call(g, i);

		EXPECT(run(&pt, base_of(g) + call.va, &call) >= 0);
		seen[i][0] = hash_leaves(&pt);
		seen[i][1] = pt.tables;
		EXPECT(!i || seen[i - 1][0] != seen[i][0] || seen[i - 1][1] != seen[i][1]);
	}
	EXPECT((stage == 1) == (reached > 0));
	if (identity)
		identity_end(&own);
	pt.ops.reach = NULL;
	pt.ops.offset = kernel_map.va_pa_offset;
	end_tree(&pt);
}

/* The three stages of a boot: the same leaves and tables after each call. */
static void reach_stages(void)
{
	for_each_geometry(g) {
		u64 seen[2][ARRAY_SIZE(life)][2];

		for (unsigned int stage = 0; stage < 3; stage++) {
			live_by(g, stage, seen[stage > 0]);
			EXPECT(!stage || !memcmp(seen[0], seen[1], sizeof(seen[0])));
		}
	}
	empty_slots();
}

static const struct ktest_case cases[] = {
	{ "each_refusal", each_refusal }, { "stages", stages },
	{ "creation", creation },         { "no_memory", no_memory },
	{ "reach_stages", reach_stages },
};
KTEST_SUITE(refuse, cases);
