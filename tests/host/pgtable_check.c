// SPDX-License-Identifier: BSD-2-Clause
/*
 * One call of the engine, and everything around it: see pgtable_check.h.
 */
#include <kernel/errno.h>

#include <string.h>

#include "host.h"
#include "pgtable_check.h"
#include "pgtable_mem.h"
#include "pgtable_hart.h"

#define A_D        (_PAGE_ACCESSED | _PAGE_DIRTY)
#define MAX_WRITES 64

static const struct model *old_model, *new_model; /* either is right in the call */
static const struct op *running;
static struct pgtable *running_in;
static unsigned int pace; /* one store in so many meets another hart's access */
static struct hart_access writes[MAX_WRITES];
static unsigned int nr_writes;

int check_error(enum pgtable_refusal why)
{
	switch (why) {
	case PGTABLE_NOT_CANONICAL:
	case PGTABLE_TOO_WIDE:
	case PGTABLE_CROSSES_HOLE:
	case PGTABLE_PA_TOO_WIDE:
		return -ERANGE;
	case PGTABLE_OVERWRITES:
	case PGTABLE_TABLE_BY_LEAF:
	case PGTABLE_LEAF_BY_TABLE:
		return -EEXIST;
	case PGTABLE_NO_SVPBMT:
		return -EOPNOTSUPP;
	case PGTABLE_KERNEL_HALF:
		return -EPERM;
	case PGTABLE_HOLE:
		return -ENOENT;
	case PGTABLE_IN_USE:
		return -EBUSY;
	case PGTABLE_NO_MEMORY:
		return -ENOMEM;
	default:
		return -EINVAL;
	}
}

/* --- Other harts --- */

static bool allowed(const struct model *m, const struct hart_access *a)
{
	const struct run *r = model_find(m, a->va);

	if (a->fault || !r)
		return a->fault && !r;
	return a->pa == run_pa(r, a->va) && !((a->bits ^ r->bits) & ~A_D);
}

static void check_access(const struct hart_access *a)
{
	mem_must(allowed(old_model, a) || allowed(new_model, a),
		 a->fault ? "a hart faults where something stays mapped"
			  : "a hart gets a wrong frame or wrong rights");
	if (a->write && !a->fault && nr_writes < MAX_WRITES)
		writes[nr_writes++] = *a;
}

/* Near the ends of what the call is about, or in it. */
static void other_hart(void)
{
	const struct op *op = running;
	u64 size = op->size, near = host_rand_below(40) * PAGE_SIZE - 20 * PAGE_SIZE, va = op->va;

	switch (host_rand_below(4)) {
	case 0:
		va += near;
		break;
	case 1:
		va += size + near;
		break;
	default:
		va += host_rand_below(size);
	}
	va = (va & PAGE_MASK) | (host_rand() & 0xff8);
	if (check_canonical(running_in, va))
		hart_access(va, host_rand() & 1);
}

static void in_store(void)
{
	if (!host_rand_below(pace))
		other_hart();
}

void check_hart(const struct pgtable *pt, bool update)
{
	hart_forget();
	hart.mode = (struct hw_mode){
		pt->geometry->levels, pt->geometry->stage == 2, pt->svnapot,
		pt->svpbmt,           pt->type_bits != 0,
	};
	hart.root = pt->root;
	hart.update = update;
	hart.check = check_access;
}

void check_open(struct pgtable *pt, struct model *m, const struct pgtable_geometry *geometry)
{
	mem_open(pt, geometry, 0);
	pt->svnapot = host_rand() & 1;
	pt->svpbmt = host_rand_below(4);
	if (pt->svpbmt && !pt->svnapot && host_rand() & 1)
		pt->type_bits = _PAGE_THEAD;
	model_init(m, pt);
	check_hart(pt, host_rand() & 1);
}

/* --- One call --- */

struct chain {
	phys_addr_t pa[LEVELS_MAX];
};

static struct chain chain_at(phys_addr_t page)
{
	struct chain chain;

	for (unsigned int level = 0; level < LEVELS_MAX; level++)
		chain.pa[level] = page + level * PAGE_SIZE;
	return chain;
}

u64 check_shared_bits(const struct pgtable *pt)
{
	return _PAGE_PRESENT | _PAGE_READ | _PAGE_ACCESSED | pt->geometry->leaf_set;
}

void check_shared(struct pgtable *pt)
{
	mem_share(pt);
	for (unsigned int chain = 0; chain < MEM_CHAINS; chain++) {
		const struct chain of = chain_at(mem_chain(pt, chain));

		mem_begin(pt, 0, ~0ULL);
		pgtable_fill_shared(pt, of.pa, chain ? pt->geometry->levels : LEVELS_MAX,
				    (pgprot_t){ check_shared_bits(pt) });
		mem_end();
	}
}

static bool over_shared(const struct op *op)
{
	return op->kind == OP_SHARE || (op->kind == OP_MAP && op->flags & PGTABLE_OVER_SHARED);
}

int check_call(struct pgtable *pt, const struct op *op)
{
	const struct chain chain = chain_at(op->pa);
	const pgprot_t set = { op->set }, clear = { op->clear };

	switch (op->kind) {
	case OP_MAP:
		return pgtable_map(pt, op->va, op->pa, op->size, set, op->flags);
	case OP_UNMAP:
		return pgtable_unmap(pt, op->va, op->size);
	case OP_PROTECT:
		return pgtable_protect(pt, op->va, op->size, set, clear);
	case OP_POPULATE:
		return pgtable_populate(pt, op->va, op->size);
	case OP_SPLIT:
		return pgtable_split(pt, op->va, op->size, op->flags);
	case OP_SHARE:
		return pgtable_map_shared(pt, op->va, op->size, chain.pa, set);
	default:
		return pgtable_merge(pt, op->va, op->size);
	}
}

static int call(struct pgtable *pt, const struct op *op)
{
	int ret;

	mem_many_fences = op->kind == OP_MERGE;
	mem_over_shared = over_shared(op);
	mem_begin(pt, op->va, op->va + op->size - 1);
	ret = check_call(pt, op);
	mem_end();
	mem_over_shared = false;
	mem_store_hook = NULL;
	return ret;
}

static void describe(const struct pgtable *pt, const struct op *op)
{
	static const char *const names[] = { "map",   "unmap", "protect", "populate",
					     "split", "merge", "share" };

	printf("# %s%s %s va=%llx pa=%llx size=%llx set=%llx clear=%llx flags=%x\n",
	       pt->geometry->name,
	       pt->svnapot     ? " svnapot"
	       : pt->type_bits ? " thead"
			       : "",
	       names[op->kind], op->va, op->pa, op->size, op->set, op->clear, op->flags);
}

int check_refused(struct pgtable *pt, const struct op *op, u64 whys)
{
	unsigned long tables = pt->tables, before = host_failures;
	unsigned int pages = mem_pages();
	int ret = call(pt, op);

	CHECK(ret < 0);
	CHECK_EQ(mem_log.refusals, 1);
	CHECK(whys >> mem_log.why & 1);
	CHECK_EQ(ret, check_error(mem_log.why));
	CHECK_EQ(ret, pgtable_refusal_error(mem_log.why));
	CHECK_EQ(mem_log.stores, 0);
	CHECK_EQ(mem_log.fences, 0);
	CHECK_EQ(mem_log.links, 0);
	CHECK_EQ(mem_pages(), pages);
	CHECK_EQ(pt->tables, tables);
	if (mem_log.why != PGTABLE_NO_MEMORY)
		CHECK_EQ(mem_log.allocs, 0); /* refused before anything is reserved */
	if (host_failures != before) {
		describe(pt, op);
		printf("# told: %s\n", mem_log.why ? pgtable_refusal_text(mem_log.why) : "nothing");
	}
	return ret;
}

static void settle_updates(const struct pgtable *pt, struct model *m, const struct op *op,
			   const struct hart_update *u)
{
	u64 mask = m->svnapot ? 0xffff : 0, last = u->last | mask, bits;

	for (u64 va = u->first & ~mask;;) {
		unsigned int i = model_first(m, va);
		struct hw_result hw;
		u64 leaf_last;

		if (i == m->nr_runs || m->runs[i].va > last)
			return;
		va = max(va, m->runs[i].va);
		leaf_last = va | ((PAGE_SIZE << m->runs[i].order) - 1);
		hw = hw_translate(&hart.mode, pt->root, va);
		bits = hw.bits;
		for (u64 page = 0; hw.order == 4 && page < 16; page++)
			bits |= hw_translate(&hart.mode, pt->root, (va & ~0xffffULL) | page << 12)
					.bits;
		if (op->kind != OP_MAP && op->kind != OP_SHARE && va <= u->last &&
		    leaf_last >= u->first)
			CHECK(!(u->bits & A_D & ~op->clear & ~bits));
		model_update(m, va, leaf_last, bits & A_D);
		if (m->nr_runs > MAX_RUNS - 64)
			model_tidy(m);
		if (leaf_last >= last)
			return;
		va = leaf_last + 1;
	}
}

/* What other harts set or wrote in the call is in the tables. */
static void check_updates(const struct pgtable *pt, struct model *m, const struct op *op)
{
	for (unsigned int i = 0; i < nr_hart_updates; i++)
		settle_updates(pt, m, op, &hart_updates[i]);
	for (unsigned int i = 0; i < nr_writes; i++) {
		const struct run *r = model_find(m, writes[i].va);

		if (r && hart.update && !(op->clear & _PAGE_DIRTY) && !over_shared(op))
			CHECK(r->bits & _PAGE_DIRTY);
	}
	nr_hart_updates = 0;
	nr_writes = 0;
}

static void check_done(struct pgtable *pt, struct model *m, const struct op *op,
		       const struct outcome *out)
{
	unsigned long tables = pt->tables, before = host_failures;
	unsigned int pages = mem_pages();
	u64 last = op->va + op->size - 1;
	/* Some of the entries of a 64 KiB leaf may lack what the leaf has. */
	bool may_change = out->changed || (m->svnapot && op->kind == OP_PROTECT && op->set & A_D);
	int ret = call(pt, op);

	CHECK_EQ(ret, op->kind == OP_MERGE ? (int)out->freed : 0);
	CHECK_EQ(mem_log.refusals, 0);
	CHECK_EQ(mem_log.allocs, out->taken);
	CHECK_EQ(mem_log.links, out->taken);
	CHECK_EQ(mem_log.drops, out->freed);
	CHECK_EQ((int)(mem_pages() - pages), (int)(out->taken - out->freed));
	CHECK_EQ(pt->tables - tables, (unsigned long)out->taken - out->freed);
	/* Protect need not change what another hart has just changed so. */
	CHECK(mem_log.fences >= out->changed || nr_hart_updates);
	CHECK(mem_log.fences <= (op->kind == OP_MERGE ? out->freed + out->folded : may_change));
	if (!may_change)
		CHECK_EQ(mem_log.stores, 0);
	check_updates(pt, m, op);
	hart_check();
	check_address(pt, m, op->va);
	check_address(pt, m, last);
	check_address(pt, m, op->va + host_rand_below(op->size));
	check_address(pt, m, op->va - 1);
	check_address(pt, m, last + 1);
	check_iterate(pt, m, op->va, last, 32);
	if (host_failures != before)
		describe(pt, op);
}

static void busy_harts(struct model *m)
{
	for (u64 n = host_rand_below(6); n; n--)
		other_hart();
	for (unsigned int i = 0; i < nr_hart_updates; i++)
		model_update(m, hart_updates[i].first, hart_updates[i].last, hart_updates[i].bits);
	nr_hart_updates = 0;
	nr_writes = 0;
}

unsigned int check_op(struct pgtable *pt, struct model *m, const struct op *op, unsigned int how)
{
	static struct model after;
	struct outcome out;
	unsigned int calls = 1;

	running = op;
	running_in = pt;
	old_model = m;
	new_model = m;
	if (how & CHECK_HARTS)
		busy_harts(m);
	model_copy(&after, m);
	if (!model_apply(&after, op, &out))
		return 0;
	if (out.whys) {
		check_refused(pt, op, out.whys);
		CHECK_EQ(mem_log.refused_va, out.refused_va);
		hart_check();
		if (host_failures)
			describe(pt, op);
		return calls;
	}
	for (mem_budget = 0; how & CHECK_STARVE && mem_budget < out.taken; calls++) {
		unsigned long budget = mem_budget;

		check_refused(pt, op, 1ULL << PGTABLE_NO_MEMORY);
		mem_budget = budget + 1;
	}
	mem_budget = out.taken; /* and not one more */
	new_model = &after;
	pace = host_rand() & 1 ? 2 : 40;
	mem_store_hook = how & CHECK_HARTS ? in_store : NULL;
	check_done(pt, &after, op, &out);
	model_tidy(&after);
	model_copy(m, &after);
	new_model = m;
	return calls;
}
