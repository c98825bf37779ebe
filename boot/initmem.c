// SPDX-License-Identifier: BSD-2-Clause
/*
 * What only the boot needed goes to the page allocator. It stays mapped in the image as well as
 * in the linear map, like any RAM: readable, writable, and not executable.
 */
#include <kernel/initmem.h>
#include <kernel/kasan.h>
#include <kernel/mm.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <asm/boot_record.h>
#include <asm/csr.h>
#include <asm/layout.h>
#include <asm/sections.h>

struct freed freed_initmem[NR_FREED] = {
	[FREED_CODE] = { "code and constants of the boot", 0 },
	[FREED_DATA] = { "data of the boot", 0 },
	[FREED_ROOTS] = { "page tables of deeper modes", 0 },
	[FREED_SPARE] = { "page tables never used", 0 },
	[FREED_FDT] = { "page tables of the window fdt", 0 },
};

/* All that the image gives away goes through here. */
static void give_back(enum freed_row row, const char *start, const char *end)
{
	freed_initmem[row].bytes += free_reserved_area(__pa_symbol(start), __pa_symbol(end), NULL);
	kasan_poison(start, (size_t)(end - start), KASAN_PAGE_FREE);
}

/*
 * Not by set_memory_rw(): it looks for other addresses of each page, and these two are all. What
 * can be executed goes first, so that nothing is writable at one address and executable at another.
 */
static void give_code_back(void)
{
	const unsigned long image = (unsigned long)__init_begin;
	const unsigned long linear = (unsigned long)__va(__pa_symbol(__init_begin));
	const size_t size = (size_t)(__init_end - __init_begin);
	const pgprot_t writable = __pgprot(_PAGE_WRITE | _PAGE_DIRTY);
	int err = pgtable_protect(&kernel_pgtable, image, size, writable, __pgprot(_PAGE_EXEC));

	if (!err)
		err = pgtable_protect(&kernel_pgtable, linear, size, writable, __pgprot(0));
	if (err)
		pr_warn("mem: %s: kept: %pe\n", freed_initmem[FREED_CODE].what, (void *)(long)err);
	else
		give_back(FREED_CODE, __init_begin, __init_end);
}

/* The chain is the kernel's for ever, from the root of its mode on. Deeper modes come last. */
static void give_roots_back(void)
{
	bool deeper = false;

	for (unsigned int i = 0; i < ARRAY_SIZE(boot_record.satp_try); i++) {
		const u64 satp = boot_record.satp_try[i];
		const char *root = (const char *)((satp & SATP_PPN_MASK) << PAGE_SHIFT) +
				   kernel_map.va_kernel_pa_offset;

		if (deeper) {
			give_back(FREED_ROOTS, root, root + PAGE_SIZE);
			kernel_pgtable.tables--;
		}
		deeper |= satp == boot_record.satp;
	}
}

/* The engine gives them back itself: table_free(). */
static void give_fdt_window_back(void)
{
	const unsigned long tables = kernel_pgtable.tables;
	const unsigned int input_bits = kernel_pgtable.geometry->input_bits;
	int err = 0;

	if (vm_region_of(boot_record.dtb_va, input_bits) != VM_FDT)
		err = pgtable_unmap(&kernel_pgtable, FDT_WINDOW_START, FDT_WINDOW_SIZE);
	if (err)
		pr_warn("mem: %s: kept: %pe\n", freed_initmem[FREED_FDT].what, (void *)(long)err);
	freed_initmem[FREED_FDT].bytes = (tables - kernel_pgtable.tables) * PAGE_SIZE;
}

void free_initmem(void)
{
	const char *spare =
		(const char *)(boot_record.pt_pool_next + kernel_map.va_kernel_pa_offset);
	unsigned long bytes = 0;

	give_fdt_window_back();
	give_roots_back();
	give_back(FREED_SPARE, spare, __pt_pool_end);
	give_back(FREED_DATA, __initdata_begin, __initdata_end);
	give_code_back();
	for (unsigned int row = 0; row < NR_FREED; row++)
		bytes += freed_initmem[row].bytes;
	pr_info("mem: freed=%lu KiB\n", bytes / 1024);
}
