// SPDX-License-Identifier: BSD-2-Clause
/*
 * lib/cpio.c on archives that cpio made, against what cpio lists in them and the files
 * they were made of; then cut, damaged, mutated and joined ones. Each lies in a block of
 * exactly its size, so ASan sees any look outside it.
 */
#include <kernel/cpio.h>
#include <kernel/errno.h>
#include <kernel/sizes.h>

#include "cpio_walk.h"
#include "host.h"

#include <string.h>

#define GIVE_UP (host_failures > 10)

/* --- What cpio made --- */

static void check_content(const char *name, const struct cpio *cpio)
{
	struct cpio_entry entry;
	struct cpio_fault fault;
	char path[300];
	struct cpio file;

	CHECK_EQ(cpio_find(cpio, name, &entry, &fault), 0);
	if (host_failures || (entry.mode & CPIO_IFMT) != CPIO_IFREG)
		return;
	snprintf(path, sizeof(path), "tree/%s", entry.name);
	file = read_file(path);
	CHECK_EQ(entry.size, file.size);
	CHECK(!memcmp(entry.data, file.start, file.size));
	CHECK(!entry.has_sum || cpio_sum(&entry) == entry.sum);
	drop(&file);
}

static void check_archive(const char *name, bool has_sum)
{
	char file[64], line[400];
	struct cpio_entry entry = { 0 };
	struct cpio_fault fault;
	struct cpio cpio;
	size_t nr;
	FILE *list;

	snprintf(file, sizeof(file), "%s.cpio", name);
	cpio = read_file(file);
	snprintf(line, sizeof(line), CPIO_DIR "/%s.list", name);
	list = fopen(line, "r");
	CHECK(list);
	for (nr = 0; list && fgets(line, sizeof(line), list); nr++) {
		line[strcspn(line, "\n")] = '\0';
		CHECK_EQ(cpio_next(&cpio, &entry, &fault), 0);
		CHECK(!strcmp(cpio_path(line), entry.name));
		CHECK(entry.has_sum == has_sum && !entry.archive);
		if (GIVE_UP)
			return;
		if (strcmp(name, "absolute"))
			check_content(line, &cpio);
	}
	CHECK_EQ(cpio_next(&cpio, &entry, &fault), -ENOENT);
	CHECK(fault.offset == cpio.size && !fault.why); /* padded to 512 */
	CHECK(nr > 3 || !strncmp(name, "small", 5) || !strcmp(name, "none"));
	CHECK_EQ(cpio_find(&cpio, "no such name", &entry, &fault), -ENOENT);
	fclose(list);
	drop(&cpio);
}

static void test_made_by_cpio(void)
{
	check_archive("newc", false);
	check_archive("crc", true);
	check_archive("absolute", false);
	check_archive("plain", false);
	check_archive("small", false);
	check_archive("none", false);
}

static void test_names(void)
{
	static const struct {
		const char *path;
		size_t size;
		u32 type;
	} rows[] = {
		{ "etc/motd", 6, CPIO_IFREG },
		{ "/etc/motd", 6, CPIO_IFREG },
		{ "./etc/motd", 6, CPIO_IFREG },
		{ ".//./etc/motd", 6, CPIO_IFREG },
		{ "etc", 0, CPIO_IFDIR },
		{ "/etc//", 0, CPIO_IFDIR },
		{ ".", 0, CPIO_IFDIR },
		{ "/", 0, CPIO_IFDIR },
		{ "etc/link", 4, CPIO_IFLNK },
		{ "etc/a b", 13, CPIO_IFREG },
		{ "etc/pipe", 0, 0010000 },
		{ "etc/nothing", 0, CPIO_IFREG },
		{ "bin/65536", 65536, CPIO_IFREG },
		{ "bin/hard", 4095, CPIO_IFREG },
		{ "etc/hard", 4095, CPIO_IFREG },
	};
	static const char *const none[] = { "etc/mot", "etc/motd2", "tc/motd", "..", "motd", "e" };
	struct cpio cpio = read_file("newc.cpio");
	struct cpio_entry entry;
	struct cpio_fault fault;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CHECK_EQ(cpio_find(&cpio, rows[i].path, &entry, &fault), 0);
		CHECK_EQ(entry.size, rows[i].size);
		CHECK_EQ(entry.mode & CPIO_IFMT, rows[i].type);
	}
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		CHECK_EQ(cpio_find(&cpio, none[i], &entry, &fault), -ENOENT);
	drop(&cpio);
}

static void test_checksum(void)
{
	struct cpio cpio = read_file("smallcrc.cpio");
	struct cpio_entry entry;
	struct cpio_fault fault;

	CHECK_EQ(cpio_find(&cpio, "etc/motd", &entry, &fault), 0);
	CHECK(entry.has_sum && cpio_sum(&entry) == entry.sum);
	((u8 *)entry.data)[2]++;
	CHECK_EQ(cpio_find(&cpio, "etc/motd", &entry, &fault), 0); /* walks look at no data */
	CHECK(entry.has_sum && cpio_sum(&entry) == entry.sum + 1);
	drop(&cpio);
}

/* --- Made here --- */

struct builder {
	u8 data[1 << 18];
	size_t size;
};

static void zeros(struct builder *b, size_t n)
{
	memset(b->data + b->size, 0, n);
	b->size += n;
}

/* @namesize: with the zeros behind the name. */
static void add(struct builder *b, const char *name, u32 namesize, u32 ino, u32 nlink,
		const char *data)
{
	u32 size = (u32)strlen(data);
	char header[111];

	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08X%08x", ino, 0100644, 0, 0,
		 nlink, 0, size, 1, 2, 0, 0, namesize, 0);
	memcpy(b->data + b->size, header, 110);
	b->size += 110;
	memset(b->data + b->size, 0, namesize);
	memcpy(b->data + b->size, name, min(strlen(name), (size_t)namesize));
	b->size += namesize;
	zeros(b, -b->size % 4);
	memcpy(b->data + b->size, data, size);
	b->size += size;
	zeros(b, -b->size % 4);
}

static void add_file(struct builder *b, const char *name, const char *data)
{
	add(b, name, (u32)strlen(name) + 1, 0, 1, data);
}

static struct cpio built(const struct builder *b)
{
	return (struct cpio){ memcpy(malloc(b->size), b->data, b->size), b->size };
}

/* Builds two archives with zeros in front, between and behind. */
static int walk_joined(size_t front, size_t between, size_t behind, size_t *nr,
		       struct cpio_fault *fault)
{
	static struct builder b;
	struct cpio_entry entry = { 0 };
	struct cpio cpio;
	int err;

	b.size = 0;
	zeros(&b, front);
	add_file(&b, "a", "first");
	add_file(&b, "TRAILER!!!", "");
	zeros(&b, between);
	add_file(&b, "./a", "second");
	add_file(&b, "b", "");
	add_file(&b, "TRAILER!!!", "");
	zeros(&b, behind);
	cpio = built(&b);
	err = walk(&cpio, nr, fault);
	if (err == -ENOENT && *nr == 3) {
		CHECK_EQ(cpio_find(&cpio, "/a", &entry, fault), 0);
		CHECK(entry.archive == 1 && entry.size == 6 && !memcmp(entry.data, "second", 6));
		CHECK_EQ(cpio_find(&cpio, "TRAILER!!!", &entry, fault), -ENOENT);
	}
	drop(&cpio);
	return err;
}

static void test_joined(void)
{
	struct cpio_fault fault;
	size_t nr;

	for (size_t n = 0; n <= CPIO_MAX_PADDING; n = n * 3 + 4) {
		CHECK_EQ(walk_joined(0, n, 0, &nr, &fault), -ENOENT);
		CHECK_EQ(nr, 3);
		CHECK_EQ(walk_joined(n & ~3UL, 4, n, &nr, &fault), -ENOENT);
		CHECK_EQ(nr, 3);
	}
	/* Aligned to 4 from the start, as headers within an archive are. */
	for (size_t n = 1; n < 4; n++) {
		CHECK_EQ(walk_joined(n, 0, 0, &nr, &fault), -EILSEQ);
		CHECK(fault.offset == n && strstr(fault.why, "multiple of 4"));
	}
	CHECK_EQ(walk_joined(0, CPIO_MAX_PADDING + 4, 0, &nr, &fault), -ENOENT);
	CHECK(nr == 1 && fault.offset == 112 + 4 + 8 + 124 - 4 + CPIO_MAX_PADDING);
	CHECK_EQ(walk_joined(CPIO_MAX_PADDING + 4, 0, 0, &nr, &fault), -EILSEQ);
	CHECK(!strcmp(fault.why, "nothing but zeros"));
}

static void test_links(void)
{
	static struct builder b;
	struct cpio_entry entry;
	struct cpio_fault fault;
	struct cpio cpio;

	b.size = 0;
	add(&b, "one", 4, 7, 2, "");
	add(&b, "two", 64, 7, 2, "text"); /* zeros behind a name, to align data, are fine */
	add(&b, "alone", 6, 8, 1, "");
	add(&b, "lost", 5, 9, 2, "");
	add(&b, "TRAILER!!!", 11, 0, 1, "");
	add(&b, "stranger", 9, 9, 2, "other archive");
	add(&b, "TRAILER!!!", 11, 0, 1, "");
	cpio = built(&b);
	CHECK_EQ(cpio_find(&cpio, "one", &entry, &fault), 0);
	CHECK(entry.size == 4 && !memcmp(entry.data, "text", 4) && !strcmp(entry.name, "one"));
	CHECK_EQ(cpio_find(&cpio, "two", &entry, &fault), 0);
	CHECK(entry.size == 4 && !strcmp(entry.name, "two"));
	CHECK(!cpio_find(&cpio, "alone", &entry, &fault) && !entry.size);
	CHECK(!cpio_find(&cpio, "lost", &entry, &fault) && !entry.size);
	drop(&cpio);
}

/* --- Damaged --- */

/* Where the first trailer ends, its padding left out: from there on nothing is needed. */
static size_t needed(const struct cpio *cpio)
{
	const u8 *trailer = memmem(cpio->start, cpio->size, "TRAILER!!!", 11);

	return (size_t)(trailer + 11 - cpio->start);
}

static void check_truncations(const char *name)
{
	struct cpio cpio = read_file(name);

	for (size_t size = 0; size < cpio.size && !GIVE_UP; size++) {
		struct cpio cut = copy_of(&cpio, size);
		struct cpio_fault fault;
		size_t nr;

		CHECK_EQ(walk(&cut, &nr, &fault), size < needed(&cpio) ? -EILSEQ : -ENOENT);
		drop(&cut);
	}
	drop(&cpio);
}

static void test_truncated(void)
{
	check_truncations("small.cpio");
	check_truncations("smallcrc.cpio");
	check_truncations("none.cpio");
	check_truncations("plain.cpio");
}

static const struct {
	size_t at;
	const char *bytes;
	size_t offset; /* of the fault */
	const char *why;
} damages[] = {
	{ 0, "170701", 0, "no header" },
	{ 5, "3", 0, "no header" },
	{ 6, "g", 6, "hexadecimal" },
	{ 13, " ", 13, "hexadecimal" },
	{ 109, "/", 109, "hexadecimal" },
	{ 54, ":", 54, "hexadecimal" },
	{ 54, "0000ffff", 54, "data reaches" },
	{ 54, "ffffffff", 54, "data reaches" },
	{ 54, "fffffffc", 54, "data reaches" },
	{ 54, "00000004", 124, "no header" },
	{ 94, "00000000", 94, "a name of 0" },
	{ 94, "00001001", 94, "a name of 0" },
	{ 94, "ffffffff", 94, "a name of 0" },
	{ 94, "00001000", 94, "name reaches" },
	{ 94, "00000008", 117, "does not end" },
	{ 118, "x", 118, "does not end" },
};

static void test_damaged(void)
{
	static struct builder b;

	for (size_t i = 0; i < ARRAY_SIZE(damages) && !GIVE_UP; i++) {
		struct cpio_fault fault;
		struct cpio cpio;
		size_t nr;

		b.size = 0;
		add_file(&b, "etc/motd", "12345678");
		add_file(&b, "TRAILER!!!", "");
		memcpy(b.data + damages[i].at, damages[i].bytes, strlen(damages[i].bytes));
		cpio = built(&b);
		CHECK_EQ(walk(&cpio, &nr, &fault), -EILSEQ);
		CHECK_EQ(fault.offset, damages[i].offset);
		CHECK(strstr(fault.why, damages[i].why));
		if (host_failures)
			printf("# damage %zu: %s\n", i, fault.why);
		drop(&cpio);
	}
}

static const struct {
	const char *bytes;
	size_t len;
	const char *name;
} formats[] = {
	{ "\x1f\x8b\x08", 3, "gzip compressed" },
	{ "\x28\xb5\x2f\xfd", 4, "zstd compressed" },
	{ "\xfd\x37\x7a\x58\x5a\x00", 6, "xz compressed" },
	{ "BZh9", 4, "bzip2 compressed" },
	{ "\x04\x22\x4d\x18", 4, "lz4 compressed" },
	{ "\x02\x21\x4c\x18", 4, "lz4 compressed" },
	{ "\x5d\x00\x00\x80", 4, "lzma compressed" },
};

static void test_other_formats(void)
{
	static struct builder b;
	static const char *const old[] = { "odc.cpio", "bin.cpio" };
	struct cpio_fault fault;
	struct cpio cpio;
	size_t nr;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		for (size_t behind = 0; behind < 2; behind++) { /* an archive that is fine */
			b.size = 0;
			if (behind)
				add_file(&b, "TRAILER!!!", "");
			memcpy(b.data + b.size, formats[i].bytes, formats[i].len);
			b.size += formats[i].len;
			cpio = built(&b);
			CHECK_EQ(walk(&cpio, &nr, &fault), -EOPNOTSUPP);
			CHECK(!strncmp(fault.why, formats[i].name, strlen(formats[i].name)));
			CHECK_EQ(fault.offset, behind * 124);
			drop(&cpio);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(old); i++) {
		cpio = read_file(old[i]);
		CHECK_EQ(walk(&cpio, &nr, &fault), -EOPNOTSUPP);
		CHECK(strstr(fault.why, "old"));
		drop(&cpio);
	}
}

/* --- Random --- */

static void mutate(struct cpio *cpio)
{
	u8 *data = (u8 *)cpio->start, *at = data + host_rand_below(cpio->size);
	size_t left = (size_t)(data + cpio->size - at), len = min(left, 8 + host_rand_below(120));

	switch (host_rand_below(5)) {
	case 0:
		*at = (u8)host_rand();
		break;
	case 1:
		*at ^= (u8)(1 << host_rand_below(8));
		break;
	case 2: /* numbers that matter more often */
		*at = (u8) "0001fF4c"[host_rand_below(8)];
		break;
	case 3:
		memmove(at, data + host_rand_below(cpio->size - len + 1), len);
		break;
	case 4:
		memset(at, host_rand_below(2) ? 0 : '0', len);
		break;
	}
}

static void test_mutated(void)
{
	struct cpio bases[] = { read_file("small.cpio"), read_file("smallcrc.cpio"),
				read_file("plain.cpio"), read_file("newc.cpio") };
	unsigned long good = 0, bad = 0;

	for (unsigned long i = host_work(20000); i && !GIVE_UP; i--) {
		const struct cpio *base = &bases[host_rand_below(i % 16 ? 2 : 4)];
		struct cpio cpio = copy_of(base, base->size - host_rand_below(base->size) / 8 *
								      (host_rand_below(8) == 0));
		struct cpio_entry entry;
		struct cpio_fault fault;
		size_t nr;
		int err;

		do {
			mutate(&cpio);
		} while (host_rand_below(3));
		err = walk(&cpio, &nr, &fault);
		CHECK(err == -ENOENT || err == -EILSEQ || err == -EOPNOTSUPP);
		good += err == -ENOENT;
		bad += err != -ENOENT;
		if (!cpio_find(&cpio, "etc/motd", &entry, &fault))
			cpio_sum(&entry);
		drop(&cpio);
	}
	CHECK(good > 100 && bad > 100);
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++)
		drop(&bases[i]);
}

/* At addresses a word may not have. */
static void test_unaligned(void)
{
	struct cpio cpio = read_file("newc.cpio");
	struct cpio_fault fault;
	size_t nr, want;

	CHECK_EQ(walk(&cpio, &want, &fault), -ENOENT);
	for (size_t off = 1; off < 8; off++) {
		u8 *block = malloc(off + cpio.size);
		struct cpio moved = { memcpy(block + off, cpio.start, cpio.size), cpio.size };

		CHECK_EQ(walk(&moved, &nr, &fault), -ENOENT);
		CHECK_EQ(nr, want);
		free(block);
	}
	drop(&cpio);
}

static const struct host_case cases[] = {
	{ "archives made by cpio", test_made_by_cpio },
	{ "names", test_names },
	{ "checksums", test_checksum },
	{ "joined archives", test_joined },
	{ "links", test_links },
	{ "every truncation", test_truncated },
	{ "damaged headers", test_damaged },
	{ "other formats", test_other_formats },
	{ "random mutations", test_mutated },
	{ "any alignment", test_unaligned },
};

HOST_MAIN(cases)
