// SPDX-License-Identifier: BSD-2-Clause
/*
 * The fake physical memory below the page-table engine: see pgtable_mem.h.
 */
#include <sanitizer/asan_interface.h>
#include <string.h>
#include <sys/mman.h>

#include "host.h"
#include "pgtable_mem.h"
#include "pgtable_watch.h"

#define MAX_PAGES 1024
#define HASH_SIZE 4096
#define ENTRIES   (PAGE_SIZE / sizeof(u64))

struct page {
	phys_addr_t pa;
	u64 *bytes;
	bool live, freed;
	u64 known[ENTRIES]; /* live: what the watched stores made of it */
	u64 ready[ENTRIES]; /* not live: what it was at the last barrier */
};

/* What reach() gave last for a level; in MEM_FIXMAP a copy of the page. */
struct window {
	struct page *page;
	u64 *at;
	u64 loaded[ENTRIES];
};

struct mem_log mem_log;
unsigned long mem_budget;

static enum mem_mode mode;
static struct page *pages;
static unsigned int nr_pages, first_new; /* pages from first_new on are this call's */
static u16 hash[HASH_SIZE];              /* index of the page + 1 */
static struct window windows[PGTABLE_MAX_LEVELS];
static char *arena; /* MEM_FLAT: every second page is one of ours */
static phys_addr_t arena_pa;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	host_failures++;
	printf("# engine: %s (seed %llu)\n", what, (unsigned long long)host_seed);
	abort();
}

static unsigned int hash_slot(phys_addr_t pa)
{
	unsigned int slot = (pa >> PAGE_SHIFT) * 0x9e3779b97f4a7c15ULL >> 52;

	while (hash[slot] && pages[hash[slot] - 1].pa != pa)
		slot = (slot + 1) % HASH_SIZE;
	return slot;
}

static struct page *find_page(phys_addr_t pa)
{
	unsigned int nr = hash[hash_slot(pa)];

	return nr && !pages[nr - 1].freed ? &pages[nr - 1] : NULL;
}

/* Bring what was written through the windows to memory, and what is there to all. */
static void sync_windows(void)
{
	if (mode != MEM_FIXMAP)
		return;
	for (struct window *w = windows; w < windows + PGTABLE_MAX_LEVELS; w++) {
		if (!w->at || !memcmp(w->at, w->loaded, PAGE_SIZE))
			continue;
		for (unsigned int i = 0; i < ENTRIES; i++)
			if (w->at[i] != w->loaded[i])
				w->page->bytes[i] = w->at[i];
	}
	for (struct window *w = windows; w < windows + PGTABLE_MAX_LEVELS; w++) {
		if (!w->at || !memcmp(w->at, w->page->bytes, PAGE_SIZE))
			continue;
		memcpy(w->at, w->page->bytes, PAGE_SIZE);
	}
	for (struct window *w = windows; w < windows + PGTABLE_MAX_LEVELS; w++)
		if (w->at)
			memcpy(w->loaded, w->at, PAGE_SIZE);
}

static void close_windows(void)
{
	sync_windows();
	for (struct window *w = windows; w < windows + PGTABLE_MAX_LEVELS; w++) {
		if (mode == MEM_FIXMAP)
			free(w->at);
		w->page = NULL;
		w->at = NULL;
	}
}

static bool only_window(const struct window *of)
{
	for (struct window *w = windows; w < windows + PGTABLE_MAX_LEVELS; w++)
		if (w != of && w->page == of->page)
			return false;
	return true;
}

static void *mem_reach(phys_addr_t pa, unsigned int level)
{
	struct page *page = find_page(pa);
	struct window *w = &windows[level];

	must(level < PGTABLE_MAX_LEVELS, "reaches a level that no mode has");
	must(page, "reaches what is no table");
	if (mode == MEM_FIXMAP) {
		if (w->page == page && only_window(w))
			return w->at;
		sync_windows();
		free(w->at); /* ASan knows the old pointer from now on */
		w->at = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
		memcpy(w->at, page->bytes, PAGE_SIZE);
		memcpy(w->loaded, page->bytes, PAGE_SIZE);
	} else {
		w->at = page->bytes;
	}
	w->page = page;
	return w->at;
}

static struct page *page_of_pointer(const u64 *p)
{
	if (mode == MEM_FLAT) {
		unsigned long offset = (unsigned long)p - (unsigned long)arena;

		must(offset < 2 * MAX_PAGES * PAGE_SIZE, "stores outside memory");
		return find_page(arena_pa + (offset & PAGE_MASK));
	}
	for (struct window *w = windows; w < windows + PGTABLE_MAX_LEVELS; w++)
		if (w->at && p >= w->at && p < w->at + ENTRIES)
			return w->page;
	return NULL;
}

static bool points_to_table(u64 val)
{
	return (val & 15) == 1;
}

static phys_addr_t address_in(u64 val)
{
	return val << 10 >> 20 << 12;
}

static void make_live(struct page *page)
{
	must(page, "links what is no table");
	must(!page->live, "links a table a second time");
	must(!memcmp(page->bytes, page->ready, PAGE_SIZE),
	     "links a table that was not complete at a barrier before");
	page->live = true;
	memcpy(page->known, page->bytes, PAGE_SIZE);
	mem_log.links++;
	for (unsigned int i = 0; i < ENTRIES; i++)
		if (points_to_table(page->known[i]))
			make_live(find_page(address_in(page->known[i])));
}

void pgtable_watch_store(volatile void *entry, u64 val)
{
	u64 *p = (u64 *)entry;
	struct page *page = page_of_pointer(p);

	must(page, "stores through a pointer that reach() did not give last");
	if (page->live) {
		unsigned int i = (unsigned long)p % PAGE_SIZE / sizeof(u64);

		must(*p == page->known[i], "changed a live table other than by an entry store");
		must(!(*p & 1), "overwrites a valid entry");
		must(val & 1, "writes an invalid entry");
		must(!mem_log.fences, "stores after the fence");
		if (points_to_table(val)) {
			sync_windows();
			make_live(find_page(address_in(val)));
		}
		page->known[i] = val;
		mem_log.stores++;
	}
	*p = val;
}

void pgtable_watch_barrier(void)
{
	sync_windows();
	for (struct page *p = pages + first_new; p < pages + nr_pages; p++)
		if (!p->live && !p->freed)
			memcpy(p->ready, p->bytes, PAGE_SIZE);
}

static struct page *new_page(void)
{
	struct page *page = &pages[nr_pages];

	if (nr_pages == MAX_PAGES)
		return NULL;
	if (mode == MEM_FLAT) {
		page->pa = arena_pa + 2 * nr_pages * PAGE_SIZE;
		page->bytes = (u64 *)(arena + 2 * nr_pages * PAGE_SIZE);
		ASAN_UNPOISON_MEMORY_REGION(page->bytes, PAGE_SIZE);
	} else {
		do
			page->pa = host_rand() << 8 >> 20 << 12;
		while (!page->pa || hash[hash_slot(page->pa)]);
		page->bytes = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	}
	page->live = false;
	page->freed = false;
	memset(page->bytes, 0xa5, PAGE_SIZE); /* valid, and a leaf, to whoever reads it */
	memset(page->ready, 0x5a, PAGE_SIZE);
	hash[hash_slot(page->pa)] = ++nr_pages;
	return page;
}

static void drop_bytes(struct page *page)
{
	page->freed = true;
	if (mode == MEM_FLAT)
		ASAN_POISON_MEMORY_REGION(page->bytes, PAGE_SIZE);
	else
		free(page->bytes);
}

static phys_addr_t mem_alloc(void)
{
	struct page *page = mem_budget ? new_page() : NULL;

	if (!page)
		return 0;
	mem_budget--;
	mem_log.allocs++;
	return page->pa;
}

static void mem_free(phys_addr_t pa)
{
	struct page *page = find_page(pa);

	must(page, "frees what is not allocated");
	must(page >= pages + first_new && !page->live, "frees a table in use");
	close_windows();
	drop_bytes(page);
	mem_log.frees++;
}

static bool mem_readable(phys_addr_t pa)
{
	mem_log.questions++;
	return find_page(pa);
}

static void mem_fence(struct pgtable *pt, unsigned long va, unsigned long size, bool tables)
{
	must(find_page(pt->root), "fences for another tree");
	mem_log.fences++;
	mem_log.fence_va = va;
	mem_log.fence_size = size;
	mem_log.fence_tables = tables;
}

void mem_reset(enum mem_mode new_mode)
{
	if (!pages) {
		pages = calloc(MAX_PAGES, sizeof(*pages));
		arena = mmap(NULL, 2 * MAX_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		must(arena != MAP_FAILED, "no memory");
		ASAN_POISON_MEMORY_REGION(arena, 2 * MAX_PAGES * PAGE_SIZE);
	}
	close_windows();
	for (unsigned int i = 0; i < nr_pages; i++)
		if (!pages[i].freed)
			drop_bytes(&pages[i]);
	memset(hash, 0, sizeof(hash));
	nr_pages = 0;
	first_new = 0;
	mode = new_mode;
	arena_pa = (host_rand() >> 9 & PAGE_MASK) + PAGE_SIZE;
	mem_budget = MAX_PAGES;
}

void mem_open(struct pgtable *pt, const struct pgtable_geometry *geometry, phys_addr_t root)
{
	memset(pt, 0, sizeof(*pt));
	pt->geometry = geometry;
	pt->root = root;
	if (!root) {
		struct page *page = new_page();

		memset(page->bytes, 0, PAGE_SIZE);
		memset(page->known, 0, PAGE_SIZE);
		page->live = true;
		pt->root = page->pa;
	}
	pt->ops.alloc = mem_alloc;
	pt->ops.free = mem_free;
	pt->ops.reach = mode == MEM_FLAT ? NULL : mem_reach;
	pt->ops.offset = (unsigned long)arena - arena_pa;
	pt->ops.readable = mem_readable;
	pt->ops.fence = mem_fence;
}

u64 *mem_table(phys_addr_t pa)
{
	struct page *page = find_page(pa);

	return page ? page->bytes : NULL;
}

void mem_damage(phys_addr_t pa, unsigned int index, u64 val)
{
	struct page *page = find_page(pa);

	page->bytes[index] = val;
	page->known[index] = val;
	close_windows();
}

void mem_begin(void)
{
	memset(&mem_log, 0, sizeof(mem_log));
	first_new = nr_pages;
}

void mem_end(void)
{
	/* After a call that failed, all; else this call's and a few of the others. */
	unsigned int step = mem_log.fences ? 8 : 1;

	close_windows(); /* no pointer outlives the call */
	for (struct page *p = pages + first_new; p < pages + nr_pages; p++)
		must(p->freed || p->live, "lost a table it had reserved");
	for (unsigned int i = nr_pages % step; i < nr_pages; i += i < first_new ? step : 1)
		must(pages[i].freed || !memcmp(pages[i].bytes, pages[i].known, PAGE_SIZE),
		     "changed a live table other than by an entry store");
	/* Last in, first out: the search from a hash's slot on stays right. */
	while (nr_pages > first_new && pages[nr_pages - 1].freed)
		hash[hash_slot(pages[--nr_pages].pa)] = 0;
	must(mem_log.allocs == mem_log.frees + mem_log.links, "reserved other than it used");
}
