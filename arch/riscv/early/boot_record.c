// SPDX-License-Identifier: BSD-2-Clause
/*
 * Telling the boot record. Built for both sides of the satp write; the record itself
 * lives in data.S, since BSS is cleared after the first entries are made.
 */
#include <asm/boot_record.h>
#include <kernel/boot_report.h>
#include <kernel/pgtable_text.h>

static_assert(offsetof(struct boot_record, stage) == 0 &&
		      offsetof(struct boot_record, tried) == 13 && BOOT_STAGE_PROBE == 3,
	      "reference/early-failures says where a debugger finds them");

static const char stage_names[][24] = {
	[BOOT_STAGE_ENTRY] = "entry",         [BOOT_STAGE_FDT] = "device tree",
	[BOOT_STAGE_TABLES] = "page tables",  [BOOT_STAGE_PROBE] = "satp probe",
	[BOOT_STAGE_PAGING] = "paging is on", [BOOT_STAGE_KERNEL] = "start_kernel",
	[BOOT_STAGE_DONE] = "running",
};

void boot_record_report(void (*print)(const char *fmt, ...))
{
	const struct boot_record *br = &boot_record;

	print("boot: stage=\"%s\" hart=%lu load=0x%lx dtb=0x%lx satp_at_entry=0x%lx\n",
	      stage_names[br->stage], (unsigned long)br->hartid, (unsigned long)br->load_pa,
	      (unsigned long)br->dtb_pa, (unsigned long)br->entry_satp);
	print("boot: limit=%s dt=%s cmdline=%s\n", paging_mode_name(br->limit),
	      paging_mode_name(br->limit_dt), paging_mode_name(br->limit_cmdline));
	for (unsigned int levels = LEVELS_MAX; levels >= LEVELS_MIN; levels--) {
		unsigned int i = levels - LEVELS_MIN;

		if (br->tried[i])
			print("boot: tried=%s satp=0x%016lx read_back=0x%016lx\n",
			      paging_mode_name(levels), (unsigned long)br->satp_try[i],
			      (unsigned long)br->satp_read[i]);
	}
}

void boot_record_kept(void (*print)(const char *fmt, ...))
{
	const struct boot_record *br = &boot_record;

	for (unsigned int levels = LEVELS_MIN; levels <= br->limit; levels++)
		if (br->satp_read[levels - LEVELS_MIN] && levels != br->levels)
			print("boot: satp kept 0x%lx of the refused %s\n",
			      (unsigned long)br->satp_read[levels - LEVELS_MIN],
			      paging_mode_name(levels));
}
