/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_CPIO_H
#define KERNEL_CPIO_H

#include <kernel/types.h>

/*
 * A reader of cpio archives in the "newc" format: magic 070701, and 070702, which has a
 * checksum of the data. Several archives may follow each other, with zeros between. It
 * trusts nothing it reads, reads nothing outside the archive, needs no alignment, keeps
 * no state and prints nothing. Walks look at headers and names only, never at data.
 */

/* Zeros in front of, between or behind archives; where there are more, they are the end. */
#define CPIO_MAX_PADDING 0x10000

/* Of the mode, as everywhere. */
#define CPIO_IFMT  0170000
#define CPIO_IFDIR 0040000
#define CPIO_IFREG 0100000
#define CPIO_IFLNK 0120000

struct cpio {
	const u8 *start;
	size_t size;
};

/**
 * struct cpio_entry - one entry; all zero: before the first one
 * @name: without "/" and "./" in front, "" for the root; may end in "/"; terminated, in the
 *        archive
 * @data: @size bytes, in the archive. Of several links to a file only one has data
 * @sum: what the header says cpio_sum() is, if @has_sum
 * @archive: how many archives lie before its own
 * @next: where the next entry begins, from the start
 */
struct cpio_entry {
	const char *name;
	const u8 *data;
	size_t size;
	u32 ino, mode, nlink, devmajor, devminor, sum;
	bool has_sum;
	u32 archive;
	size_t next;
};

/* Where and why reading ended; at its regular end there is no why. */
struct cpio_fault {
	size_t offset;
	const char *why;
};

/**
 * cpio_next() - go to the next entry
 * Return: 0; -ENOENT: there is none, @fault has the offset up to which the archive was read;
 *         -EILSEQ: damaged; -EOPNOTSUPP: another format, @fault names it.
 */
int __must_check cpio_next(const struct cpio *cpio, struct cpio_entry *entry,
			   struct cpio_fault *fault);

/**
 * cpio_find() - the entry of a name; of several the last one, as when they are unpacked
 * @path: as the names of entries, with or without "/" at both ends
 * A link without data gets that of the link that has it.
 * Return: as cpio_next().
 */
int __must_check cpio_find(const struct cpio *cpio, const char *path, struct cpio_entry *entry,
			   struct cpio_fault *fault);

/** cpio_path() - a name without "/" and "./" in front */
const char *cpio_path(const char *name);

/** cpio_sum() - of the data of an entry; reads all of it */
u32 cpio_sum(const struct cpio_entry *entry);

#endif
