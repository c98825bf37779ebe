// SPDX-License-Identifier: BSD-2-Clause
/*
 * The kernel's address space once translation is on: from the static chain that
 * setup_vm.c built to the whole of RAM in the linear map. Only adds to the chain.
 */
#include <kernel/memblock.h>
#include <kernel/panic.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <asm/boot_record.h>
#include <asm/cpufeature.h>
#include <asm/csr.h>
#include <asm/errata.h>
#include <asm/fixmap.h>
#include <asm/init.h>
#include <asm/sections.h>
#include <asm/svprobe.h>
#include <asm/tlbflush.h>

static void table_refused(const struct pgtable *pt, enum pgtable_refusal why, unsigned long va)
{
	pr_debug("pgtable: %s: 0x%lx: %s\n", pt->geometry->name, va, pgtable_refusal_text(why));
}

static phys_addr_t __init memblock_table_alloc(unsigned long size)
{
	return memblock_phys_alloc(size, size, "page tables");
}

static bool __init in_image(phys_addr_t pa)
{
	return pa - kernel_map.phys_addr < (unsigned long)(_end - _start);
}

/* Tables of the image's pool stay with the image. */
static void __init memblock_table_free(phys_addr_t table, unsigned long size)
{
	if (in_image(table))
		return;
	if (memblock_phys_free(table, size))
		pr_warn("memblock: page table at 0x%llx stays reserved\n", table);
}

static bool table_readable(phys_addr_t table)
{
	return memblock_is_map_memory(table);
}

/* The chain's tables are in the image; others pass through the slot of their level. */
static void *__init fixmap_reach(phys_addr_t table, unsigned int level)
{
	static phys_addr_t in_slot[LEVELS_MAX];

	if (in_image(table))
		return (void *)(table + kernel_map.va_kernel_pa_offset);
	if (in_slot[level] != table) {
		replace_fixmap(FIX_TABLE + level, in_slot[level], table, PAGE_KERNEL);
		in_slot[level] = table;
	}
	return (void *)fix_to_virt(FIX_TABLE + level);
}

/* pt_ops, second stage: translation is on, RAM is not mapped yet. */
static void __init pt_ops_set_fixmap(struct pgtable *pt)
{
	pt->ops.reach = fixmap_reach;
	pt->hint.size = 0;
}

/* pt_ops, third and last stage: every table lies in the linear map. */
static void __init pt_ops_set_final(struct pgtable *pt)
{
	pt->ops.reach = NULL;
	pt->hint.size = 0;
	pt->ops.offset = kernel_map.va_pa_offset;
	pt->ops.readable = table_readable;
	for (unsigned int level = 0; level < LEVELS_MAX; level++)
		clear_fixmap(FIX_TABLE + level);
}

void __init kernel_map_init(void)
{
	struct pgtable *pt = &kernel_pgtable;

	kernel_map.phys_addr = boot_record.load_pa;
	kernel_map.va_kernel_pa_offset = KERNEL_LINK_ADDR - boot_record.load_pa;
	pt->root = (csr_read(satp) & SATP_PPN_MASK) << PAGE_SHIFT;
	pt->geometry = pgtable_geometry(1, boot_record.levels);
	pt->tables = (boot_record.pt_pool_next - __pa_symbol(__pt_pool)) / PAGE_SIZE;
	/* The static tables lie in the image: this is enough to find the fixmap's. */
	pt->ops.offset = kernel_map.va_kernel_pa_offset;
	if (has_erratum(ERRATUM_MEMORY_TYPES))
		pt->type_bits = _PAGE_THEAD;
	pt->shared_start = __pa_symbol(__kasan_shared);
	pt->shared_end = __pa_symbol(__kasan_shared_end);
	pt->ops.alloc = memblock_table_alloc;
	pt->ops.free = memblock_table_free;
	pt->ops.fence = pgtable_fence;
	pt->ops.refused = table_refused;
	fixmap_init();
}

void __init cpu_init(void)
{
	unsigned long listed = 0;

	for (unsigned int ext = 0; ext < NR_RISCV_EXTS; ext++)
		listed |= (unsigned long)riscv_ext_state[ext].listed << ext;
	errata_init();
	svprobe(listed);
	riscv_fill_hwcap();
	kernel_pgtable.svnapot = riscv_has_extension(RISCV_ISA_EXT_SVNAPOT);
	kernel_pgtable.svpbmt =
		kernel_pgtable.type_bits || riscv_has_extension(RISCV_ISA_EXT_SVPBMT);
}

int __init image_reserve(void)
{
	return memblock_reserve(kernel_map.phys_addr, (unsigned long)(_end - _start), "image");
}

static void __init drop_ram_above(phys_addr_t limit)
{
	phys_addr_t end = memblock_end_of_DRAM();
	phys_addr_t before = memblock_phys_mem_size();

	if (end <= limit)
		return;
	if (memblock_remove(limit, end - limit))
		panic("memblock is full");
	pr_warn("boot: %llu MiB of RAM above 0x%llx left out: %s's linear map ends there\n",
		(before - memblock_phys_mem_size()) >> 20, limit, kernel_pgtable.geometry->name);
}

static void __init map_linear(phys_addr_t start, phys_addr_t end, pgprot_t prot)
{
	int err;

	start = ALIGN(start, PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (start >= end)
		return;
	err = pgtable_map(&kernel_pgtable, start + kernel_map.va_pa_offset, start, end - start,
			  prot, 0);
	if (err)
		panic("cannot map RAM 0x%llx-0x%llx: %pe", start, end, (void *)(long)err);
}

void __init setup_linear_bounds(void)
{
	struct vm_region linear = vm_region(VM_LINEAR, kernel_pgtable.geometry->input_bits);
	unsigned long size = linear.last - linear.start + 1;
	phys_addr_t base = linear_base(kernel_pgtable.geometry, memblock_start_of_DRAM(),
				       memblock_end_of_DRAM());

	drop_ram_above(base + size);
	kernel_map.va_pa_offset = linear.start - base;
	kernel_map.linear_start = (unsigned long)__va(memblock_start_of_DRAM());
	kernel_map.linear_end = (unsigned long)__va(memblock_end_of_DRAM());
}

void __init setup_vm_final(void)
{
	phys_addr_t ro_start = __pa_symbol(_text), ro_end = __pa_symbol(_erodata);
	phys_addr_t start, end;

	pt_ops_set_fixmap(&kernel_pgtable);
	for_each_map_mem_range(cursor, &start, &end) {
		/* Text has no writable alias: its RAM and the constants' are read-only too. */
		map_linear(start, min(end, ro_start), PAGE_KERNEL);
		map_linear(max(start, ro_start), min(end, ro_end), PAGE_KERNEL_READ);
		map_linear(max(start, ro_end), end, PAGE_KERNEL);
	}
	pt_ops_set_final(&kernel_pgtable);
}
