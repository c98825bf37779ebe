// SPDX-License-Identifier: BSD-2-Clause
/*
 * The tables the kernel starts on and lives on, built before paging.
 *
 * One chain of tables has three roots: the top addresses have all-ones upper
 * indices, so the sv39 root hangs in the last entry of the sv48 root and that in the
 * last of the sv57 root. The chain is built in the deepest shape; a shallower mode
 * just starts lower on it. The image gets its final permissions here.
 *
 * Must not: touch anything but the image and the device tree; keep pointers.
 */
#include <kernel/args.h>
#include <kernel/errno.h>
#include <kernel/fdt.h>
#include <kernel/pgtable_text.h>
#include <kernel/string.h>
#include <asm/boot_record.h>
#include <asm/csr.h>
#include <asm/errata.h>
#include <asm/fixmap.h>
#include <asm/layout.h>
#include <asm/sections.h>
#include "early.h"

/* pt_ops, first stage: a static pool, and pointers are physical addresses. */
static phys_addr_t early_alloc(unsigned long size)
{
	phys_addr_t table = boot_record.pt_pool_next;

	if (table >= (unsigned long)__pt_pool_end)
		early_die("all %lu page tables of the image are in use",
			  (unsigned long)(__pt_pool_end - __pt_pool) / PAGE_SIZE);
	boot_record.pt_pool_next = table + size;
	return table;
}

static void early_free(phys_addr_t table, unsigned long size)
{
	if (boot_record.pt_pool_next == table + size)
		boot_record.pt_pool_next = table;
}

static void pt_ops_set_early(struct pgtable *pt)
{
	struct pt_ops ops = { 0 };

	ops.alloc = early_alloc;
	ops.free = early_free;
	boot_record.pt_pool_next = (unsigned long)__pt_pool;
	if (pgtable_create(pt, pgtable_geometry(1, LEVELS_MAX), &ops, NULL))
		early_die("no table for the root");
	if (has_erratum(ERRATUM_MEMORY_TYPES))
		pt->type_bits = _PAGE_THEAD;
	pt->svpbmt = pt->type_bits;
	pt->shared_start = (unsigned long)__kasan_shared;
	pt->shared_end = (unsigned long)__kasan_shared_end;
}

static void map_or_die(struct pgtable *pt, const char *what, unsigned long va, phys_addr_t pa,
		       unsigned long size, pgprot_t prot, unsigned int flags)
{
	int err = pgtable_map(pt, va, pa, size, prot, flags);

	if (err)
		early_die("cannot map the %s at 0x%lx (0x%lx bytes): %pe", what, (unsigned long)pa,
			  size, (void *)(long)err);
}

/* Text R-X, rodata R--, the rest RW-, but for the pages below the stacks. */
static void map_image(struct pgtable *pt)
{
	const struct {
		const char *start, *end;
		pgprot_t prot;
	} part[] = {
		{ _text, _etext, PAGE_KERNEL_EXEC },
		{ _rodata, _erodata, PAGE_KERNEL_READ },
		{ _data, __emergency_guard, PAGE_KERNEL },
		{ __emergency_low, __emergency_high, PAGE_KERNEL },
		{ __stack_low, __kasan_shared, PAGE_KERNEL },
		{ __kasan_shared, __kasan_shared_end, PAGE_KERNEL_READ },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(part); i++)
		if (part[i].start < part[i].end)
			map_or_die(pt, "image",
				   KERNEL_LINK_ADDR + (unsigned long)(part[i].start - _start),
				   (unsigned long)part[i].start,
				   (unsigned long)(part[i].end - part[i].start), part[i].prot,
				   PGTABLE_SMALL_ONLY);
}

/* Exactly the pages the tree lies in, at the same offset in 2 MiB so large leaves fit. */
static void map_fdt(struct pgtable *pt)
{
	phys_addr_t start = ALIGN_DOWN(boot_record.dtb_pa, PAGE_SIZE);
	phys_addr_t end = ALIGN(boot_record.dtb_pa + boot_record.dtb_size, PAGE_SIZE);
	unsigned long va = FDT_WINDOW_START + (start & (SZ_2M - 1));

	map_or_die(pt, "device tree", va, start, end - start, PAGE_KERNEL_READ, 0);
	boot_record.dtb_va = va + (boot_record.dtb_pa - start);
}

/* Svpbmt is not known yet; without it the address is what makes it a device. */
static void map_earlycon(struct pgtable *pt)
{
	const u64 type = pt->type_bits ? _PAGE_IO : 0;
	const phys_addr_t pa = boot_record.earlycon.pa;

	map_or_die(pt, "early console", fix_to_virt(FIX_EARLYCON), ALIGN_DOWN(pa, PAGE_SIZE),
		   PAGE_SIZE, __pgprot(PAGE_KERNEL.val | type), PGTABLE_SMALL_ONLY);
	boot_record.earlycon_va = fix_to_virt(FIX_EARLYCON) + pa % PAGE_SIZE;
}

static u8 lower_limit(u8 a, u8 b)
{
	return !a || (b && b < a) ? b : a;
}

/* The mode that translates so many address bits, or 0. */
static u8 mode_of(unsigned int bits)
{
	for (u8 levels = LEVELS_MAX; levels >= LEVELS_MIN; levels--)
		if (pgtable_geometry(1, levels)->input_bits == bits)
			return levels;
	return 0;
}

/* mmu-type of the harts the firmware calls usable; the least of them all. */
static u8 fdt_limit(const struct fdt *fdt, int cpus)
{
	struct fdt_hart hart;
	u8 limit = 0;

	for (int err = fdt_first_hart_in(fdt, cpus, &hart); err == 0 || err == -EINVAL;
	     err = fdt_next_hart(fdt, &hart))
		if (!err && hart.available)
			limit = lower_limit(limit, mode_of(hart.mmu));
	return limit;
}

static void choose_earlycon(const struct fdt *fdt, int chosen, const char *value)
{
	struct earlycon *con = &boot_record.earlycon;

	if (value)
		earlycon_parse(con, value);
	else
		earlycon_from_fdt(con, fdt, chosen);
	earlycon_check(con, fdt);
	if (con->kind && !early_can_read(earlycon_status(con), con->width))
		*con = (struct earlycon){ .wrong = EARLYCON_NOT_THERE };
}

/* The words that matter before paging; the rest of the line is read much later. */
static u8 cmdline_limit(const struct fdt *fdt, int chosen, const char *args, size_t left)
{
	char word[128]; /* none that matters is longer */
	u8 limit = 0;

	while (args_next(&args, &left, word, sizeof(word))) {
		const char *value = args_value(word);

		if (!strcmp(word, "quiet") && !value)
			boot_record.quiet = 1;
		else if (!strcmp(word, "earlycon"))
			choose_earlycon(fdt, chosen, value);
		else if (!strcmp(word, "no4lvl") && !value)
			limit = lower_limit(limit, 3);
		else if (!strcmp(word, "no5lvl") && !value)
			limit = lower_limit(limit, 4);
		else if (!strcmp(word, "paging") && value)
			for (u8 levels = LEVELS_MIN; levels <= LEVELS_MAX; levels++)
				if (!strcmp(value, paging_mode_name(levels)))
					limit = lower_limit(limit, levels);
	}
	return limit;
}

static void choose_limit(void)
{
	struct fdt fdt;
	struct fdt_child cpus_chosen[2]; /* filled by code: no pointers in constant data */
	const char *args;
	u32 len = 0;
	int err = fdt_open(&fdt, (const void *)boot_record.dtb_pa);

	if (err)
		early_die("device tree at 0x%lx: blocks outside its %lu bytes",
			  (unsigned long)boot_record.dtb_pa, (unsigned long)boot_record.dtb_size);
	cpus_chosen[0].name = "cpus";
	cpus_chosen[0].len = 4;
	cpus_chosen[1].name = "chosen";
	cpus_chosen[1].len = 6;
	fdt_find_children(&fdt, fdt_root(&fdt), cpus_chosen, 2);
	warn_m_mode(&fdt, cpus_chosen[1].node); /* before the first call to the firmware */
	boot_record.limit_dt = fdt_limit(&fdt, cpus_chosen[0].node);
	args = fdt_getprop(&fdt, cpus_chosen[1].node, "bootargs", &len);
	boot_record.limit_cmdline = cmdline_limit(&fdt, cpus_chosen[1].node, args, len);
	boot_record.limit = lower_limit(LEVELS_MAX, lower_limit(boot_record.limit_dt,
								boot_record.limit_cmdline));
}

void setup_vm(void)
{
	struct pgtable pt;

	choose_limit();
	boot_record.stage = BOOT_STAGE_TABLES;
	boot_record.errata = errata_probe();
	pt_ops_set_early(&pt);
	map_image(&pt);
	kasan_early_init(&pt);
	if (pgtable_populate(&pt, FIXADDR_START, FIXADDR_SIZE))
		early_die("no table left for the fixmap");
	map_fdt(&pt);
	if (boot_record.earlycon.kind)
		map_earlycon(&pt);
	for (unsigned int levels = LEVELS_MIN; levels <= LEVELS_MAX; levels++)
		boot_record.satp_try[levels - LEVELS_MIN] =
			(u64)pgtable_geometry(1, levels)->mode << SATP_MODE_SHIFT |
			pgtable_table(&pt, KERNEL_LINK_ADDR, levels - 1) >> PAGE_SHIFT;
}
