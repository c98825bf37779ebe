// SPDX-License-Identifier: BSD-2-Clause
/* How many instructions the boot took up to each of its milestones. */
#include <kernel/init.h>
#include <kernel/printk.h>
#include <asm/boot_record.h>
#include <asm/time.h>

static u64 marks[NR_MARKS];

void boot_mark(enum boot_mark mark)
{
	marks[mark] = rdinstret() - boot_record.instret_entry;
}

void boot_report_marks(void)
{
	pr_info("boot: instret mmu_on=%llu final_tables=%llu allocators=%llu prompt=%llu\n",
		marks[MARK_MMU_ON], marks[MARK_FINAL_TABLES], marks[MARK_ALLOCATORS],
		marks[MARK_PROMPT]);
}
