// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the engine's stores may do to live tables, one by one, and whether its fences tell
 * what they did: see pgtable_mem.h.
 */
#include <string.h>

#include "host.h"
#include "pgtable_hart.h"
#include "pgtable_pages.h"
#include "pgtable_watch.h"

#define A_D (_PAGE_ACCESSED | _PAGE_DIRTY)

void (*mem_store_hook)(void);
bool mem_many_fences, mem_over_shared;

static struct page *gone[MAX_PAGES]; /* detached, not fenced */
static unsigned int nr_gone;
static unsigned long zombies; /* invalid entries that are not zero */
static bool unfenced, adding;
static unsigned int nr_roots;
static u64 call_va, call_last;

static bool is_pointer(u64 val)
{
	return (val & 15) == 1;
}

static bool is_leaf(u64 val)
{
	return (val & 1) && (val & 14);
}

static struct page *page_in(u64 val)
{
	return mem_page(val << 10 >> 20 << 12);
}

static bool leads_to_shared(u64 val)
{
	struct page *page = page_in(val);

	return page && page->shared;
}

static u64 entry_va(const struct page *page, unsigned int i)
{
	u64 va = page->va + ((u64)i << (12 + 9 * page->level));

	return page->input_bits
		       ? (u64)((s64)(va << (64 - page->input_bits)) >> (64 - page->input_bits))
		       : va;
}

static void link_page(struct page *parent, unsigned int index);

static void make_live(struct page *page, const struct page *parent, unsigned int index)
{
	mem_must(!memcmp(page->bytes, page->ready, PAGE_SIZE),
		 "links a table that was not complete at a barrier before");
	page->state = PAGE_LIVE;
	page->added = adding && !page->shared;
	page->level = parent->level - 1;
	page->va = entry_va(parent, index);
	page->input_bits = 0;
	memcpy(page->known, page->bytes, PAGE_SIZE);
	mem_log.links += !page->shared;
	for (unsigned int i = 0; i < page->entries; i++) {
		mem_must((page->known[i] & 1) || !page->known[i],
			 "links a table with an invalid entry that is not 0");
		if (is_pointer(page->known[i]))
			link_page(page, i);
	}
}

static void link_page(struct page *parent, unsigned int index)
{
	struct page *page = page_in(parent->known[index]);

	mem_must(page && page->state != PAGE_DETACHED && page->state != PAGE_FENCED,
		 "links what is no table");
	mem_must(parent->level, "links a table at level 0");
	mem_must(parent->known[index] == (page->pa >> 2 | 1), "links a table by more than V");
	if (page->state == PAGE_FRESH)
		make_live(page, parent, index);
	else
		mem_must(page->shared || (parent->root && nr_roots > 1),
			 "links a table a second time");
	mem_must(page->level == parent->level - 1, "links a table of another level");
	page->links++;
}

static void unlink_page(u64 entry)
{
	struct page *page = page_in(entry);

	mem_must(page && (page->links || page->shared), "unlinks what is no table");
	if (page->shared || --page->links)
		return;
	page->state = PAGE_DETACHED;
	gone[nr_gone++] = page;
	mem_log.drops++;
	for (unsigned int i = 0; i < page->entries; i++)
		if (is_pointer(page->known[i]))
			unlink_page(page->known[i]);
}

/* The frame of a leaf's page, as in pgtable_walk(). */
static u64 frame(u64 val, unsigned int index)
{
	u64 pfn = val << 10 >> 20;

	return val >> 63 ? pfn - pfn % 16 + index % 16 : pfn;
}

static void note_change(const struct page *page, unsigned int i, u64 old, u64 val)
{
	bool table = is_pointer(old) || is_pointer(val);
	u64 va = entry_va(page, i), last = va | ((1ULL << (12 + 9 * page->level)) - 1);

	mem_log.removed |= old & 1;
	mem_log.tables |= table;
	unfenced = true;
	va = max(va, call_va);
	last = min(last, call_last);
	mem_log.first = min(mem_log.first, va);
	mem_log.last = max(mem_log.last, last);
	if (!table)
		mem_log.level = min(mem_log.level, page->level);
}

/* Each store to a live entry is one of these; all else is an error. */
static void check_step(const struct page *page, unsigned int i, u64 old, u64 val)
{
	mem_must(!mem_over_shared || !(old & 1) || leads_to_shared(old),
		 "replaces what leads to nothing shared");
	if (!old) {
		mem_must(val & 1, "writes an invalid entry");
		mem_must(!page->added || mem_many_fences, "fills a table after linking it");
		mem_must(!mem_log.fences || mem_many_fences, "adds after the fence");
	} else if (!(old & 1)) {
		mem_must(!val, "does not clear what it left in an invalid entry");
		mem_must(!unfenced, "forgets a table before the fence");
		zombies--;
		return;
	} else if (!(val & 1)) {
		/* A table's address stays until the fence, unless it is freed at once after it. */
		mem_must(!val || (is_pointer(old) && val == (old & ~1ULL)),
			 "makes an entry invalid, but not as agreed");
		mem_must(val || is_leaf(old) || mem_many_fences, "forgets a table");
		zombies += val != 0;
	} else if (is_leaf(old) && is_leaf(val)) {
		mem_must(mem_over_shared || frame(old, i) == frame(val, i),
			 "changes the frame of a leaf");
		if (mem_log.fences && !unfenced && (old | (val & A_D)) == val)
			return; /* merge, collecting A and D */
	} else {
		mem_must(is_pointer(old) != is_pointer(val) || page_in(old)->shared,
			 "replaces one table by another");
	}
	note_change(page, i, old, val);
}

static void live_store(struct page *page, u64 *p, u64 val)
{
	unsigned int i = (unsigned int)(p - (u64 *)((unsigned long)p & ~(page->entries * 8UL - 1)));
	u64 old = page->known[i];

	mem_must(*p == old, "changed a live table other than by an entry store");
	mem_must(!mem_tree || spin_is_locked(&mem_tree->lock), "stores without the lock");
	mem_must(!page->shared, "writes to a shared table");
	mem_log.stores++;
	if (old == val) {
		if (mem_over_shared) /* it need not look what it replaces */
			note_change(page, i, old, val);
		return;
	}
	check_step(page, i, old, val);
	page->known[i] = val;
	*p = val;
	mem_sync();
	adding = !old;
	if (is_pointer(val))
		link_page(page, i);
	if (is_pointer(old))
		unlink_page(old);
}

static struct page *stored_page(u64 *p)
{
	struct page *page = mem_page_at(p);

	mem_must(page, "stores through a pointer that reach() did not give last");
	mem_must(page->state != PAGE_DETACHED, "writes to a detached table before the fence");
	if (page->state == PAGE_LIVE && mem_store_hook) {
		mem_sync();
		mem_store_hook();
		mem_sync();
	}
	return page;
}

void pgtable_watch_store(volatile void *entry, u64 val)
{
	u64 *p = (u64 *)entry;
	struct page *page = stored_page(p);

	if (page->state == PAGE_LIVE)
		live_store(page, p, val);
	*p = val;
}

u64 pgtable_watch_cmpxchg(volatile void *entry, u64 old, u64 val)
{
	u64 *p = (u64 *)entry;
	struct page *page = stored_page(p);

	if (*p != old)
		return *p;
	if (page->state == PAGE_LIVE)
		live_store(page, p, val);
	*p = val;
	return old;
}

void pgtable_watch_barrier(void)
{
	struct page *page;

	mem_sync();
	for (unsigned int i = 0; (page = mem_call_page(i)); i++)
		if (page->state == PAGE_FRESH)
			memcpy(page->ready, page->bytes, PAGE_SIZE);
	for (page = mem_shared_pages; page < mem_shared_pages + SHARED_PAGES; page++)
		if (page->shared && page->state == PAGE_FRESH)
			memcpy(page->ready, page->bytes, PAGE_SIZE);
}

void watch_reset(void)
{
	nr_gone = 0;
	zombies = 0;
	unfenced = false;
	nr_roots = 0;
}

static void forget_changes(void)
{
	mem_log.removed = false;
	mem_log.tables = false;
	mem_log.first = ~0ULL;
	mem_log.last = 0;
	mem_log.level = ~0U;
	unfenced = false;
	nr_gone = 0;
}

void watch_begin(u64 va, u64 last)
{
	mem_range(va, last);
	forget_changes();
}

void mem_range(u64 va, u64 last)
{
	call_va = va;
	call_last = last;
}

void watch_end(void)
{
	struct page *page;

	for (unsigned int i = 0; (page = mem_call_page(i)); i++)
		page->added = false;
	mem_must(!unfenced, "leaves a change without a fence");
	mem_must(!zombies, "leaves an invalid entry that is not 0");
	mem_must(mem_log.allocs + mem_log.drops == mem_log.frees + mem_log.links,
		 "gives back other tables than it should");
}

void watch_fence(struct pgtable *pt, const struct pgtable_change *c)
{
	mem_must(spin_is_locked(&pt->lock), "fences without the lock");
	mem_must(pt == mem_tree, "fences for another tree");
	mem_must(unfenced, "fences although nothing has changed");
	mem_must(c->removed == mem_log.removed, "tells the fence wrong whether entries went");
	mem_must(c->tables == mem_log.tables, "tells the fence wrong whether tables changed");
	mem_must(c->va <= mem_log.first && c->last >= mem_log.last && c->va <= c->last,
		 "fences less than it changed");
	mem_must(c->level <= mem_log.level && c->level < pt->geometry->levels,
		 "fences in larger steps than the leaves it changed");
	mem_sync();
	for (unsigned int i = 0; i < nr_gone; i++) {
		mem_must(!memcmp(gone[i]->bytes, gone[i]->known, PAGE_SIZE),
			 "writes to a detached table before the fence");
		gone[i]->state = PAGE_FENCED;
	}
	forget_changes();
	mem_log.fences++;
	hart_fence(pt, c);
}

void mem_adopt(const struct pgtable *pt)
{
	struct page *page = mem_page(pt->root);

	mem_must(page && page->state == PAGE_FRESH, "makes a tree without a root");
	mem_sync();
	page->state = PAGE_LIVE;
	page->root = true;
	page->added = false;
	page->level = pt->geometry->levels - 1U;
	page->va = 0;
	page->input_bits = pt->geometry->sign_extended ? pt->geometry->input_bits : 0;
	memcpy(page->known, page->bytes, page->entries * sizeof(u64));
	nr_roots++;
	mem_log.links++;
	for (unsigned int i = 0; i < page->entries; i++)
		if (is_pointer(page->known[i]))
			link_page(page, i);
}

void mem_retire(const struct pgtable *pt)
{
	struct page *page = mem_page(pt->root);

	for (unsigned int i = 0; i < page->entries; i++)
		if (is_pointer(page->known[i]))
			unlink_page(page->known[i]);
	page->state = PAGE_DETACHED;
	gone[nr_gone++] = page;
	nr_roots--;
	mem_log.drops++;
	mem_log.removed = true;
	mem_log.tables = true;
	mem_log.level = pt->geometry->levels - 1U;
	unfenced = true;
}
