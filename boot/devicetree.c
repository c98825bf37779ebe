// SPDX-License-Identifier: BSD-2-Clause
/* What the device tree says of memory, said to memblock. */
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/memblock.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/boot_record.h>
#include <asm/cpufeature.h>
#include <asm/page.h>
#include <asm/sections.h>

struct fdt machine_fdt;

/* The children of the root that are asked for more than once; -ENOENT where missing. */
static int chosen_node, cpus_node, reserved_node;

phys_addr_t phys_initrd_start, phys_initrd_end;

void __init early_init_dt_verify(void)
{
	u32 where = 0;
	int err = fdt_open(&machine_fdt, (const void *)boot_record.dtb_va);

	if (!err)
		err = fdt_check(&machine_fdt, &where);
	if (err)
		panic("device tree at 0x%llx is damaged at offset 0x%x: %pe", boot_record.dtb_pa,
		      where, (void *)(long)err);
}

const char *__init early_init_dt_bootargs(size_t *len)
{
	u32 size = 0;
	const char *args =
		chosen_node < 0 ? NULL : fdt_getprop(&machine_fdt, chosen_node, "bootargs", &size);

	*len = args ? strnlen(args, size) : 0;
	return args;
}

/* Not __init: the table of parameters stays, and leads here. */
static void must(int err, const char *what)
{
	if (err)
		panic("memblock: no room for %s: %pe", what, (void *)(long)err);
}

static bool __init is_memory_node(int node, const char *name)
{
	const char *type = fdt_getprop_string(&machine_fdt, node, "device_type");

	return (type ? !strcmp(type, "memory") : fdt_name_matches(name, "memory")) &&
	       fdt_is_available(&machine_fdt, node);
}

#define MAX_BANKS (MEMBLOCK_REGIONS * 3 / 4)

static unsigned int nr_left_out;

/* Whole pages of it. Firmware's ranges cut banks up, which needs room in the same list. */
static void __init add_bank(int node, u64 base, u64 size)
{
	u64 start = ALIGN(base, PAGE_SIZE), end = ALIGN_DOWN(base + size, PAGE_SIZE);
	phys_addr_t before = memblock_phys_mem_size();

	if (start < base || start >= end)
		pr_warn("boot: device tree: %s: bank of 0x%llx bytes at 0x%llx left out: no page\n",
			fdt_node_name(&machine_fdt, node), size, base);
	else if (memblock.memory.cnt >= MAX_BANKS || memblock_add(start, end - start))
		nr_left_out++;
	else if (memblock_phys_mem_size() - before != end - start)
		pr_warn("boot: device tree: %s: bank of 0x%llx bytes at 0x%llx overlaps others\n",
			fdt_node_name(&machine_fdt, node), size, base);
}

/* The pairs of a node's reg. How many cells they have stands in the parent, once for all. */
struct reg {
	int parent, node;
	const void *data;
	u32 len, address_cells, size_cells, index;
};

static void __init open_reg(struct reg *reg, int node)
{
	reg->node = node;
	reg->index = 0;
	reg->data = fdt_getprop(&machine_fdt, node, "reg", &reg->len);
}

/* The next pair; one that wraps round is named and passed over. */
static bool __init next_reg(struct reg *reg, u64 *base, u64 *size)
{
	int err;

	do {
		err = !reg->data ? -ENOENT
				 : fdt_reg_pair(reg->data, reg->len, reg->address_cells,
						reg->size_cells, reg->index++, base, size);
		if (err && err != -ENOENT)
			pr_warn("boot: device tree: %s%s: bad reg: %pe\n",
				reg->parent == reserved_node ? "reserved-memory/" : "",
				fdt_node_name(&machine_fdt, reg->node), (void *)(long)err);
	} while (err == -EOVERFLOW);
	return !err;
}

static void __init scan_memory(struct reg *reg, int node)
{
	u64 base, size;

	open_reg(reg, node);
	while (next_reg(reg, &base, &size))
		add_bank(node, base, size);
}

/* @parent, of children whose reg will be read. */
static struct reg __init regs_of(int parent)
{
	struct reg reg = { .parent = parent };

	fdt_cells(&machine_fdt, parent, &reg.address_cells, &reg.size_cells);
	return reg;
}

void __init early_init_dt_scan_nodes(void)
{
	int root = fdt_root(&machine_fdt);
	struct reg reg = regs_of(root);

	chosen_node = cpus_node = reserved_node = -ENOENT;
	for (int node = fdt_first_child(&machine_fdt, root); node >= 0;
	     node = fdt_next_sibling(&machine_fdt, node)) {
		const char *name = fdt_node_name(&machine_fdt, node);

		if (fdt_name_matches(name, "chosen"))
			chosen_node = node;
		else if (fdt_name_matches(name, "cpus"))
			cpus_node = node;
		else if (fdt_name_matches(name, "reserved-memory"))
			reserved_node = node;
		else if (is_memory_node(node, name))
			scan_memory(&reg, node);
	}
	if (nr_left_out)
		pr_warn("boot: device tree: %u banks of RAM left out: there is room for %u\n",
			nr_left_out, MAX_BANKS);
}

void __init early_init_fdt_reserve_self(void)
{
	must(memblock_reserve(boot_record.dtb_pa, boot_record.dtb_size, "device tree"),
	     "the device tree");
}

/* Not the image: it is in use, whoever else wants to be there. */
static int __init hide(phys_addr_t start, phys_addr_t end)
{
	const phys_addr_t image = boot_record.load_pa;
	const phys_addr_t image_end = image + (unsigned long)(_end - _start);
	int err = 0;

	if (start < image)
		err = memblock_mark_nomap(start, min(end, image) - start);
	start = max(start, image_end);
	if (!err && start < end)
		err = memblock_mark_nomap(start, end - start);
	return err;
}

/*
 * Firmware keeps out of sight what is no-map. Older OpenSBI (0.8 to 1.2) forgets to say
 * so, and other static regions belong to somebody else too: none of it is mapped, unless
 * the tree allows its use with `reusable`, which makes no sense of firmware's own.
 */
static bool __init is_reusable(int node)
{
	const char *name = fdt_node_name(&machine_fdt, node);

	return fdt_getprop(&machine_fdt, node, "reusable", &(u32){ 0 }) &&
	       !fdt_getprop(&machine_fdt, node, "no-map", &(u32){ 0 }) &&
	       strncmp(name, "mmode_resv", 10) && strncmp(name, "opensbi", 7);
}

static void __init reserve(struct reg *reg, int node)
{
	const char *name = fdt_node_name(&machine_fdt, node);
	const bool map = is_reusable(node);
	u64 base, size;

	/* Without reg the kernel may choose a place for a driver; no driver asks. */
	open_reg(reg, node);
	while (next_reg(reg, &base, &size)) {
		const char *owner = memblock_reserved_by(base, size);

		if (owner)
			pr_warn("boot: device tree: reserved-memory/%s: 0x%llx bytes at 0x%llx"
				" overlap what is taken: %s\n",
				name, size, base, owner);
		must(memblock_reserve(base, size, name), name);
		if (!map)
			must(hide(base, base + size), name);
		pr_info("boot: reserved=%s pa=0x%llx size=0x%llx map=%s\n", name, base, size,
			map ? "yes" : "no");
	}
}

const char *early_init_firmware(const char *text)
{
	const char *second = strchr(text, ',');
	char *end;
	u64 base = memparse(text, &end), size;

	if (!second || end == text || end != second)
		return "not ADDR,SIZE";
	size = memparse(++second, &end);
	if (end == second || *end)
		return "not ADDR,SIZE";
	if (!size || base + size < base)
		return "an empty range, or one that wraps round";
	if (base < boot_record.load_pa + (unsigned long)(_end - _start) &&
	    base + size > boot_record.load_pa)
		return "the image lies there";
	if (memblock_is_region_reserved(base, size))
		return "the device tree lies there, or what was reserved before";
	must(memblock_reserve(base, size, "earlyfw"), "earlyfw");
	must(memblock_mark_nomap(base, size), "earlyfw");
	pr_info("boot: reserved=earlyfw pa=0x%llx size=0x%llx map=no\n", base, size);
	return NULL;
}

void __init early_init_fdt_scan_reserved_mem(void)
{
	struct reg reg;
	u64 base, size;

	for (u32 i = 0; !fdt_rsv(&machine_fdt, i, &base, &size); i++)
		must(memblock_reserve(base, size, "memreserve"), "the reservation block");
	if (reserved_node < 0)
		return;
	reg = regs_of(reserved_node);
	for (int node = fdt_first_child(&machine_fdt, reserved_node); node >= 0;
	     node = fdt_next_sibling(&machine_fdt, node))
		if (fdt_is_available(&machine_fdt, node))
			reserve(&reg, node);
}

/* The linear map has whole pages only. */
static bool __init is_mapped_ram(u64 start, u64 end)
{
	phys_addr_t low, high;

	for_each_map_mem_range(cursor, &low, &high)
		if (ALIGN(low, PAGE_SIZE) <= start && end <= ALIGN_DOWN(high, PAGE_SIZE))
			return true;
	return false;
}

void __init early_init_dt_check_for_initrd(void)
{
	u64 start, end;
	int err_start, err_end;

	if (chosen_node < 0)
		return;
	err_start = fdt_getprop_number(&machine_fdt, chosen_node, "linux,initrd-start", &start);
	err_end = fdt_getprop_number(&machine_fdt, chosen_node, "linux,initrd-end", &end);
	if (err_start == -ENOENT && err_end == -ENOENT)
		return;
	if (err_start || err_end) {
		pr_err("initrd: ignored: device tree: bad linux,initrd-%s: %pe\n",
		       err_start ? "start" : "end",
		       (void *)(long)(err_start ? err_start : err_end));
		return;
	}
	if (end <= start || !is_mapped_ram(start, end)) {
		pr_err("initrd: ignored: 0x%llx-0x%llx does not lie in RAM that is used\n", start,
		       end);
		return;
	}
	must(memblock_reserve(start, end - start, "initrd"), "the initrd");
	phys_initrd_start = start;
	phys_initrd_end = end;
	pr_info("boot: initrd pa=0x%llx size=0x%llx\n", start, end - start);
}

void __init early_init_dt_leave_window(void)
{
	if (!is_mapped_ram(boot_record.dtb_pa, boot_record.dtb_pa + boot_record.dtb_size))
		return;
	boot_record.dtb_va = (unsigned long)__va(boot_record.dtb_pa);
	machine_fdt.blob = (const u8 *)boot_record.dtb_va;
}

/* One pass over a list for all names: there are many harts, and long lists. */
static unsigned long __init listed_extensions(int node)
{
	u32 left = 0;
	const char *text = fdt_getprop(&machine_fdt, node, "riscv,isa-extensions", &left);
	unsigned long found = 0;
	bool list = text;

	for (unsigned int ext = 0; !list && ext < NR_RISCV_EXTS; ext++)
		if (fdt_hart_has_isa(&machine_fdt, node, riscv_ext_name(ext)))
			found |= 1UL << ext;
	while (list && left) {
		u32 size = (u32)strnlen(text, left) + 1;

		if (size <= left && text[0] == 's') /* all that matter begin so; few others do */
			found |= riscv_ext_bit(text);
		text += size;
		left -= min(left, size);
	}
	return found;
}

/* The boot hart counts whatever its status is: it runs. */
void __init early_init_dt_scan_isa(void)
{
	struct fdt_hart hart;
	unsigned long listed = -1UL;
	unsigned int nr_harts = 0;

	for (int err = fdt_first_hart_in(&machine_fdt, cpus_node, &hart);
	     err == 0 || err == -EINVAL; err = fdt_next_hart(&machine_fdt, &hart)) {
		if (err || !(hart.available || hart.hartid == boot_record.hartid))
			continue;
		listed &= listed_extensions(hart.node);
		nr_harts++;
	}
	for (unsigned int ext = 0; ext < NR_RISCV_EXTS; ext++)
		riscv_ext_state[ext].listed = nr_harts && listed >> ext & 1;
}

u32 dt_timebase_frequency(void)
{
	u32 frequency = 0;

	if (cpus_node < 0 ||
	    fdt_getprop_u32(&machine_fdt, cpus_node, "timebase-frequency", &frequency))
		pr_warn("boot: device tree: /cpus has no timebase-frequency; times are guesses\n");
	return frequency;
}
