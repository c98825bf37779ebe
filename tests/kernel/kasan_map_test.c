// SPDX-License-Identifier: BSD-2-Clause
/* Where there are no objects: vmalloc's region, RAM nobody has, and the shadow itself. */
#include <kernel/devicetree.h>
#include <kernel/gfp.h>
#include <kernel/memblock.h>
#include <kernel/percpu.h>
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <kernel/vmalloc.h>
#include <kernel/vsprintf.h>
#include <kernel/walk_report.h>
#include <asm/boot_record.h>
#include <asm/layout.h>
#include <asm/sections.h>
#include "kasan/shared.h"
#include "kasan_expect.h"
#include "log.h"
#include "pages.h"
#include "probe.h"

#define VMALLOC "vmalloc-out-of-bounds"
#define WILD    "wild-memory-access"

static int read_byte(void *p)
{
	READ(u8, p);
	return 0;
}

/* Nothing is mapped there either: the report is followed by a fault. */
static void expect_gone(const char *p)
{
	const bool in_region =
		vm_region_of((unsigned long)p, kernel_pgtable.geometry->input_bits) == VM_VMALLOC;
	struct pt_regs regs;

	/* The page below the first area is not in the region. */
	EXPECT_REPORT(in_region ? VMALLOC : WILD, p, 1, false,
		      EXPECT(catch_trap(read_byte, hide(p), &regs) < 0));
}

/* --- vmalloc's region --- */

static void expect_end(char *p, unsigned long size)
{
	EXPECT_SILENT(memset(p, 'x', size));
	EXPECT_REPORT(VMALLOC, p + size, size + 1, true, memset(p, 0, size + 1));
	BAD_READ(VMALLOC, u8, p + size);
	BAD_READ(VMALLOC, u8, p + ALIGN(size, PAGE_SIZE) - 1);
}

static void vmalloc_oob(void)
{
	const unsigned long size = PAGE_SIZE / 2 - 13;
	char *p = hide(vmalloc(size)), *page;

	expect_end(p, size);
	expect_gone(p + PAGE_SIZE); /* the guard */
	page = hide(page_address(page_mapped(p)));
	EXPECT_EQ(page[0], 'x');
	EXPECT_SILENT(memset(page, 0, PAGE_SIZE));
	vfree(p);
	expect_gone(p);
	expect_gone(p + size - 1);
}

/* Areas side by side share pages of shadow; what one does is not seen by its neighbours. */
static void vmalloc_neighbours(void)
{
	static const unsigned long sizes[] = { 5, PAGE_SIZE - 1, 7 * PAGE_SIZE + 1,
					       8 * PAGE_SIZE - 3, 64 * PAGE_SIZE - 100 };
	char *p[20];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = hide(vmalloc(sizes[i % ARRAY_SIZE(sizes)]));
	for (i = 0; i < ARRAY_SIZE(p); i += 2)
		vfree(p[i]);
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		if (i % 2 == 0)
			expect_gone(p[i]);
		else
			expect_end(p[i], sizes[i % ARRAY_SIZE(sizes)]);
	}
	for (i = 1; i < ARRAY_SIZE(p); i += 2)
		vfree(p[i]);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		expect_gone(p[i]);
}

static void vmap_uaf(void)
{
	struct page *page[3];
	char *p;

	EXPECT_EQ(get_pages(GFP_KERNEL, ARRAY_SIZE(page), page), ARRAY_SIZE(page));
	p = hide(vmap(page, ARRAY_SIZE(page), VM_MAP, PAGE_KERNEL));
	EXPECT_SILENT(memset(p, 0, sizeof(page) / sizeof(*page) * PAGE_SIZE));
	expect_gone(p + ARRAY_SIZE(page) * PAGE_SIZE);
	vunmap(p);
	expect_gone(p);
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++)
		__free_page(page[i]);
}

/* --- RAM that no allocator has --- */

static bool is_reserved(phys_addr_t pa)
{
	for (u32 i = 0; i < memblock.reserved.cnt; i++)
		if (pa - memblock.reserved.regions[i].base < memblock.reserved.regions[i].size)
			return true;
	return false;
}

static bool has_owner(phys_addr_t pa)
{
	return pfn_online(PFN_DOWN(pa)) || is_reserved(pa) || !memblock_is_map_memory(pa);
}

/* The highest MiB that never came online; on a machine so small there may be none. */
static void never_allocated(void)
{
	const phys_addr_t lowest = __pa((void *)kernel_map.linear_start);
	phys_addr_t pa = __pa((void *)(kernel_map.linear_end - SZ_1M));
	char *p;

	while (pa > lowest && has_owner(pa))
		pa -= SZ_1M;
	if (pa <= lowest)
		return ktest_skip("all RAM is online");
	p = hide(__va(pa));
	BAD_READ(WILD, u8, p);
	BAD_WRITE(WILD, u64, p + 64);
}

/* What boot memory is read to its last byte, and not one further. */
static void boot_memory(phys_addr_t start, phys_addr_t size)
{
	phys_addr_t end = start + size;
	char *p;

	if (!memblock_is_map_memory(start) || !memblock_is_map_memory(end) || is_reserved(end) ||
	    end % PAGE_SIZE == 0)
		return;
	p = hide(__va(start));
	GOOD_READ(u8, p);
	GOOD_READ(u8, p + size - 1);
	BAD_READ(virt_addr_valid(p + size) ? "use-after-free" : WILD, u8, p + size);
	BAD_READ(virt_addr_valid(p + size) ? "use-after-free" : WILD, u8,
		 p + (ALIGN(size, PAGE_SIZE) - 1));
}

static void dtb(void)
{
	boot_memory(boot_record.dtb_pa, boot_record.dtb_size);
}

static void initrd(void)
{
	if (phys_initrd_start < phys_initrd_end)
		boot_memory(phys_initrd_start, phys_initrd_end - phys_initrd_start);
}

/* By their addresses in the image, whoever has the pages now. */
static void freed_initmem_uaf(void)
{
	const char *text = hide(__init_begin), *data = hide(__initdata_begin);

	GOOD_READ(u8, text - 1);
	BAD_READ("use-after-free", u8, text);
	BAD_READ("use-after-free", u8, (char *)hide(__init_end) - 1);
	BAD_READ("use-after-free", u8, data);
	BAD_READ("use-after-free", u64, (char *)hide(__initdata_end) - 8);
}

/* Of the other harts, between unmapped pages. */
static void stack_guards(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (harts[cpu] == &boot_hart)
			continue;
		GOOD_READ(u8, (char *)hide((void *)harts[cpu]->home_low));
		expect_gone((char *)harts[cpu]->home_low - 1);
		expect_gone((char *)harts[cpu]->home_high);
	}
}

/* --- The shadow itself --- */

static unsigned long shadow_of(unsigned long va)
{
	return (unsigned long)kasan_mem_to_shadow((void *)va);
}

static void shared_shadow(void)
{
	const unsigned int bits = kernel_pgtable.geometry->input_bits;
	const unsigned long at[] = {
		shadow_of(vm_region(VM_VMEMMAP, bits).start),
		shadow_of(vm_region(VM_VMALLOC, bits).last - SZ_1M),
		shadow_of(FDT_WINDOW_START),
		(unsigned long)__kasan_shared,
		(unsigned long)__va(__pa_symbol(__kasan_shared)),
		(unsigned long)__va(__pa_symbol(__kasan_shared_end)) - 8,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(at); i++) {
		EXPECT_EQ(read_cause(at[i] & ~7UL), NO_FAULT);
		EXPECT_EQ(write_cause(at[i] & ~7UL), EXC_STORE_PAGE_FAULT);
	}
}

/* Whether at @va there is no memory that comes and goes; it has been mapped so all the time. */
static bool is_constant(unsigned long va)
{
	const phys_addr_t pa = __pa((void *)va);
	unsigned int level;

	switch (vm_region_of(va, kernel_pgtable.geometry->input_bits)) {
	case VM_LINEAR:
		return is_reserved(pa) ||
		       (pfn_online(PFN_DOWN(pa)) && phys_to_page(pa)->flags & PG_reserved);
	case VM_VMALLOC:
		return pte_leaf(pgtable_walk(&kernel_pgtable, va, &level));
	case VM_IMAGE:
		return false;
	default:
		return true;
	}
}

/* The first page that is not so; the regions that may be whole are not gone through. */
static unsigned long first_changing(unsigned long from, unsigned long to)
{
	const unsigned int bits = kernel_pgtable.geometry->input_bits;

	for (enum vm_region_id id; from < to; from += PAGE_SIZE) {
		id = vm_region_of(from, bits);
		if (id == VM_VMEMMAP || id == VM_MODULES)
			from = min(to, vm_region(id, bits).last + 1) - PAGE_SIZE;
		else if (!is_constant(from))
			break;
	}
	return min(from, to);
}

/*
 * The entry on the way to @shadow that leads to shared tables, or the last one.
 * Return: what it covers; @valid: whether it is all shadow that says "may be accessed".
 */
static unsigned long entry_span(unsigned long shadow, bool *valid)
{
	const phys_addr_t first = __pa_symbol(__kasan_shared), one = KASAN_SHARED_SIZE / 2;
	struct spec_walk walk;
	unsigned int i = 0;

	walk_live(shadow, ACCESS_LOAD, &walk);
	while (i < walk.nr - 1 && pte_pa(walk.step[i].pte) - first >= 2 * one)
		i++;
	*valid = pte_pa(walk.step[i].pte) - first < one;
	return pgtable_leaf_size(walk.step[i].level);
}

/* No shadow that all share says of memory that comes and goes that it may be accessed. */
static void table_audit(void)
{
	const unsigned int bits = kernel_pgtable.geometry->input_bits;
	unsigned long at = shadow_of(vm_region(VM_LINEAR, bits).start), next, va, end;
	const unsigned long last = shadow_of((unsigned long)_end - 1);
	unsigned int nr = 0;
	bool valid;

	for (; at <= last; at = next) {
		next = ALIGN_DOWN(at, entry_span(at, &valid)) + entry_span(at, &valid);
		nr += valid;
		va = (unsigned long)kasan_shadow_to_mem((void *)at);
		end = (unsigned long)kasan_shadow_to_mem((void *)next);
		if (valid && first_changing(va, end) != end)
			ktest_fail(__FILE__, __LINE__, "shadow 0x%lx, of 0x%lx, is valid for all",
				   at, first_changing(va, end));
	}
	EXPECT(nr > 0);
}

/* --- Addresses without shadow --- */

static int load_by_hand(void *p)
{
	__asm__ __volatile__("lb zero, 0(%0)" : : "r"(p));
	return 0;
}

/* A check in place faults on the shadow; one that is called looks first. */
static void fault_hints(void)
{
	static const struct {
		unsigned long addr;
		char type[24];
	} row[] = {
		{ 0, "null-ptr-deref" },           { 0x123, "null-ptr-deref" },
		{ 0x12345, "user-memory-access" }, { 0x3fffffff10, "user-memory-access" },
		{ 0x8000000000001000, WILD },
	};
	char text[96];
	u64 cursor;

	ktest_expect_reports(); /* UBSan's, of address 0 */
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		unsigned long before = kasan_last_report.nr, addr = row[i].addr;

		cursor = log_cursor();
		scnprintf(text, sizeof(text), "KASAN: %s in range 0x%016lx-0x%016lx", row[i].type,
			  addr & ~7UL, addr | 7);
		EXPECT(try_call(read_byte, (void *)addr) < 0);
		if (IS_ENABLED(CONFIG_KASAN_INLINE))
			EXPECT(logged(cursor, text) && kasan_last_report.nr == before);
		else
			kasan_expect(__FILE__, __LINE__, text, before, row[i].type, addr, 1, false);
	}
	cursor = log_cursor();
	EXPECT(try_call(load_by_hand, NULL) < 0);
	EXPECT(!logged(cursor, "KASAN"));
}

static const struct ktest_case cases[] = {
	{ "vmalloc_oob", vmalloc_oob },
	{ "vmalloc_neighbours", vmalloc_neighbours },
	{ "vmap_uaf", vmap_uaf },
	{ "never_allocated", never_allocated },
	{ "dtb", dtb },
	{ "initrd", initrd },
	{ "freed_initmem_uaf", freed_initmem_uaf },
	{ "stack_guards", stack_guards },
	{ "shared_shadow", shared_shadow },
	{ "table_audit", table_audit },
	{ "fault_hints", fault_hints },
};
KTEST_SUITE(kasan_map, cases);
