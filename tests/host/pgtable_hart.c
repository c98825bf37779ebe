// SPDX-License-Identifier: BSD-2-Clause
/*
 * A hart with a translation cache that keeps all it may: see pgtable_hart.h.
 */
#include "host.h"
#include "pgtable_hart.h"

#define NR_KEPT     24
#define MAX_UPDATES 64

enum kind {
	NOTHING,
	LEAF,
	POINTER,
	INVALID
};

struct kept {
	enum kind kind;
	unsigned int level;
	u64 root, first, last; /* addresses it translates */
	u64 at;                /* the access that brought it in */
	u64 pte;
};

struct hart hart;
struct hart_update hart_updates[MAX_UPDATES];
unsigned int nr_hart_updates;

static struct kept kept[NR_KEPT];
static unsigned int nr_kept; /* slots that were ever used */

static unsigned int index_of(u64 va, unsigned int level)
{
	bool wide = hart.mode.guest && level == hart.mode.levels - 1;

	return va >> (12 + 9 * level) & (wide ? 2047 : 511);
}

static bool is_leaf(u64 pte)
{
	return (pte & 1) && (pte & 14);
}

static void keep(enum kind kind, unsigned int level, u64 va, u64 pte)
{
	struct kept *k = &kept[nr_kept < NR_KEPT ? nr_kept++ : host_rand_below(NR_KEPT)];
	u64 mask = (1ULL << (12 + 9 * level)) - 1;

	if (kind == LEAF && pte >> 63)
		mask = (1ULL << 16) - 1;
	*k = (struct kept){ kind, level, hart.root, va & ~mask, va | mask, va, pte };
}

static struct kept *kept_for(enum kind kind, u64 va)
{
	struct kept *best = NULL;

	for (struct kept *k = kept; k < kept + nr_kept; k++)
		if (k->kind == kind && k->root == hart.root && va >= k->first && va <= k->last &&
		    (!best || k->level < best->level))
			best = k;
	return best;
}

static u64 translated(u64 pte, unsigned int level, u64 va)
{
	unsigned int low = pte >> 63 ? 16 : 12 + 9 * level;

	return (pte << 10 >> 20 << 12 >> low << low) | (va & ((1ULL << low) - 1));
}

static void report(u64 va, bool write, u64 pte, unsigned int level)
{
	const struct hart_access access = {
		va,
		translated(pte, level, va),
		pte & ~(((1ULL << 44) - 1) << 10 | 1ULL << 63),
		write,
		!(pte & 1),
	};

	if (hart.check)
		hart.check(&access);
}

/* What a store must find set, a load too. */
static u64 missing(u64 pte, bool write)
{
	return ((write ? 0xc0ULL : 0x40ULL) & ~pte);
}

static void update(u64 table, u64 va, unsigned int level, u64 bits)
{
	u64 mask = (1ULL << (12 + 9 * level)) - 1;

	mem_or(table, index_of(va, level), bits);
	if (nr_hart_updates < MAX_UPDATES)
		hart_updates[nr_hart_updates++] =
			(struct hart_update){ va & ~mask, va | mask, bits };
}

static void walk(u64 va, bool write)
{
	struct kept *k = host_rand() & 1 ? kept_for(POINTER, va) : NULL;
	unsigned int level = k ? k->level - 1 : hart.mode.levels - 1;
	u64 table = k ? k->pte << 10 >> 20 << 12 : hart.root, pte;

	for (;; level--) {
		const u64 *entries = mem_table(table);

		mem_must(entries, "a hart walks through what is no table");
		pte = entries[index_of(va, level)];
		if (!(pte & 1) || is_leaf(pte) || !level)
			break;
		if (host_rand() & 1)
			keep(POINTER, level, va, pte);
		table = pte << 10 >> 20 << 12;
	}
	if (hart.mode.thead && is_leaf(pte))
		pte = hw_from_thead(pte);
	mem_must(!(pte & 1) || is_leaf(pte), "a hart finds a table at level 0");
	if (!(pte & 1)) {
		if (host_rand() & 1)
			keep(INVALID, level, va, 0);
		report(va, write, 0, level);
		return;
	}
	write &= pte >> 2 & 1;
	if (missing(pte, write)) {
		if (!hart.update || nr_hart_updates == MAX_UPDATES)
			return; /* a fault that is not about the mapping */
		pte |= missing(pte, write);
		update(table, va, level, pte & 0xc0);
	}
	keep(LEAF, level, va, pte);
	report(va, write, pte, level);
}

void hart_access(u64 va, bool write)
{
	struct kept *k = kept_for(LEAF, va);

	if (k && host_rand_below(4)) {
		write &= k->pte >> 2 & 1;
		if (!missing(k->pte, write)) {
			report(va, write, k->pte, k->level);
			return;
		}
	}
	k = kept_for(INVALID, va);
	if (k && host_rand() & 1)
		report(va, write, 0, k->level);
	else
		walk(va, write);
}

/*
 * A fence by address, once in each piece of the size of a leaf of the level: only if one
 * of them is sure to be at an address the entry translates, it is gone.
 */
static bool fenced_by_address(const struct kept *k, const struct pgtable_change *c)
{
	u64 size = 1ULL << (12 + 9 * c->level), first = max(k->first, c->va), last;

	if (k->kind == POINTER || first > min(k->last, c->last))
		return false;
	last = min(first | (size - 1), c->last);
	first = max(first & -size, c->va);
	return first >= k->first && last <= k->last;
}

void hart_fence(const struct pgtable *pt, const struct pgtable_change *c)
{
	for (struct kept *k = kept; k < kept + nr_kept; k++) {
		if (k->root != pt->root && (pt->kernel || !pt->next))
			continue;
		if (!c->removed && k->kind != INVALID)
			continue;
		if (c->tables || fenced_by_address(k, c))
			k->kind = NOTHING;
	}
}

void hart_freed(phys_addr_t table)
{
	for (const struct kept *k = kept; k < kept + nr_kept; k++)
		mem_must(k->kind != POINTER || k->pte << 10 >> 20 << 12 != table,
			 "gives back a table that a hart may still walk");
}

void hart_forget(void)
{
	nr_kept = 0;
	nr_hart_updates = 0;
}

/* D of any of sixteen entries counts for all. */
static u64 dirty(u64 root, u64 va, const struct hw_result *found)
{
	u64 bits = found->bits;

	for (unsigned int i = 0; found->order == 4 && i < 16; i++)
		bits |= hw_translate(&hart.mode, root, (va & ~0xffffULL) | i << 12).bits;
	return bits & 0xc0;
}

static void check_leaf(const struct kept *k)
{
	struct hw_result now = hw_translate(&hart.mode, k->root, k->at);
	u64 bits = k->pte & ~(((1ULL << 44) - 1) << 10 | 1ULL << 63);

	mem_must(!now.fault, "a hart still has a leaf that is unmapped");
	mem_must(now.pa == translated(k->pte, k->level, k->at), "a hart still has an old frame");
	mem_must(!((now.bits ^ bits) & ~0xc0ULL), "a hart still has old bits of a leaf");
	mem_must(!(bits & 0xc0 & ~dirty(k->root, k->at, &now)),
		 "a hart has A or D of a leaf whose entry lacks it");
}

static u64 pointer_now(const struct kept *k)
{
	u64 table = k->root, pte = 0;

	for (unsigned int level = hart.mode.levels - 1; level >= k->level; level--) {
		if (!mem_table(table))
			return 0;
		pte = mem_table(table)[index_of(k->at, level)];
		if ((pte & 15) != 1)
			return 0;
		table = pte << 10 >> 20 << 12;
	}
	return pte;
}

void hart_check(void)
{
	for (const struct kept *k = kept; k < kept + nr_kept; k++) {
		if (k->kind == LEAF)
			check_leaf(k);
		else if (k->kind == POINTER)
			mem_must(pointer_now(k) == k->pte, "a hart still has an old table");
		else if (k->kind == INVALID)
			mem_must(hw_translate(&hart.mode, k->root, k->at).fault,
				 "a hart does not see what was mapped");
	}
}
