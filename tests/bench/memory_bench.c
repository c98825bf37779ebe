// SPDX-License-Identifier: BSD-2-Clause
/* Memory: moving it, finding it, handing it out. */
#include <kernel/bench.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/fixmap.h>
#include <asm/layout.h>

static char source[PAGE_SIZE] __aligned(PAGE_SIZE) __noinit;
static char target[PAGE_SIZE] __aligned(PAGE_SIZE) __noinit;

static void run_memset(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		memset(target, (int)i, sizeof(target));
		barrier();
	}
}
BENCH(memset_4k, "a page set", run_memset, 64);

static void run_memcpy(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		memcpy(target, source, sizeof(target));
		barrier();
	}
}
BENCH(memcpy_4k, "a page copied", run_memcpy, 64);

/* Apart by 3 bytes: no word of the one lies in a word of the other. */
static void run_memcpy_misaligned(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		memcpy(target + 1, source + 4, 4000);
		barrier();
	}
}
BENCH(memcpy_misaligned_4000, "4000 bytes copied, misaligned to each other", run_memcpy_misaligned,
      64);

static void run_memblock(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		phys_addr_t pa = memblock_phys_alloc(PAGE_SIZE, PAGE_SIZE, "bench");

		if (!pa || memblock_phys_free(pa, PAGE_SIZE))
			return;
	}
}
BENCH(memblock_alloc_free, "a page of boot memory taken and given back", run_memblock, 64);

static void run_fixmap(unsigned long n)
{
	phys_addr_t pa = __pa_symbol(source);

	for (unsigned long i = 0; i < n; i++) {
		set_fixmap(FIX_PHYS, pa, PAGE_KERNEL);
		clear_fixmap(FIX_PHYS);
	}
}
BENCH(fixmap, "a page mapped in a fixed slot and taken out", run_fixmap, 256);
