// SPDX-License-Identifier: BSD-2-Clause
/*
 * Each board's device tree in Debian's riscv64 packages, on the path a boot takes through
 * it: the limit before paging, RAM and what of it is mapped, reserved ranges, harts, and
 * the console, whose driver meets a model of the UART the board has. What must come out
 * stands in boards.tsv.
 */
#include "host.h"
#include "uart_model.h"

#include <kernel/devicetree.h>
#include <kernel/driver.h>
#include <kernel/init.h>
#include <kernel/memblock.h>
#include <kernel/percpu.h>
#include <kernel/pgtable_text.h>
#include <kernel/sizes.h>
#include <kernel/smp.h>
#include <kernel/smpboot.h>
#include <asm/boot_record.h>
#include "arch/riscv/early/early.h"

#include <glob.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIELD  1024
#define FIELDS 7

/* A row of boards.tsv, and the same as it came out. */
struct board {
	char tree[FIELD], harts[FIELD], limit[FIELD], ram[FIELD], mapped[FIELD], reserved[FIELD],
		console[FIELD];
};
static struct board *found; /* shared with the child that looks */

static void add(char *field, const char *fmt, ...)
{
	size_t len = strlen(field);
	va_list args;

	va_start(args, fmt);
	vsnprintf(field + len, FIELD - len, fmt + !len, args); /* no comma at first */
	va_end(args);
}

static void *load(const char *tree, u32 *size)
{
	char path[FIELD];
	void *blob = NULL;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.dtb", DTB_DIR, tree);
	file = fopen(path, "rb");
	if (!file)
		return NULL;
	fseek(file, 0, SEEK_END);
	*size = (u32)ftell(file);
	rewind(file);
	blob = malloc(*size);
	if (fread(blob, 1, *size, file) != *size)
		*size = 0;
	fclose(file);
	return blob;
}

static void look_at_memory(void)
{
	phys_addr_t low, high, end = 0;

	for (unsigned int i = 0; i < memblock.memory.cnt; i++) {
		const struct memblock_region *region = &memblock.memory.regions[i];

		/* Pieces that differ in their flags only are one to the table. */
		if (i && region->base == end)
			*strrchr(found->ram, '-') = '\0';
		else
			add(found->ram, ",%llx", region->base);
		end = region->base + region->size;
		snprintf(strchr(found->ram, '\0'), FIELD / 2, "-%llx", end);
	}
	for_each_map_mem_range(cursor, &low, &high)
		add(found->mapped, ",%llx-%llx", low, high);
}

/* From the messages. */
static void look_at_reserved(void)
{
	for (const char *at = board_log; (at = strstr(at, "boot: reserved=")); at++) {
		unsigned long long pa, size;
		char name[64], map[8];

		CHECK_EQ(sscanf(at, "boot: reserved=%63s pa=%llx size=%llx map=%7s", name, &pa,
				&size, map),
			 4);
		add(found->reserved, ",%s=%llx+%llx%s", name, pa, size,
		    strcmp(map, "yes") ? "" : ":mapped");
	}
}

static u64 mapped_at;

static void *map(phys_addr_t pa, size_t size)
{
	mapped_at = pa;
	model.size = size;
	return (void *)model_regs();
}

/* @wanted: COMPATIBLE@START SHIFT WIDTH, which is what the model is */
static void look_at_console(const char *wanted)
{
	static const struct driver_env env = { .map = map, .uart = true };
	char compatible[FIELD] = "", line[FIELD];
	const char *said;

	sscanf(wanted, "%[^@]@%*x %u %u", compatible, &model.shift, &model.width);
	model.kind = !strcmp(compatible, "sifive,uart0")       ? MODEL_SIFIVE
		     : !strcmp(compatible, "snps,dw-apb-uart") ? MODEL_DESIGNWARE
							       : MODEL_16550;
	drivers_init(&machine_fdt, &env);
	said = strstr(board_log, "tty: ");
	if (!said || sscanf(said, "tty: %s at 0x", line) != 1 || !strstr(said, " at 0x"))
		return;
	snprintf(found->console, FIELD, "%s@%llx %u %u", line, mapped_at, model.shift, model.width);
	CHECK_EQ(model.wrong, 0);
}

static void boot(const struct board *wanted)
{
	u32 size;
	void *blob = load(wanted->tree, &size);

	CHECK(blob);
	if (!blob)
		return;
	boot_record.dtb_pa = (u64)blob;
	boot_record.dtb_size = size;
	boot_record.hartid = strtoul(wanted->harts, NULL, 10);
	setup_vm();
	strcpy(found->limit, paging_mode_name(boot_record.limit_dt));

	boot_record.dtb_va = (u64)blob; /* no window is mapped */
	early_init_dt_verify();
	memblock_init();
	early_init_fdt_reserve_self();
	early_init_dt_scan_nodes();
	early_init_dt_scan_isa();
	early_init_fdt_scan_reserved_mem();
	look_at_memory();
	look_at_reserved();

	harts[0]->hartid = boot_record.hartid;
	smp_init();
	for (unsigned int cpu = 0; cpu < nr_online_cpus; cpu++)
		add(found->harts, ",%lu", harts[cpu]->hartid);
	look_at_console(wanted->console);
}

/* A boot leaves much behind, so each has a process of its own. */
static void compare(const struct board *wanted)
{
	const char *want = (const char *)wanted, *got = (const char *)found;
	unsigned long before = host_failures;
	int status;

	memset(found, 0, sizeof(*found));
	strcpy(found->tree, wanted->tree);
	fflush(stdout);
	if (!fork()) {
		boot(wanted);
		fflush(stdout);
		_exit(host_failures != before);
	}
	wait(&status);
	CHECK_EQ(status, 0);
	for (size_t at = 0; at < sizeof(*wanted); at += FIELD)
		if (strcmp(got[at] ? got + at : "-", want + at)) {
			host_failures++;
			printf("# %s: %s, not %s\n", wanted->tree, got[at] ? got + at : "nothing",
			       want + at);
		}
}

static int nr_trees(bool u_boot)
{
	glob_t u_boots = { 0 }, all = { 0 };
	int nr;

	CHECK_EQ(glob(DTB_DIR "/*/*.dtb", 0, NULL, &all), 0);
	glob(DTB_DIR "/u-boot/*.dtb", 0, NULL, &u_boots);
	nr = (int)(u_boot ? u_boots.gl_pathc : all.gl_pathc - u_boots.gl_pathc);
	globfree(&all);
	globfree(&u_boots);
	return nr;
}

/* The rows of one origin, which are all its trees; NAME.skip says why there are none here. */
static void rows(const char *skip, bool u_boot)
{
	static char reason[FIELD], line[FIELD * FIELDS];
	struct board board;
	FILE *file;
	int nr = 0;

	snprintf(line, sizeof(line), "%s/%s.skip", DTB_DIR, skip);
	file = fopen(line, "r");
	if (file) {
		CHECK(fgets(reason, sizeof(reason), file));
		fclose(file);
		reason[strcspn(reason, "\n")] = '\0';
		host_skip(reason);
		return;
	}
	file = fopen(BOARDS, "r");
	CHECK(file);
	while (file && fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || !strncmp(line, "u-boot/", 7) != u_boot)
			continue;
		CHECK_EQ(sscanf(line,
				"%1023[^\t] %1023[^\t] %1023[^\t] %1023[^\t] %1023[^\t] "
				"%1023[^\t] %1023[^\n]",
				board.tree, board.harts, board.limit, board.ram, board.mapped,
				board.reserved, board.console),
			 FIELDS);
		compare(&board);
		nr++;
	}
	if (file)
		fclose(file);
	CHECK_EQ(nr, nr_trees(u_boot));
}

static void kernel_trees(void)
{
	rows("kernel-trees", false);
}

static void u_boot_trees(void)
{
	rows("u-boot-trees", true);
}

int main(int argc, char **argv)
{
	static const struct host_case cases[] = {
		{ "kernel-trees", kernel_trees },
		{ "u-boot-trees", u_boot_trees },
	};

	(void)argc;
	found = mmap(NULL, sizeof(*found), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	return found == MAP_FAILED || host_main(argv[0], cases, ARRAY_SIZE(cases));
}
