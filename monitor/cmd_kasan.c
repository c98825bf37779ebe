// SPDX-License-Identifier: BSD-2-Clause
/* Monitor commands kasan and shadow: what the checks of memory accesses know. */
#include <kernel/errno.h>
#include <kernel/kasan.h>
#include <kernel/monitor.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/stackdepot.h>
#include <asm/layout.h>

static int count_own(void *bytes, unsigned long va, unsigned int level, pte_t pte)
{
	phys_addr_t pa = pte_pa(pte);

	if (pa < kernel_pgtable.shared_start || pa >= kernel_pgtable.shared_end)
		*(u64 *)bytes += pgtable_leaf_size(level);
	return 0;
}

static int cmd_kasan(int argc, char **argv)
{
	const struct vm_region region = vm_region(VM_KASAN, kernel_pgtable.geometry->input_bits);
	const struct kasan_report_info *last = &kasan_last_report;
	char size[HUMAN_SIZE_LEN];
	unsigned long nr, bytes;
	u64 own = 0;
	int err = pgtable_iterate(&kernel_pgtable, region.start, region.last, count_own, &own);

	if (err) {
		monitor_error("cannot read the tables: %pe", (void *)(long)err);
		return err;
	}
	stack_depot_stats(&nr, &bytes);
	console_printf("checks      %s\n", IS_ENABLED(CONFIG_KASAN_INLINE) ? "inline" : "outline");
	console_printf("printed     %s, then %s\n", kasan_multi_shot ? "each report" : "one report",
		       kasan_fault && kasan_fault[0] == 'p' ? "a panic" : "it goes on");
	console_printf("shadow      %s of its own, for %s\n", human_size(own, size),
		       human_size(own * KASAN_GRANULE_SIZE, (char[HUMAN_SIZE_LEN]){ 0 }));
	console_printf("quarantine  %s\n", human_size(kasan_quarantine_bytes(), size));
	console_printf("stacks      %lu in %s\n", nr, human_size(bytes, size));
	console_printf("reports     %lu", last->nr);
	if (last->nr)
		console_printf(", the last: %s at 0x%016lx by %pS", last->type, last->addr,
			       (void *)last->ip);
	console_printf("\n");
	return 0;
}

MONITOR_COMMAND(kasan, "", "how accesses are checked, what that takes, and what was found",
		cmd_kasan, NULL);

static const struct {
	u8 shadow;
	char means[60];
} meanings[] = {
	{ 0, "all 8 bytes may be accessed" },
	{ KASAN_PAGE_FREE, "free page, or RAM that was never allocated" },
	{ KASAN_PAGE_REDZONE, "behind a large kmalloc()" },
	{ KASAN_SLAB_REDZONE, "between objects" },
	{ KASAN_SLAB_FREE, "freed object" },
	{ KASAN_GLOBAL_REDZONE, "behind a variable" },
	{ KASAN_VMALLOC, "nothing of vmalloc()'s; on a stack: a variable out of scope" },
	{ KASAN_STACK_LEFT, "stack frame, left of its variables" },
	{ KASAN_STACK_MID, "stack frame, between its variables" },
	{ KASAN_STACK_RIGHT, "stack frame, right of its variables" },
	{ KASAN_STACK_PARTIAL, "stack frame, behind a variable" },
	{ KASAN_STACK_RETURNED, "frame of a function that has returned" },
	{ KASAN_ALLOCA_LEFT, "left of an array of variable length" },
	{ KASAN_ALLOCA_RIGHT, "right of an array of variable length" },
};

static int cmd_shadow(int argc, char **argv)
{
	const char *means = "unknown";
	u64 addr;
	u8 shadow;

	if (monitor_parse_address(argv[1], &addr))
		return -EINVAL;
	if (!kasan_has_shadow(addr)) {
		monitor_error("%s: has no shadow; accesses there fault", argv[1]);
		return -EFAULT;
	}
	shadow = kasan_shadow_byte(addr);
	for (unsigned int i = 0; i < ARRAY_SIZE(meanings); i++)
		if (meanings[i].shadow == shadow)
			means = meanings[i].means;
	console_printf("0x%016llx: %02x at %016lx: ", (unsigned long long)addr, shadow,
		       (unsigned long)kasan_mem_to_shadow((void *)addr));
	if (shadow && shadow < KASAN_GRANULE_SIZE)
		console_printf("the first %u of 8 bytes may be accessed\n", shadow);
	else
		console_printf("%s\n", means);
	kasan_show(addr);
	return 0;
}

MONITOR_COMMAND(shadow, "ADDR", "whether an address may be accessed, and what lies there",
		cmd_shadow, NULL);
