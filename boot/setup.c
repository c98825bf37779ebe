// SPDX-License-Identifier: BSD-2-Clause
/*
 * From the device tree to the linear map, in the only order that works: the command
 * line sets how much is printed, the tree's own memory is reserved before anything may
 * be allocated, firmware's memory is marked before RAM is mapped.
 */
#include <kernel/boot_report.h>
#include <kernel/cmdline.h>
#include <kernel/devicetree.h>
#include <kernel/fault-inject.h>
#include <kernel/init.h>
#include <kernel/initrd.h>
#include <kernel/kasan.h>
#include <kernel/memblock.h>
#include <kernel/panic.h>
#include <kernel/pgtable_text.h>
#include <kernel/printk.h>
#include <kernel/slab.h>
#include <kernel/tty.h>
#include <asm/boot_record.h>
#include <asm/init.h>
#include <asm/layout.h>
#include <asm/linear.h>
#include <asm/sections.h>
#include <asm/time.h>

static void __init setup_cmdline(void)
{
	size_t len;
	const char *args = early_init_dt_bootargs(&len);

	parse_args(args ? args : "", len);
	if (cmdline.fail_page_alloc && setup_fault_attr(&fail_page_alloc, cmdline.fail_page_alloc))
		pr_warn("cmdline: fail_page_alloc=%s: not interval,probability,space,times\n",
			cmdline.fail_page_alloc);
	if (cmdline.failslab && setup_fault_attr(&failslab, cmdline.failslab))
		pr_warn("cmdline: failslab=%s: not interval,probability,space,times\n",
			cmdline.failslab);
	console_loglevel = cmdline.debug   ? LOGLEVEL_DEFAULT + 1
			   : cmdline.quiet ? LOGLEVEL_QUIET
					   : (int)cmdline.loglevel;
}

/* What was taken, and every input of the decision. */
static void __init report_mode(void)
{
	const struct boot_record *br = &boot_record;
	const char *mode = paging_mode_name(br->levels);

	pr_info("boot: mode=%s hart=%s%s dt=%s cmdline=%s\n", mode, mode,
		br->levels == br->limit && br->limit < LEVELS_MAX ? "+" : "",
		paging_mode_name(br->limit_dt), paging_mode_name(br->limit_cmdline));
	if (br->limit_dt > br->levels && br->limit > br->levels)
		pr_notice("boot: the device tree promises %s, this hart keeps %s\n",
			  paging_mode_name(br->limit_dt), mode);
	if (br->limit_cmdline > br->levels)
		pr_notice("boot: cmdline asks for %s, which cannot be had: %s is taken\n",
			  paging_mode_name(br->limit_cmdline), mode);
	boot_record_kept(printk);
	if (br->entry_satp)
		pr_warn("boot: satp was 0x%llx at entry, not 0\n", br->entry_satp);
}

#if defined(CONFIG_KASAN_INLINE)
#define KASAN_MODE "inline"
#elif defined(CONFIG_KASAN)
#define KASAN_MODE "outline"
#else
#define KASAN_MODE "off"
#endif

static void __init report_image(void)
{
	pr_info("boot: version=%s\n", CAIRN_VERSION);
	pr_info("boot: image pa=0x%llx va=0x%lx size=0x%lx\n", boot_record.load_pa,
		(unsigned long)_start, (unsigned long)(_end - _start));
	pr_info("boot: dtb pa=0x%llx size=0x%llx hart=%llu\n", boot_record.dtb_pa,
		boot_record.dtb_size, boot_record.hartid);
	pr_info("boot: kasan=" KASAN_MODE "\n");
}

/* Only for who asked: it takes a step for each leaf. */
static void __init report_firmware(void)
{
	struct linear_count count;

	if (console_loglevel <= LOGLEVEL_DEFAULT)
		return;
	linear_count(&count);
	pr_debug("boot: linear leaves=%lu undivided=%lu firmware=%u\n", count.leaves,
		 count.undivided, count.ranges);
}

static void __init report_layout(void)
{
	for (unsigned int id = 0; id < NR_VM_REGIONS; id++) {
		struct vm_region region = vm_region(id, kernel_pgtable.geometry->input_bits);

		pr_info("boot: region=%s start=0x%016lx end=0x%016lx\n", region.name, region.start,
			region.last + 1);
	}
}

static void __init check_ram(void)
{
	phys_addr_t image = boot_record.load_pa;
	unsigned long size = (unsigned long)(_end - _start);

	if (!memblock_phys_mem_size())
		panic("the device tree at 0x%llx has no memory node with RAM in it",
		      boot_record.dtb_pa);
	if (!memblock_is_region_memory(image, size))
		panic("RAM is smaller than the image needs: 0x%llx-0x%llx is not all RAM%s", image,
		      image + size, cmdline.mem ? ", and mem= takes away some" : "");
}

void __init setup_arch(void)
{
	u32 nr_banks;

	early_init_dt_verify();
	memblock_init();
	early_init_fdt_reserve_self();
	early_init_dt_scan_nodes();
	nr_banks = memblock.memory.cnt; /* before firmware's ranges cut them up */
	setup_cmdline();
	earlycon_init();
	report_image();
	report_mode();
	early_init_dt_scan_isa();
	cpu_init();
	time_init(dt_timebase_frequency());
	if (cmdline.mem && memblock_enforce_memory_limit(cmdline.mem))
		panic("memblock is full");
	check_ram();
	if (image_reserve())
		panic("memblock: no room for the image");
	early_init_fdt_scan_reserved_mem();
	setup_linear_bounds();
	early_init_dt_check_for_initrd();
	setup_vm_final();
	kasan_init();
	boot_mark(MARK_FINAL_TABLES);
	early_init_dt_leave_window();
	pr_info("boot: ram banks=%u bytes=%llu linear=0x%lx\n", nr_banks, memblock_phys_mem_size(),
		kernel_map.linear_start);
	report_firmware();
	report_layout();
	initrd_init();
}
