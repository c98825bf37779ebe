// SPDX-License-Identifier: BSD-2-Clause
/*
 * KASAN's shadow from the linear map down to the page metadata. At first all of it is two
 * shared pages: "free" for RAM and vmalloc's region, whatever is there or not; "all may be
 * accessed" for the metadata, and for RAM that was taken before there was an allocator.
 * Shadow of its own has what is at the borders of the latter, RAM that is online, and what
 * vmalloc() has given.
 *
 * Who reads shadow meanwhile reads what was there, as each page of it is a copy that one
 * store puts in the other's place.
 */
#include <kernel/kasan.h>
#include <kernel/memblock.h>
#include <kernel/panic.h>
#include <kernel/percpu.h>
#include <kernel/pgtable.h>
#include <kernel/string.h>
#include <asm/layout.h>
#include <asm/sections.h>
#include "shared.h"

static unsigned long shadow_of(unsigned long addr)
{
	return (unsigned long)kasan_mem_to_shadow((void *)addr);
}

static bool is_shared(phys_addr_t pa)
{
	return pa >= kernel_pgtable.shared_start && pa < kernel_pgtable.shared_end;
}

bool kasan_shadow_shared(unsigned long shadow)
{
	unsigned int level;

	return is_shared(pte_pa(pgtable_walk(&kernel_pgtable, shadow, &level)));
}

int kasan_share(unsigned long start, unsigned long end, enum kasan_shared_kind kind)
{
	struct kasan_shared shared = kasan_shared_at(__pa_symbol(__kasan_shared), kind);

	if (start >= end)
		return 0;
	return pgtable_map_shared(&kernel_pgtable, start, end - start, shared.pa, PAGE_KERNEL_READ);
}

int kasan_own(unsigned long shadow, phys_addr_t pages, unsigned int nr)
{
	memcpy(__va(pages), (void *)shadow, nr * PAGE_SIZE);
	return pgtable_map(&kernel_pgtable, shadow, pages, nr * PAGE_SIZE, PAGE_KERNEL,
			   PGTABLE_OVER_SHARED);
}

static void must(int err)
{
	if (err)
		panic("kasan: cannot map shadow: %pe", (void *)(long)err);
}

/* --- Boot memory --- */

/* Pages for the borders of what is taken: two for each piece. */
static phys_addr_t next_border;

static void __init own_border(unsigned long shadow)
{
	if (!kasan_shadow_shared(shadow))
		return;
	must(kasan_own(shadow, next_border, 1));
	next_border += PAGE_SIZE;
}

/* Allow all of a range of RAM, to the byte. */
static void __init allow(unsigned long start, unsigned long end)
{
	unsigned long first = ALIGN_DOWN(shadow_of(start), PAGE_SIZE);
	unsigned long last = ALIGN_DOWN(shadow_of(end), PAGE_SIZE);

	own_border(first);
	own_border(last);
	if (first == last) {
		kasan_unpoison((void *)start, end - start);
		return;
	}
	must(kasan_share(first + PAGE_SIZE, last, KASAN_SHARED_VALID));
	kasan_unpoison((void *)start,
		       (unsigned long)kasan_shadow_to_mem((void *)(first + PAGE_SIZE)) - start);
	start = (unsigned long)kasan_shadow_to_mem((void *)last);
	kasan_unpoison((void *)start, end - start);
}

/* By address, as the engine takes tables meanwhile. */
static const struct memblock_region *__init next_reserved(phys_addr_t from)
{
	for (u32 i = 0; i < memblock.reserved.cnt; i++)
		if (memblock.reserved.regions[i].base >= from)
			return &memblock.reserved.regions[i];
	return NULL;
}

static void __init allow_boot_memory(void)
{
	const unsigned long room = 2 * PAGE_SIZE * (memblock.reserved.cnt + 1);
	const struct memblock_region *r;

	next_border = memblock_phys_alloc(room, PAGE_SIZE, "kasan");
	if (!next_border)
		panic("kasan: no %lu KiB for the shadow of boot memory", room / 1024);
	for (phys_addr_t done = 0; (r = next_reserved(done));) {
		phys_addr_t start = r->base, last = r->base + (r->size - 1);

		if (memblock_is_map_memory(start) && memblock_is_map_memory(last))
			allow((unsigned long)__va(start), (unsigned long)__va(last) + 1);
		done = last + 1;
	}
}

void __init kasan_init(void)
{
	const unsigned int bits = kernel_pgtable.geometry->input_bits;
	const struct vm_region linear = vm_region(VM_LINEAR, bits);
	const struct vm_region meta = vm_region(VM_VMEMMAP, bits);

	must(kasan_share(shadow_of(linear.start), shadow_of(meta.start), KASAN_SHARED_FREE));
	must(kasan_share(shadow_of(meta.start), shadow_of(meta.last + 1), KASAN_SHARED_VALID));
	kasan_set_lowest(linear.start);
	allow_boot_memory();
	/* The image has them read-only from the start; now their other address has too. */
	if (pgtable_protect(&kernel_pgtable, (unsigned long)__va(__pa_symbol(__kasan_shared)),
			    KASAN_SHARED_SIZE, __pgprot(0), __pgprot(_PAGE_WRITE | _PAGE_DIRTY)))
		panic("kasan: the shared shadow stays writable");
}

/* --- RAM that comes online --- */

/* How many pages of shadow from here on, up to @nr, are shared, and may go to one run of @pages. */
static unsigned int run_length(unsigned long shadow, const phys_addr_t *pages, unsigned int nr)
{
	unsigned int n = 0;

	while (n < nr && pages[n] == pages[0] + n * PAGE_SIZE &&
	       kasan_shadow_shared(shadow + n * PAGE_SIZE))
		n++;
	return n;
}

unsigned int kasan_online(phys_addr_t start, unsigned long size, const phys_addr_t *pages)
{
	unsigned long shadow = shadow_of((unsigned long)__va(start));
	unsigned int nr = (unsigned int)(size / KASAN_GRANULE_SIZE / PAGE_SIZE), used = 0, run;

	for (unsigned int i = 0; i < nr; i += run ? run : 1) {
		run = run_length(shadow + i * PAGE_SIZE, pages + used, nr - i);
		if (run)
			must(kasan_own(shadow + i * PAGE_SIZE, pages[used], run));
		used += run;
	}
	return used;
}
