// SPDX-License-Identifier: BSD-2-Clause
/*
 * The fake physical memory below the page-table engine, where tables come from and how
 * they are reached: see pgtable_mem.h. What stores may do is in pgtable_watch.c.
 */
#include <sanitizer/asan_interface.h>
#include <string.h>
#include <sys/mman.h>

#include "host.h"
#include "pgtable_hart.h"
#include "pgtable_pages.h"

#define ARENA_SIZE (MAX_PAGES * SLOT_SIZE + SHARED_PAGES * PAGE_SIZE)

/* What reach() gave last for a level; in MEM_FIXMAP a copy of the page. */
struct window {
	struct page *page;
	u64 *at;
	u64 loaded[ROOT_ENTRIES];
};

struct mem_log mem_log;
unsigned long mem_budget, mem_misaligned;
unsigned int mem_refusal_step = 1;
void (*mem_alloc_hook)(void);
unsigned int mem_seen_refusals;
const struct pgtable *mem_tree;
struct page mem_shared_pages[SHARED_PAGES];

static enum mem_mode mode;
static struct page *pages;
static unsigned int nr_pages, nr_used; /* slots ever used, and in use */
static struct page *idle[MAX_PAGES];   /* slots that can be used again */
static unsigned int nr_idle;
static struct page *call_pages[2 * MAX_PAGES]; /* taken or given back in this call */
static unsigned int nr_call_pages;
static struct window windows[LEVELS_MAX];
static char *arena;
static phys_addr_t key;

void mem_must(bool ok, const char *what)
{
	if (ok)
		return;
	host_failures++;
	printf("# engine: %s (seed %llu)\n", what, (unsigned long long)host_seed);
	abort();
}

/* Slots are aligned to a root; other tables begin at any of the four pages in it. */
static phys_addr_t slot_pa(unsigned int nr)
{
	return mode == MEM_FLAT ? key + nr * SLOT_SIZE : key ^ (phys_addr_t)nr << 30;
}

static phys_addr_t shared_pa(void)
{
	return slot_pa(MAX_PAGES);
}

struct page *mem_page(phys_addr_t pa)
{
	phys_addr_t nr = (pa - shared_pa()) / PAGE_SIZE;

	if (nr < SHARED_PAGES)
		return pa % PAGE_SIZE || !mem_shared_pages[nr].shared ? NULL
								      : &mem_shared_pages[nr];
	nr = mode == MEM_FLAT ? (pa - key) / SLOT_SIZE : (pa ^ key) >> 30;
	if (nr >= nr_pages || pages[nr].pa != pa || pages[nr].state < PAGE_FRESH)
		return NULL;
	return &pages[nr];
}

static u64 page_bytes(const struct page *page)
{
	return page->entries * sizeof(u64);
}

/* Bring what was written through the windows to memory, and what is there to all. */
void mem_sync(void)
{
	if (mode != MEM_FIXMAP)
		return;
	for (struct window *w = windows; w < windows + LEVELS_MAX; w++) {
		if (!w->at || !memcmp(w->at, w->loaded, page_bytes(w->page)))
			continue;
		for (unsigned int i = 0; i < w->page->entries; i++)
			if (w->at[i] != w->loaded[i])
				w->page->bytes[i] = w->at[i];
	}
	for (struct window *w = windows; w < windows + LEVELS_MAX; w++) {
		if (!w->at)
			continue;
		if (memcmp(w->at, w->page->bytes, page_bytes(w->page)))
			memcpy(w->at, w->page->bytes, page_bytes(w->page));
		memcpy(w->loaded, w->at, page_bytes(w->page));
	}
}

static void close_windows(void)
{
	mem_sync();
	for (struct window *w = windows; w < windows + LEVELS_MAX; w++) {
		if (mode == MEM_FIXMAP)
			free(w->at);
		w->page = NULL;
		w->at = NULL;
	}
}

static bool only_window(const struct window *of)
{
	for (struct window *w = windows; w < windows + LEVELS_MAX; w++)
		if (w != of && w->page == of->page)
			return false;
	return true;
}

static void *mem_reach(phys_addr_t pa, unsigned int level)
{
	struct window *w = &windows[level];
	struct page *page;

	mem_must(level < LEVELS_MAX, "reaches a level that no mode has");
	page = w->page && w->page->pa == pa ? w->page : mem_page(pa);
	mem_must(page, "reaches what is no table");
	if (mode == MEM_FIXMAP) {
		if (w->page == page && only_window(w))
			return w->at;
		mem_sync();
		free(w->at); /* ASan knows the old pointer from now on */
		w->at = aligned_alloc(page_bytes(page), page_bytes(page));
		memcpy(w->at, page->bytes, page_bytes(page));
		memcpy(w->loaded, page->bytes, page_bytes(page));
	} else {
		w->at = page->bytes;
	}
	w->page = page;
	return w->at;
}

struct page *mem_page_at(const u64 *p)
{
	if (mode == MEM_FLAT) {
		unsigned long at = (unsigned long)p - (unsigned long)arena, nr = at / SLOT_SIZE;

		if (at - MAX_PAGES * SLOT_SIZE < SHARED_PAGES * PAGE_SIZE)
			return &mem_shared_pages[(at - MAX_PAGES * SLOT_SIZE) / PAGE_SIZE];
		mem_must(nr < nr_pages, "stores outside memory");
		return &pages[nr];
	}
	for (struct window *w = windows; w < windows + LEVELS_MAX; w++)
		if (w->at && p >= w->at && p < w->at + w->page->entries)
			return w->page;
	return NULL;
}

static struct page *new_page(unsigned long size, unsigned long skew)
{
	struct page *page;
	unsigned int nr;

	if (!nr_idle && nr_pages == MAX_PAGES)
		return NULL;
	page = nr_idle ? idle[--nr_idle] : &pages[nr_pages++];
	nr = (unsigned int)(page - pages);
	if (size == PAGE_SIZE)
		skew = nr % 4 * PAGE_SIZE;
	page->pa = slot_pa(nr) + skew;
	page->entries = (unsigned int)(size / sizeof(u64));
	page->bytes = (u64 *)(arena + nr * SLOT_SIZE + skew);
	ASAN_UNPOISON_MEMORY_REGION(page->bytes, size);
	page->state = PAGE_FRESH;
	page->root = false;
	page->shared = false;
	page->added = false;
	page->links = 0;
	memset(page->bytes, 0xa5, size); /* valid, and a leaf, to whoever reads it */
	page->ready[0] = ~page->bytes[0];
	call_pages[nr_call_pages++] = page;
	nr_used++;
	return page;
}

static void drop_page(struct page *page)
{
	page->state = PAGE_FREE;
	ASAN_POISON_MEMORY_REGION(page->bytes, page_bytes(page));
	nr_used--;
}

static phys_addr_t mem_alloc(unsigned long size)
{
	struct page *page = NULL;
	unsigned long skew = 0;

	mem_must(!mem_tree || !spin_is_locked(&mem_tree->lock), "allocates with the lock held");
	mem_must(size == PAGE_SIZE || size == 4 * PAGE_SIZE, "allocates an odd size");
	if (mem_alloc_hook)
		mem_alloc_hook();
	if (mem_misaligned && mem_misaligned--)
		skew = PAGE_SIZE;
	if (mem_budget)
		page = new_page(size, skew);
	if (!page)
		return 0;
	mem_budget--;
	mem_log.allocs++;
	return page->pa;
}

static void mem_free(phys_addr_t pa, unsigned long size)
{
	struct page *page = mem_page(pa);

	mem_must(!mem_tree || !spin_is_locked(&mem_tree->lock), "frees with the lock held");
	mem_must(page, "frees what is not allocated");
	mem_must(size == page_bytes(page), "frees another size than it allocated");
	mem_must(page->state == PAGE_FRESH || page->state == PAGE_FENCED, "frees a table in use");
	hart_freed(pa);
	close_windows();
	if (page->state == PAGE_FENCED)
		call_pages[nr_call_pages++] = page;
	drop_page(page);
	mem_log.frees++;
}

static bool mem_readable(phys_addr_t pa)
{
	mem_log.questions++;
	return mem_page(pa);
}

static void mem_refused(const struct pgtable *pt, enum pgtable_refusal why, unsigned long va)
{
	mem_must(!spin_is_locked(&pt->lock), "tells a refusal with the lock held");
	mem_must(why > 0 && why < NR_PGTABLE_REFUSALS, "tells an unknown refusal");
	mem_log.refusals++;
	mem_log.why = why;
	mem_log.refused_va = va;
	mem_seen_refusals |= 1U << why;
}

void mem_reset(enum mem_mode new_mode)
{
	if (!pages) {
		pages = calloc(MAX_PAGES, sizeof(*pages));
		arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
		mem_must(arena != MAP_FAILED, "no memory");
		ASAN_POISON_MEMORY_REGION(arena, ARENA_SIZE);
	}
	close_windows();
	for (unsigned int i = 0; i < nr_pages; i++)
		if (pages[i].state >= PAGE_FRESH)
			drop_page(&pages[i]);
	for (unsigned int i = 0; i < SHARED_PAGES; i++)
		mem_shared_pages[i].shared = false;
	nr_pages = 0;
	nr_idle = 0;
	nr_call_pages = 0;
	mode = new_mode;
	key = (host_rand() >> 9 & -SLOT_SIZE) + SLOT_SIZE;
	mem_budget = MAX_PAGES;
	mem_tree = NULL;
	watch_reset();
	hart_forget();
}

struct pt_ops mem_ops(void)
{
	return (struct pt_ops){
		.alloc = mem_alloc,
		.free = mem_free,
		.reach = mode == MEM_FLAT ? NULL : mem_reach,
		.offset = (unsigned long)arena - key,
		.readable = mem_readable,
		.fence = watch_fence,
		.refused = mem_refused,
	};
}

void mem_open(struct pgtable *pt, const struct pgtable_geometry *geometry, phys_addr_t root)
{
	memset(pt, 0, sizeof(*pt));
	pt->geometry = geometry;
	pt->root = root;
	pt->ops = mem_ops();
	if (!root) {
		struct page *page = new_page(8UL << geometry->root_bits, 0);

		memset(page->bytes, 0, page_bytes(page));
		pt->root = page->pa;
		mem_adopt(pt);
	}
}

void mem_share(struct pgtable *pt)
{
	char *bytes = arena + MAX_PAGES * SLOT_SIZE;

	pt->shared_start = shared_pa();
	pt->shared_end = shared_pa() + SHARED_PAGES * PAGE_SIZE;
	ASAN_UNPOISON_MEMORY_REGION(bytes, SHARED_PAGES * PAGE_SIZE);
	memset(bytes, 0xa5, SHARED_PAGES * PAGE_SIZE);
	for (unsigned int i = 0; i < SHARED_PAGES; i++) {
		struct page *page = &mem_shared_pages[i];

		page->pa = shared_pa() + i * PAGE_SIZE;
		page->entries = PAGE_SIZE / sizeof(u64);
		page->bytes = (u64 *)(bytes + i * PAGE_SIZE);
		page->state = PAGE_FRESH;
		page->shared = true;
		page->ready[0] = ~page->bytes[0];
	}
}

phys_addr_t mem_chain(const struct pgtable *pt, unsigned int chain)
{
	return pt->shared_start + chain * LEVELS_MAX * PAGE_SIZE;
}

u64 *mem_table(phys_addr_t pa)
{
	struct page *page = mem_page(pa);

	return page ? page->bytes : NULL;
}

bool hw_read(u64 table, unsigned int index, u64 *pte)
{
	const struct page *page = mem_page(table);

	if (page)
		*pte = page->bytes[index];
	return page;
}

void mem_damage(phys_addr_t pa, unsigned int index, u64 val)
{
	struct page *page = mem_page(pa);

	page->bytes[index] = val;
	page->known[index] = val;
	close_windows();
}

void mem_or(phys_addr_t pa, unsigned int index, u64 bits)
{
	struct page *page = mem_page(pa);

	page->bytes[index] |= bits;
	page->known[index] |= bits;
}

unsigned int mem_pages(void)
{
	return nr_used;
}

struct page *mem_call_page(unsigned int i)
{
	return i < nr_call_pages ? call_pages[i] : NULL;
}

void mem_begin(const struct pgtable *pt, u64 va, u64 last)
{
	close_windows(); /* harts wrote to memory since the last look */
	memset(&mem_log, 0, sizeof(mem_log));
	mem_tree = pt;
	watch_begin(va, last);
	nr_call_pages = 0;
}

void mem_begin_again(const struct pgtable *pt)
{
	mem_tree = pt;
}

/* After a call that failed, all pages; else this call's and a few of the others. */
static void check_bytes(void)
{
	static unsigned int turn;
	unsigned int step = mem_log.fences || !mem_log.refusals ? 8 : mem_refusal_step;

	for (struct page **p = call_pages; p < call_pages + nr_call_pages; p++)
		mem_must((*p)->state == PAGE_FREE || (*p)->state == PAGE_LIVE,
			 "lost a table that it had reserved or detached");
	for (unsigned int i = turn++ % step; i < nr_pages; i += step)
		mem_must(pages[i].state < PAGE_FRESH ||
				 !memcmp(pages[i].bytes, pages[i].known, page_bytes(&pages[i])),
			 "changed a live table other than by an entry store");
	for (struct page *p = mem_shared_pages; p < mem_shared_pages + SHARED_PAGES; p++)
		mem_must(!p->shared || p->state != PAGE_LIVE ||
				 !memcmp(p->bytes, p->known, PAGE_SIZE),
			 "changed a shared table");
}

void mem_end(void)
{
	close_windows(); /* no pointer outlives the call */
	mem_must(!spin_is_locked(&mem_tree->lock), "keeps the lock");
	watch_end();
	check_bytes();
	for (struct page **p = call_pages; p < call_pages + nr_call_pages; p++)
		if ((*p)->state == PAGE_FREE) {
			(*p)->state = PAGE_IDLE;
			idle[nr_idle++] = *p;
		}
}
