// SPDX-License-Identifier: BSD-2-Clause
/*
 * The device tree reader: unit cases (fdt_unit.c), machines' own trees beside
 * libfdt (one case each, so a tree that can't be had is skipped by name), then
 * random damage (fdt_fuzz.c).
 */
#include "fdt_build.h"
#include "fdt_ref.h"
#include "fdt_unit.h"
#include "fdt_walk.h"
#include "host.h"

#include <kernel/errno.h>
#include <string.h>
#include <time.h>

#define ANY -1 /* differs between versions of QEMU */

/* What a person reads in the tree; mmu is the last hart's. */
static const struct known {
	char name[32];
	int harts;
	int mmu;
	u64 memory; /* bytes in all available memory nodes, or 0: not known here */
} known[] = {
	{ "memory", 0, ANY, 0x208001000 },
	{ "memory-v16", 0, ANY, 0x208001000 },
	{ "harts", 6, 32, 0 },
	{ "virt", 2, 57, 256 << 20 },
	{ "virt-smp8", 8, 57, 128 << 20 },
	{ "virt-128m", 1, 57, 128 << 20 },
	{ "virt-16g", 1, 57, 16ULL << 30 },
	{ "virt-numa", 4, 57, 512 << 20 },
	{ "virt-aplic", 1, 57, 256 << 20 },
	{ "virt-imsic", 1, 57, 256 << 20 },
	{ "virt-iommu", 1, 57, 256 << 20 },
	{ "virt-aclint", 1, 57, 256 << 20 },
	{ "virt-sv39", 1, 39, 128 << 20 },
	{ "virt-boot", 1, 57, 128 << 20 },
	{ "sifive_u", 5, ANY, 1 << 30 },
	{ "spike", 2, ANY, 128 << 20 },
	{ "icicle", 5, 39, 0 },
	{ "visionfive2", 5, 39, 0 },
};

static struct dtb dtbs[ARRAY_SIZE(known)];
static u32 nr_dtbs;

static u8 *read_file(const char *name, const char *suffix, u32 *size)
{
	char path[512];
	u8 *data = NULL;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s%s", DTB_DIR, name, suffix);
	f = fopen(path, "rb");
	if (!f)
		return NULL;
	fseek(f, 0, SEEK_END);
	*size = (u32)ftell(f);
	rewind(f);
	data = malloc(*size + 1);
	if (data && fread(data, 1, *size, f) == *size)
		data[*size] = 0;
	fclose(f);
	return data;
}

static u64 memory_size(const struct fdt *fdt)
{
	u64 sum = 0, addr, size;
	int root = fdt_root(fdt);

	for (int n = fdt_first_child(fdt, root); n >= 0; n = fdt_next_sibling(fdt, n)) {
		if (!fdt_name_is(fdt, n, "memory") || !fdt_is_available(fdt, n))
			continue;
		for (u32 i = 0; !fdt_reg(fdt, root, n, i, &addr, &size); i++)
			sum += size;
	}
	return sum;
}

static void check_known(const struct fdt *fdt, const struct known *k)
{
	struct fdt_hart hart = { 0 };
	int harts = 0;
	int err = fdt_first_hart(fdt, &hart);

	for (; !err || err == -EINVAL; err = fdt_next_hart(fdt, &hart))
		harts += !err;
	CHECK_EQ(harts, k->harts);
	if (k->mmu != ANY)
		CHECK_EQ(hart.mmu, k->mmu);
	if (k->memory)
		CHECK_EQ(memory_size(fdt), k->memory);
}

/* The cases carry no argument; they run in the table's order. */
static void next_dtb(void)
{
	static u32 next;
	const struct known *k = &known[next++];
	struct dtb *dtb = &dtbs[nr_dtbs];
	struct fdt fdt;
	u32 where = 0;
	static char reason[256];

	dtb->blob = read_file(k->name, ".dtb", &dtb->size);
	if (!dtb->blob) {
		char *text = (char *)read_file(k->name, ".skip", &dtb->size);

		CHECK(text);
		snprintf(reason, sizeof(reason), "%.*s", text ? (int)strcspn(text, "\n") : 0, text);
		free(text);
		host_skip(reason);
		return;
	}
	snprintf(dtb->name, sizeof(dtb->name), "%s", k->name);
	nr_dtbs++;
	CHECK_EQ(fdt_size(dtb->blob), dtb->size);
	CHECK_EQ(fdt_open(&fdt, dtb->blob), 0);
	CHECK_EQ(fdt_check(&fdt, &where), 0);
	CHECK_EQ(where, 0);
	CHECK(ref_accepts(dtb->blob, dtb->size));
	if (host_failures)
		return;
	walk_exercise(&fdt, true);
	walk_compare(&fdt, true);
	check_known(&fdt, k);
}

static int named(const struct fdt *fdt, const char *path)
{
	return fdt_find_node(fdt, path);
}

/* What only one side of the comparison knows: ours, by hand from dts/memory.dts. */
static void lookups(void)
{
	struct fdt fdt;
	int serial, memory;
	u64 number;

	CHECK_EQ(fdt_open(&fdt, dtbs[0].blob), 0);
	serial = named(&fdt, "/soc/serial@10000000");
	CHECK(serial > 0);
	CHECK_EQ(named(&fdt, "serial0"), serial);
	CHECK_EQ(named(&fdt, "serial0:115200n8"), serial);
	CHECK_EQ(named(&fdt, "/soc/serial@10000000:115200"), serial);
	CHECK_EQ(named(&fdt, "soc0/serial"), serial);
	CHECK_EQ(named(&fdt, "//soc//serial@10000000/"), serial);
	CHECK_EQ(named(&fdt, "/soc/serial@1"), -ENOENT);
	CHECK_EQ(named(&fdt, "/so/serial"), -ENOENT);
	CHECK_EQ(named(&fdt, "/soc/serial@10001000"), fdt_next_sibling(&fdt, serial));
	CHECK_EQ(named(&fdt, "loop"), -ENOENT);
	CHECK_EQ(named(&fdt, "open"), -ENOENT);
	CHECK_EQ(named(&fdt, "nowhere"), -ENOENT);
	CHECK_EQ(named(&fdt, "serial"), -ENOENT);
	CHECK_EQ(named(&fdt, "absent/x"), -ENOENT);
	CHECK_EQ(named(&fdt, ""), -ENOENT);
	CHECK_EQ(named(&fdt, ":x"), -ENOENT);
	CHECK_EQ(named(&fdt, "/"), 0);
	memory = named(&fdt, "/memory");
	CHECK_EQ(named(&fdt, "/memory@c0000000"), fdt_next_sibling(&fdt, memory));
	CHECK(fdt_is_compatible(&fdt, 0, "cairn,any") && !fdt_is_compatible(&fdt, 0, "cairn"));
	CHECK(!fdt_getprop_number(&fdt, named(&fdt, "/chosen"), "linux,initrd-start", &number));
	CHECK_EQ(number, 0x84000000);
	CHECK(!fdt_getprop_number(&fdt, named(&fdt, "/chosen"), "linux,initrd-end", &number));
	CHECK_EQ(number, 0x84100000);
}

/* Trees made to be slow: millions of bytes must not cost their square. */
static void hostile(void)
{
	static char name[1 << 20];
	clock_t start = clock();
	struct fdt_prop prop;
	struct fdt fdt;
	int err, nr = 0;

	/* Every property's name is the tail of one long string. */
	memset(name, 'n', sizeof(name) - 1);
	build_start();
	build_begin("");
	build_prop(name, "", 0);
	for (u32 i = 0; i < 200000; i++) {
		build_cell(TOKEN_PROP);
		build_cell(0);
		build_cell(i);
	}
	for (u32 i = 0; i < 200000; i++) {
		build_begin("c");
		build_end();
	}
	for (u32 i = 0; i < 200000; i++)
		build_rsv(i, 1);
	build_end();
	CHECK_EQ(fdt_open(&fdt, build_finish()), 0);
	CHECK_EQ(fdt_check(&fdt, NULL), 0);
	for (err = fdt_first_prop(&fdt, 0, &prop); !err; err = fdt_next_prop(&fdt, &prop))
		nr++;
	CHECK_EQ(nr, 200001);
	for (int n = fdt_first_child(&fdt, 0); n >= 0; n = fdt_next_sibling(&fdt, n))
		nr++;
	CHECK_EQ(nr, 400001);
	for (u64 a, s; !fdt_rsv(&fdt, (u32)nr - 400001, &a, &s);)
		nr++;
	CHECK_EQ(nr, 600001);
	CHECK_EQ(fdt_find_node(&fdt, "/cpus"), -ENOENT);

	/* So deep that a walk by recursion would end the stack. */
	build_start();
	for (u32 i = 0; i < 500000; i++)
		build_begin("");
	CHECK_EQ(fdt_open(&fdt, build_finish()), 0);
	CHECK_EQ(fdt_check(&fdt, NULL), -EILSEQ);
	CHECK_EQ(fdt_next_sibling(&fdt, 0), -EILSEQ);
	CHECK_EQ(fdt_find_node(&fdt, "/cpus"), -EILSEQ);
	CHECK((clock() - start) / CLOCKS_PER_SEC < 2);
}

static void fuzz(void)
{
	unsigned long work = host_work(100000);
	struct fuzz_stats stats = { 0 };

	for (unsigned long i = 0; i < work && !host_failures; i++) {
		fuzz_once(dtbs, nr_dtbs, &stats);
		if (host_failures)
			printf("# mutation %lu\n", i);
	}
	printf("# %lu mutations: %lu opened, %lu good, %lu for libfdt too\n", work, stats.opened,
	       stats.good, stats.both);
	/* A fuzzer that only makes garbage tests nothing. */
	CHECK(host_failures || stats.both >= work / 10);
}

int main(int argc, char **argv)
{
	static struct host_case cases[FDT_UNIT_CASES + ARRAY_SIZE(known) + 3];
	int nr = 0;

	(void)argc;
	for (; nr < FDT_UNIT_CASES; nr++)
		cases[nr] = fdt_unit_cases[nr];
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		cases[nr++] = (struct host_case){ known[i].name, next_dtb };
	cases[nr++] = (struct host_case){ "lookups", lookups };
	cases[nr++] = (struct host_case){ "hostile", hostile };
	cases[nr++] = (struct host_case){ "fuzz", fuzz };
	return host_main(argv[0], cases, nr);
}
