/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MM_ENGINE_H
#define MM_ENGINE_H

#include <kernel/pgtable.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>

/*
 * The engine's inside: what its files know of each other. pgtable.c runs requests, fast.h
 * has its fast paths, pgtable_entry.c does the stores, pgtable_rules.c says what is legal,
 * pgtable_tree.c treats whole trees, pgtable_walk.c looks, pgtable_text.c has the words.
 */
#define TABLE_SIZE (PAGE_SIZE / sizeof(pte_t)) /* entries, of all tables but the root */
#define NO_TABLE   1UL                         /* no table has this address */

/* Bits a hart may set in a leaf at any time. */
#define ACCESS_BITS (_PAGE_ACCESSED | _PAGE_DIRTY)

/* A 64 KiB leaf is a run of sixteen level-0 entries with N (Priv 20250508 chapter 13). */
#define RUN_PAGES 16U
#define RUN_SIZE  (RUN_PAGES * PAGE_SIZE)
#define RUN_PFN   (((u64)RUN_PAGES - 1) << _PAGE_PFN_SHIFT)
#define RUN_MARK  (_PAGE_NAPOT | (u64)RUN_PAGES / 2 << _PAGE_PFN_SHIFT)

/*
 * A place in the walk, as one number: bits 5..0 are the shift that makes the address the
 * byte offset of its entry at this level, the bits above are the level. One level down is
 * one subtraction; shifts by a register use just its low six bits.
 */
#define WALK_STEP     (64 + LEVEL_BITS)
#define WALK_AT(lvl)  ((lvl) * WALK_STEP + PAGE_SHIFT - 3)
#define TABLE_OFFSETS (PAGE_SIZE - 8)

/* V, R, W, X as a number: R, RW, X, RX (Priv 20250508 §12.4.1). A guest's RAM has RWX too. */
#define LEAF_RIGHTS (1U << 3 | 1U << 7 | 1U << 9 | 1U << 11)

/*
 * G-stage trees have four times the root, and two address bits more (Priv 20250508, chapter on
 * the hypervisor extension, two-stage address translation).
 */
#define PGTABLE_GEOMETRY(_name, _stage, _levels, _mode)                                       \
	{                                                                                     \
		.name = _name,                                                                \
		.levels = (_levels),                                                          \
		.mode = (_mode),                                                              \
		.stage = (_stage),                                                            \
		.root_bits = LEVEL_BITS + ((_stage) == 2 ? 2 : 0),                            \
		.input_bits = PAGE_SHIFT + LEVEL_BITS * (_levels) + ((_stage) == 2 ? 2 : 0),  \
		.max_leaf_level = (_levels) - 1,                                              \
		.base_level = (_levels) > 3 ? 3 : (_levels) - 1,                              \
		.sign_extended = (_stage) == 1,                                               \
		.leaf_set = (_stage) == 2 ? _PAGE_USER : 0,                                   \
		.leaf_clear = (_stage) == 2 ? _PAGE_GLOBAL : 0,                               \
		.leaf_rights = LEAF_RIGHTS | ((_stage) == 2 ? 1U << 15 : 0),                  \
		.walk = WALK_AT((_levels) - 1),                                               \
		.root_mask = (8U << (LEVEL_BITS + ((_stage) == 2 ? 2 : 0))) - 8,              \
		.bias = (_stage) == 1 ? 1UL << (PAGE_SHIFT + LEVEL_BITS * (_levels) - 1) : 0, \
	}

/* A pointer to a table has V and its frame, and nothing else in the low bits. */
static inline bool points_to_table(pte_t pte)
{
	return (pte.val & 0x3ff) == _PAGE_PRESENT;
}

/* The bits above the input's are what the geometry wants: all equal, or all 0. */
static __always_inline bool input_valid(const struct pgtable_geometry *g, unsigned long va)
{
	return (va + g->bias) >> g->input_bits == 0;
}

static inline unsigned int root_level(const struct pgtable *pt)
{
	return pt->geometry->levels - 1U;
}

static inline unsigned long table_index(const struct pgtable_geometry *geometry, unsigned int level,
					unsigned long va)
{
	unsigned long mask = level == geometry->levels - 1U ? geometry->root_mask : TABLE_OFFSETS;

	return va >> pgtable_leaf_shift(level) & mask / sizeof(pte_t);
}

static inline pte_t *reach(const struct pgtable *pt, phys_addr_t table, unsigned int level)
{
	if (pt->ops.reach)
		return pt->ops.reach(table, level);
	return (pte_t *)(table + pt->ops.offset);
}

static inline pte_t *reach_entry(const struct pgtable *pt, phys_addr_t table, unsigned int level,
				 unsigned long va)
{
	return reach(pt, table, level) + table_index(pt->geometry, level, va);
}

static inline pte_t read_pte(const pte_t *ptep)
{
	return (pte_t){ READ_ONCE(ptep->val) };
}

/* What a hart makes of an entry of a 64 KiB leaf: the frame of the page at @va. */
static inline pte_t page_of_run(pte_t pte, unsigned long va)
{
	u64 pfn = va >> PAGE_SHIFT << _PAGE_PFN_SHIFT;

	return (pte_t){ (pte.val & ~RUN_PFN) | (pfn & RUN_PFN) };
}

/* T-Head's strong order has the place of N, and always another bit with it. */
static inline bool is_run(pte_t pte)
{
	return (pte.val & (_PAGE_NAPOT | _PAGE_THEAD_SHARED)) == _PAGE_NAPOT;
}

static inline pte_t as_walked(pte_t pte, unsigned long va)
{
	return unlikely(pte.val & _PAGE_NAPOT) && is_run(pte) ? page_of_run(pte, va) : pte;
}

/* Leaf bits as calls name them, the way harts want them: all zeros are no T-Head RAM. */
static inline u64 typed(const struct pgtable *pt, u64 bits)
{
	if (likely(!pt->type_bits))
		return bits;
	return (bits & ~_PAGE_PBMT) | (bits & _PAGE_IO   ? _PAGE_THEAD_IO
				       : bits & _PAGE_NC ? _PAGE_THEAD_NC
							 : _PAGE_THEAD_RAM);
}

/* Last address of the entry of @level that holds @va, or @last if that comes first. */
static inline unsigned long entry_last(unsigned int level, unsigned long va, unsigned long last)
{
	unsigned long end = va | (pgtable_leaf_size(level) - 1);

	return end < last ? end : last;
}

/* From the root to the entry that decides. Trusts the tables; pt->ops.reach is NULL. */
static __always_inline pte_t walk_tables(const struct pgtable *pt, const struct pgtable_geometry *g,
					 unsigned long va, unsigned int *level)
{
	/* entry << 2 is the table's address and V, shifted to bit 2 */
	unsigned long to_table = pt->ops.offset - (_PAGE_PRESENT << 2), at = g->walk;
	pte_t pte =
		read_pte((pte_t *)(pt->root + pt->ops.offset + (va >> (at & 63) & g->root_mask)));

	/* Each address depends on the entry before: no barrier is needed to see a new table. */
	while (points_to_table(pte)) {
		at -= WALK_STEP;
		OPTIMIZER_HIDE_VAR(at); /* or it is kept twice, a step apart */
		pte = read_pte((pte_t *)((pte.val << 2) + to_table +
					 (va >> (at & 63) & TABLE_OFFSETS)));
	}
	*level = (unsigned int)(at >> 6);
	return pte;
}

static inline void set_pte(pte_t *ptep, pte_t pte)
{
	WRITE_ONCE(ptep->val, pte.val);
}

/* New bits for a leaf; a hart may be setting A and D in it. Whether they differ. */
static inline bool change_leaf(pte_t *ptep, u64 set, u64 clear)
{
	u64 old = read_pte(ptep).val, was, new;

	do {
		was = old;
		new = (was & ~clear) | set;
		if (new != was)
			old = cmpxchg(&ptep->val, was, new);
	} while (old != was);
	return new != was;
}

static inline void link_table(pte_t *ptep, phys_addr_t table)
{
	smp_wmb(); /* the table's entries before the entry that makes them reachable */
	set_pte(ptep, mk_pte(table, __pgprot(_PAGE_PRESENT)));
}

/* A leaf as most are: legal, and with no memory type. */
static inline bool leaf_common(const struct pgtable *pt, u64 bits)
{
	const struct pgtable_geometry *g = pt->geometry;

	return !(bits >> _PAGE_PFN_SHIFT) && !(pt->kernel && bits & _PAGE_GLOBAL) &&
	       g->leaf_rights >> (bits & 15) & 1 &&
	       (bits & (g->leaf_set | g->leaf_clear)) == g->leaf_set;
}

static inline bool shared(const struct pgtable *pt, phys_addr_t table)
{
	return table >= pt->shared_start && table < pt->shared_end;
}

/* --- One request to change a range --- */

enum op {
	MAP,      /* put leaves where nothing is */
	MAP_OVER, /* as MAP; what leads to something shared counts as nothing */
	POPULATE, /* build tables down to level 0, map nothing */
	UNMAP,    /* leave nothing mapped */
	PROTECT,  /* change bits of the leaves that are there */
	SPLIT,    /* let no leaf reach across an end of the range */
	NR_OPS
};

/* What an entry is. */
enum kind {
	NONE,  /* not valid */
	LEAF,  /* maps something */
	TABLE, /* points to a table of the level below */
	STRAY, /* points to a table, but is of level 0 */
	NR_KINDS
};

/* How much of what an entry maps a request covers. */
enum extent {
	PART,  /* not all of it; or, to map, no leaf fits there */
	WHOLE, /* all of it */
	NR_EXTENTS
};

/* What all actions are, that are done to entries alike as to one; and all that go down. */
#define OF_RUN 0x20
#define BELOW  0x40

/* What a request does about an entry. */
enum action {
	SKIP = OF_RUN | 1,   /* nothing: it is as it should be */
	CHANGE = OF_RUN | 2, /* write leaves, or invalid entries, or other bits */
	DOWN = BELOW | 3,    /* go on in the table it points to */
	ADD = BELOW | 4,     /* go on in a new table, which is linked here */
	BREAK = BELOW | 5,   /* go on in a table that maps what the leaf here did */
	DETACH = 6           /* take the table out of the tree, and free it after the fence */
};

/* In place of an action: the request is refused, and bits 4..0 say why. */
#define REFUSED 0x80

/*
 * Which transitions are legal: an action or a refusal, by request, by what an entry is, and
 * by how much of it the request covers.
 */
extern const u8 pgtable_rules[NR_OPS][NR_KINDS][NR_EXTENTS];

/* Whether a request splits a leaf that it covers in part; it does so to one of 64 KiB too. */
static inline bool breaks_leaves(enum op op)
{
	return pgtable_rules[op][LEAF][PART] == BREAK;
}

/*
 * Ranges inside the engine are inclusive, so that the last byte of the address space
 * needs no special case.
 */
struct request {
	struct pgtable *pt;
	enum op op;
	bool done;                 /* with the second pass, or in another way */
	bool commit;               /* second pass */
	bool detached;             /* tables were, in the second pass */
	bool small;                /* no leaf of 64 KiB either */
	const phys_addr_t *shared; /* what to map instead of leaves, by level */
	unsigned int leaf_level;   /* largest leaf wanted */
	unsigned long pa_delta;    /* pa - va, modulo 2^64 */
	u64 set, clear;            /* of leaves */
	unsigned long writes;      /* pt->writes when the tables needed were counted */
	unsigned long need;        /* tables to take */
	unsigned long have;        /* reserved ... */
	phys_addr_t spares;        /* ... and unlinked ones, each holding the next one's address */
	unsigned long refused_at;
};

/* Entries side by side in a table that are alike, so that a request can treat them as one. */
struct run {
	pte_t *ptep; /* the first; NULL: their table is yet to be made, and all its entries ... */
	pte_t pte;   /* ... are, or map, as this; else what the first is */
	enum kind kind;
	unsigned int level;
	unsigned long va; /* of the first */
	unsigned long n;
};

static inline enum kind entry_kind(pte_t pte, unsigned int level)
{
	if (!pte_present(pte))
		return NONE;
	if (pte.val & _PAGE_LEAF)
		return LEAF;
	return level ? TABLE : STRAY;
}

/*
 * How many entries of @level the request covers from @va on. Once one is aligned and
 * whole, all whole ones after it are aligned too.
 */
static inline unsigned long covered(const struct request *rq, unsigned int level, unsigned long va,
				    unsigned long last)
{
	unsigned long mask = pgtable_leaf_size(level) - 1;

	if (level > rq->leaf_level || ((va | (va + rq->pa_delta)) & mask))
		return 0;
	return (last - va + 1) >> pgtable_leaf_shift(level);
}

static inline bool four_invalid(const pte_t *ptep)
{
	return !((read_pte(ptep).val | read_pte(ptep + 1).val | read_pte(ptep + 2).val |
		  read_pte(ptep + 3).val) &
		 _PAGE_PRESENT);
}

/* How many of @n entries are like the first one, which is NONE or LEAF. */
static inline unsigned long alike(const pte_t *ptep, unsigned long n, enum kind kind)
{
	const pte_t *end = ptep + n, *at = ptep + 1;

	while (kind == NONE && end - at >= 4 && four_invalid(at))
		at += 4;
	while (at != end && (kind == NONE ? !pte_present(read_pte(at)) : pte_leaf(read_pte(at))))
		at++;
	return (unsigned long)(at - ptep);
}

static inline void begin_change(struct pgtable *pt)
{
	pt->change = (struct pgtable_change){ .va = ~0UL, .level = ~0U };
}

/* What the fence must know. */
static inline void note(struct request *rq, unsigned int level, unsigned long va,
			unsigned long last, bool removed, bool tables)
{
	struct pgtable_change *c = &rq->pt->change;

	c->va = min(c->va, va);
	c->last = max(c->last, last);
	c->level = min(c->level, level);
	c->removed |= removed;
	c->tables |= tables;
	if (removed && tables)
		rq->pt->hint.size = 0; /* it may be one that goes */
}

/* Field by field: the compiler would call memset(). */
static __always_inline void new_request(struct request *rq, struct pgtable *pt, enum op op)
{
	rq->pt = pt;
	rq->op = op;
	rq->done = rq->commit = rq->detached = rq->small = false;
	rq->shared = NULL;
	rq->leaf_level = root_level(pt);
	rq->pa_delta = 0;
	rq->set = rq->clear = 0;
	rq->writes = rq->need = rq->have = 0;
	rq->spares = 0;
}

/* pgtable_rules.c: tell the tree's owner, and the refusal's -errno; what is wrong, or 0 */
int pgtable_refuse(const struct pgtable *pt, enum pgtable_refusal why, unsigned long va);
enum pgtable_refusal pgtable_range_refusal(const struct pgtable *pt, unsigned long va,
					   unsigned long size);
enum pgtable_refusal pgtable_leaf_refusal(const struct pgtable *pt, u64 bits);

/* pgtable_entry.c: spare tables, taken before the lock and given back after it */
bool pgtable_reserve_spares(struct request *rq);
void pgtable_free_spares(struct request *rq);
phys_addr_t pgtable_new_table(struct request *rq, unsigned int level);

/* pgtable_entry.c: stores of the second pass */
void pgtable_write_leaves(const struct request *rq, pte_t *ptep, unsigned int level, pte_t pte,
			  unsigned long n);
void pgtable_rewrite_run(struct request *rq, pte_t *run, unsigned long va, bool join);
void pgtable_break_runs(struct request *rq, pte_t *ptep, unsigned long va, unsigned long last);
phys_addr_t pgtable_break_leaf(struct request *rq, pte_t *ptep, unsigned int level,
			       unsigned long va);
phys_addr_t pgtable_unshare(struct request *rq, pte_t *ptep, unsigned int level, unsigned long va);

/* pgtable_entry.c: after them */
bool pgtable_settle(struct request *rq);
void pgtable_sync_roots(const struct pgtable *pt, unsigned long va, unsigned long last);
void pgtable_collect(struct request *rq, phys_addr_t table, unsigned int level);

#endif
