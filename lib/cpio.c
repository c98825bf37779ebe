// SPDX-License-Identifier: BSD-2-Clause
/*
 * Archives of "newc": a header of hexadecimal digits, a name, data, each padded to 4
 * bytes; the last entry's name is TRAILER!!!. See cpio.h.
 */
#include <kernel/cpio.h>
#include <kernel/errno.h>
#include <kernel/sizes.h>
#include <kernel/string.h>

#define MAGIC    6
#define DIGITS   8
#define HEADER   (MAGIC + NR_FIELDS * DIGITS)
#define MAX_NAME 4096 /* with the zeros behind it, of which there may be any number */
#define TRAILER  "TRAILER!!!"

enum field {
	INO,
	MODE,
	UID,
	GID,
	NLINK,
	MTIME,
	FILESIZE,
	DEVMAJOR,
	DEVMINOR,
	RDEVMAJOR,
	RDEVMINOR,
	NAMESIZE,
	CHECK,
	NR_FIELDS
};

#define COMPRESSED " compressed: not supported; give it uncompressed"
#define OTHER_CPIO ": not supported; make it with `cpio -H newc`"

/* What people give in place of it. */
static const struct {
	const char *magic;
	size_t len;
	const char *why;
} others[] = {
	{ "\x1f\x8b", 2, "gzip" COMPRESSED },
	{ "\x28\xb5\x2f\xfd", 4, "zstd" COMPRESSED },
	{ "\3757zXZ", 5, "xz" COMPRESSED },
	{ "BZh", 3, "bzip2" COMPRESSED },
	{ "\x04\x22\x4d\x18", 4, "lz4" COMPRESSED },
	{ "\x02\x21\x4c\x18", 4, "lz4" COMPRESSED },
	{ "\x5d\0\0", 3, "lzma" COMPRESSED },
	{ "070707", 6, "cpio in the old character format" OTHER_CPIO },
	{ "\xc7\x71", 2, "cpio in the old binary format" OTHER_CPIO },
	{ "\x71\xc7", 2, "cpio in the old binary format" OTHER_CPIO },
};

static int fail(struct cpio_fault *fault, int err, size_t offset, const char *why)
{
	*fault = (struct cpio_fault){ offset, why };
	return err;
}

static size_t at_field(enum field field)
{
	return MAGIC + field * DIGITS;
}

static int not_newc(const struct cpio *cpio, size_t offset, struct cpio_fault *fault)
{
	size_t left = cpio->size - offset;

	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
		if (left >= others[i].len &&
		    !memcmp(cpio->start + offset, others[i].magic, others[i].len))
			return fail(fault, -EOPNOTSUPP, offset, others[i].why);
	return fail(fault, -EILSEQ, offset, left ? "no header of a newc archive" : "no " TRAILER);
}

static int digit(u8 c)
{
	u8 letter = c | 0x20;

	if (c >= '0' && c <= '9')
		return c - '0';
	return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Return: the offset of what is no digit, or 0. */
static size_t read_fields(const u8 *header, u32 *field)
{
	for (size_t at = MAGIC; at < HEADER; at++) {
		u32 *number = &field[(at - MAGIC) / DIGITS];
		int value = digit(header[at]);

		if (value < 0)
			return at;
		*number = *number << 4 | (u32)value;
	}
	return 0;
}

/* Its name is as it is in the archive. */
static int read_entry(const struct cpio *cpio, size_t offset, struct cpio_entry *entry,
		      struct cpio_fault *fault)
{
	size_t left = offset < cpio->size ? cpio->size - offset : 0, data, bad;
	const u8 *header = cpio->start + (cpio->size - left);
	u32 field[NR_FIELDS] = { 0 }, namesize, size;

	if (left < MAGIC || memcmp(header, "07070", 5) || (header[5] != '1' && header[5] != '2'))
		return not_newc(cpio, cpio->size - left, fault);
	if (left < HEADER)
		return fail(fault, -EILSEQ, offset, "the header reaches past the end");
	bad = read_fields(header, field);
	if (bad)
		return fail(fault, -EILSEQ, offset + bad, "not a hexadecimal digit");
	namesize = field[NAMESIZE];
	size = field[FILESIZE];
	if (!namesize || namesize > MAX_NAME)
		return fail(fault, -EILSEQ, offset + at_field(NAMESIZE),
			    "a name of 0 bytes, or of over 4096");
	if (namesize > left - HEADER)
		return fail(fault, -EILSEQ, offset + at_field(NAMESIZE),
			    "the name reaches past the end");
	if (header[HEADER + namesize - 1])
		return fail(fault, -EILSEQ, offset + HEADER + namesize - 1,
			    "the name does not end in a zero");
	data = min(ALIGN(HEADER + namesize, 4), left); /* the last padding may be missing */
	if (size > left - data)
		return fail(fault, -EILSEQ, offset + at_field(FILESIZE),
			    "the data reaches past the end");
	*entry = (struct cpio_entry){
		.name = (const char *)header + HEADER,
		.data = header + data,
		.size = size,
		.ino = field[INO],
		.mode = field[MODE],
		.nlink = field[NLINK],
		.devmajor = field[DEVMAJOR],
		.devminor = field[DEVMINOR],
		.sum = field[CHECK],
		.has_sum = header[5] == '2',
		.archive = entry->archive,
		.next = offset + ALIGN(data + size, 4),
	};
	return 0;
}

/* To where the next archive begins. */
static int skip_padding(const struct cpio *cpio, size_t *offset, struct cpio_fault *fault)
{
	size_t at = min(*offset, cpio->size);
	size_t stop = cpio->size - at > CPIO_MAX_PADDING ? at + CPIO_MAX_PADDING : cpio->size;

	while (at < stop && !cpio->start[at])
		at++;
	if (at == stop)
		return fail(fault, -ENOENT, at, NULL);
	*offset = at;
	if (at % 4 && cpio->start[at] == '0')
		return fail(fault, -EILSEQ, at, "an archive begins, not at a multiple of 4");
	return 0;
}

int cpio_next(const struct cpio *cpio, struct cpio_entry *entry, struct cpio_fault *fault)
{
	struct cpio_entry next = *entry;
	bool inside = next.next;
	int err = 0;

	for (;; inside = false) {
		if (!inside)
			err = skip_padding(cpio, &next.next, fault);
		if (err == -ENOENT && !next.archive)
			return fail(fault, -EILSEQ, 0, "nothing but zeros");
		if (!err)
			err = read_entry(cpio, next.next, &next, fault);
		if (err)
			return err;
		if (strcmp(next.name, TRAILER))
			break;
		next.archive++;
	}
	*entry = next;
	entry->name = cpio_path(next.name);
	return 0;
}

const char *cpio_path(const char *name)
{
	for (;;) {
		if (name[0] == '/')
			name++;
		else if (name[0] == '.' && name[1] == '/')
			name += 2;
		else
			return strcmp(name, ".") ? name : name + 1;
	}
}

/* But for "/" at the end. */
static size_t path_length(const char *path)
{
	size_t len = strlen(path);

	while (len && path[len - 1] == '/')
		len--;
	return len;
}

static bool is_link_with_data(const struct cpio_entry *entry, const struct cpio_entry *link)
{
	return (link->mode & CPIO_IFMT) == CPIO_IFREG && link->size &&
	       link->archive == entry->archive && link->ino == entry->ino &&
	       link->devmajor == entry->devmajor && link->devminor == entry->devminor;
}

int cpio_find(const struct cpio *cpio, const char *path, struct cpio_entry *entry,
	      struct cpio_fault *fault)
{
	struct cpio_entry found = { 0 }, at = { 0 };
	const char *want = cpio_path(path);
	size_t len = path_length(want);
	int err;

	while (!(err = cpio_next(cpio, &at, fault)))
		if (path_length(at.name) == len && !memcmp(at.name, want, len))
			found = at;
	if (err != -ENOENT || !found.name)
		return err;
	*entry = found;
	if ((found.mode & CPIO_IFMT) != CPIO_IFREG || found.size || found.nlink < 2)
		return 0;
	for (at = (struct cpio_entry){ 0 }; !cpio_next(cpio, &at, fault);) {
		if (!is_link_with_data(&found, &at))
			continue;
		entry->data = at.data;
		entry->size = at.size;
		entry->sum = at.sum;
		entry->has_sum = at.has_sum;
	}
	return 0;
}

u32 cpio_sum(const struct cpio_entry *entry)
{
	u32 sum = 0;

	for (size_t i = 0; i < entry->size; i++)
		sum += entry->data[i];
	return sum;
}
