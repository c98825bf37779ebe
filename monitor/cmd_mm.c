// SPDX-License-Identifier: BSD-2-Clause
/* Monitor commands about the address space: layout, mode, mem, walk, ptdump. */
#include <kernel/errno.h>
#include <kernel/gfp.h>
#include <kernel/initmem.h>
#include <kernel/memblock.h>
#include <kernel/monitor.h>
#include <kernel/pgtable_text.h>
#include <kernel/printk.h>
#include <kernel/ptdump.h>
#include <kernel/string.h>
#include <kernel/walk_report.h>
#include <asm/boot_record.h>
#include <asm/csr.h>
#include <asm/layout.h>
#include <asm/linear.h>
#include <asm/sections.h>

/* --- layout --- */

static void show_mapped(const char *what, unsigned long start, unsigned long end, phys_addr_t pa,
			const char *access)
{
	char size[HUMAN_SIZE_LEN];

	console_printf("%-8s %016lx %016lx %10s  %s, PA 0x%llx\n", what, start, end - 1,
		       human_size(end - start, size), access, pa);
}

static void show_image_part(const char *what, const char *start, const char *end,
			    const char *access)
{
	show_mapped(what, (unsigned long)start, (unsigned long)end, __pa_symbol(start), access);
}

static int cmd_layout(int argc, char **argv)
{
	unsigned int input_bits = kernel_pgtable.geometry->input_bits;
	char size[HUMAN_SIZE_LEN];

	console_printf("%-8s %-16s %-16s %10s  %s\n", "region", "start", "last", "size", "use");
	for (unsigned int id = 0; id < NR_VM_REGIONS; id++) {
		struct vm_region region = vm_region(id, input_bits);

		console_printf("%-8s %016lx %016lx %10s  %s\n", region.name, region.start,
			       region.last, human_size(region.last - region.start + 1, size),
			       region.use);
	}
	console_printf("of that\n");
	show_mapped("RAM", kernel_map.linear_start, kernel_map.linear_end, memblock_start_of_DRAM(),
		    "RW-, less firmware's");
	show_image_part("text", _text, __init_begin, "R-X");
	show_image_part("boot's", __init_begin, __init_end, "RW-, given back");
	show_image_part("rodata", __init_end, _erodata, "R--");
	show_image_part("data", _data, _end, "RW-, less two guard pages");
	return 0;
}

MONITOR_COMMAND(layout, "", "the kernel's half of the address space", cmd_layout, NULL);

/* --- mode --- */

static void show_tried(unsigned int levels)
{
	const struct boot_record *br = &boot_record;
	unsigned int i = levels - LEVELS_MIN;

	if (!br->tried[i]) {
		console_printf("%-9s %s not tried: %s\n", "", paging_mode_name(levels),
			       levels > br->limit ? "above the limit" : "a deeper mode was taken");
		return;
	}
	console_printf("%-9s %s wrote 0x%016llx, read 0x%016llx: %s\n", "tried",
		       paging_mode_name(levels), br->satp_try[i], br->satp_read[i],
		       levels == br->levels ? "taken" : "not taken");
}

static int cmd_mode(int argc, char **argv)
{
	const struct pgtable *pt = &kernel_pgtable;
	const struct boot_record *br = &boot_record;
	u64 pool = __pa_symbol(__pt_pool);

	console_printf("%-9s %s: %u levels, %u address bits, leaves up to level %u\n", "mode",
		       pt->geometry->name, pt->geometry->levels, pt->geometry->input_bits,
		       pt->geometry->max_leaf_level);
	console_printf("%-9s %s: the kernel %s, device tree %s, command line %s\n", "limit",
		       paging_mode_name(br->limit), paging_mode_name(LEVELS_MAX),
		       paging_mode_name(br->limit_dt), paging_mode_name(br->limit_cmdline));
	for (unsigned int levels = LEVELS_MAX; levels >= LEVELS_MIN; levels--)
		show_tried(levels);
	console_printf("%-9s 0x%016lx now, 0x%016llx at entry\n", "satp", csr_read(satp),
		       br->entry_satp);
	console_printf("%-9s PA 0x%llx\n", "root", pt->root);
	console_printf("%-9s %lu in use; the boot began with %llu in the image\n", "tables",
		       pt->tables, (br->pt_pool_next - pool) / PAGE_SIZE);
	return 0;
}

MONITOR_COMMAND(mode, "", "the paging mode and how it was chosen", cmd_mode, NULL);

/* --- mem --- */

static void show_regions(const struct memblock_type *type)
{
	char size[HUMAN_SIZE_LEN];

	console_printf("%s\n", type->name);
	for (u32 i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		console_printf("  0x%014llx-0x%014llx %10s  %s%s\n", r->base, r->base + r->size - 1,
			       human_size(r->size, size), r->owner,
			       r->flags & MEMBLOCK_NOMAP ? "not mapped" : "");
	}
}

static void show_pages(void)
{
	struct page_alloc_counts c;
	char online[HUMAN_SIZE_LEN], free[HUMAN_SIZE_LEN], touched[HUMAN_SIZE_LEN];

	page_alloc_counts(&c);
	console_printf("pages   online %s, free %s; blocks of 16 MiB online: %lu of %lu\n",
		       human_size(nr_online_pages() * PAGE_SIZE, online),
		       human_size(nr_free_pages() * PAGE_SIZE, free), c.blocks_online, c.blocks);
	console_printf("pieces ");
	for (unsigned int order = 0; order < NR_PAGE_ORDERS; order++)
		console_printf(" %luK:%lu", PAGE_SIZE / 1024 << order, c.pieces[order]);
	console_printf("; in harts' caches %lu pages\n", c.cached);
	console_printf("touched %s at the most, besides the image\n",
		       human_size(c.touched + c.most_used * PAGE_SIZE, touched));
}

static void show_linear(void)
{
	struct linear_count count;

	linear_count(&count);
	console_printf("linear  %lu leaves; %lu if none of firmware's ranges (%u) were left out\n",
		       count.leaves, count.undivided, count.ranges);
}

static void show_freed(void)
{
	console_printf("given back by the image when the boot was over\n");
	for (unsigned int row = 0; row < NR_FREED; row++)
		console_printf("  %5lu KiB  %s\n", freed_initmem[row].bytes / 1024,
			       freed_initmem[row].what);
}

static int cmd_mem(int argc, char **argv)
{
	char total[HUMAN_SIZE_LEN], mapped[HUMAN_SIZE_LEN], reserved[HUMAN_SIZE_LEN],
		free[HUMAN_SIZE_LEN];
	phys_addr_t start, end, map_size = 0, free_size = 0;

	for_each_map_mem_range(map, &start, &end)
		map_size += end - start;
	for_each_free_mem_range(cursor, &start, &end)
		free_size += end - start;
	show_regions(&memblock.memory);
	show_regions(&memblock.reserved);
	console_printf("RAM     %s, mapped %s, reserved %s, left to the page allocator %s\n",
		       human_size(memblock_phys_mem_size(), total), human_size(map_size, mapped),
		       human_size(memblock_reserved_size(), reserved), human_size(free_size, free));
	show_linear();
	show_freed();
	show_pages();
	return 0;
}

MONITOR_COMMAND(mem, "", "RAM, who has reserved what of it, and what pages are free", cmd_mem,
		NULL);

/* --- walk --- */

static int cmd_walk(int argc, char **argv)
{
	static const char kinds[] = "rwx"; /* as enum access_kind */
	enum access_kind kind = ACCESS_LOAD;
	enum spec_rule rule;
	u64 addr;

	if (monitor_parse_address(argv[1], &addr))
		return -EINVAL;
	if (argc == 3) {
		const char *found = strlen(argv[2]) == 1 ? strchr(kinds, argv[2][0]) : NULL;

		if (!found) {
			monitor_error("%s: neither r, w nor x", argv[2]);
			return -EINVAL;
		}
		kind = (enum access_kind)(found - kinds);
	}
	rule = show_walk(addr, kind, console_printf);
	console_printf("%s: %s\n", rule ? "refused" : "allowed",
		       rule ? spec_rule_text(rule) : "by the tables, for S-mode");
	return 0;
}

MONITOR_COMMAND(walk, "ADDR [r|w|x]", "how the tables translate an address", cmd_walk, NULL);

/* --- ptdump --- */

/* The part of one half of the address space that is asked for. */
static int dump_half(u64 half_start, u64 half_last, u64 start, u64 last, struct ptdump_audit *audit)
{
	start = max(start, half_start);
	last = min(last, half_last);
	return start > last ? -ERANGE : ptdump(&kernel_pgtable, start, last, console_printf, audit);
}

static int cmd_ptdump(int argc, char **argv)
{
	unsigned long half = 1UL << (kernel_pgtable.geometry->input_bits - 1);
	struct ptdump_audit audit = { 0 };
	u64 start = 0, last = ~0ULL;
	int user, kernel;

	if ((argc > 1 && monitor_parse_address(argv[1], &start)) ||
	    (argc > 2 && monitor_parse_address(argv[2], &last)))
		return -EINVAL;
	console_printf("%-33s %-16s leaf   count access   type\n", "first address-last",
		       "physical address");
	user = dump_half(0, half - 1, start, last, &audit);
	kernel = dump_half(-half, ~0UL, start, last, &audit);
	if (user == -ERANGE && kernel == -ERANGE) {
		monitor_error("%s: no address of %s up to %s", argv[1],
			      kernel_pgtable.geometry->name, argc > 2 ? argv[2] : "the end");
		return -ERANGE;
	}
	console_printf("ptdump: leaves=%lu ranges=%lu wx=%lu user=%lu bad_tables=%lu\n",
		       audit.leaves, audit.ranges, audit.wx, audit.user, audit.bad_tables);
	if (audit.wx)
		console_printf("ptdump: %lu leaves are writable and executable\n", audit.wx);
	if (audit.bad_tables)
		console_printf("ptdump: %lu entries point to tables outside RAM\n",
			       audit.bad_tables);
	return 0;
}

MONITOR_COMMAND(ptdump, "[START [LAST]]", "what is mapped, and whether it should be", cmd_ptdump,
		NULL);
