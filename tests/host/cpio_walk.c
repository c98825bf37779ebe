// SPDX-License-Identifier: BSD-2-Clause
/* Archives in blocks of exactly their size, and a walk that believes nothing. */
#include "cpio_walk.h"
#include "host.h"

#include <kernel/errno.h>
#include <string.h>

struct cpio read_file(const char *name)
{
	char path[512];
	struct cpio cpio = { 0 };
	u8 *data;
	FILE *f;

	snprintf(path, sizeof(path), CPIO_DIR "/%s", name);
	f = fopen(path, "rb");
	if (!f) {
		printf("# no %s\n", path);
		exit(1);
	}
	fseek(f, 0, SEEK_END);
	cpio.size = (size_t)ftell(f);
	rewind(f);
	data = malloc(cpio.size);
	if (fread(data, 1, cpio.size, f) != cpio.size)
		exit(1);
	fclose(f);
	cpio.start = data;
	return cpio;
}

struct cpio copy_of(const struct cpio *from, size_t size)
{
	return (struct cpio){ memcpy(malloc(size), from->start, size), size };
}

void drop(struct cpio *cpio)
{
	free((void *)cpio->start);
}

static bool inside(const struct cpio *cpio, const void *p, size_t size)
{
	size_t at = (size_t)((const u8 *)p - cpio->start);

	return at <= cpio->size && size <= cpio->size - at;
}

int walk(const struct cpio *cpio, size_t *nr, struct cpio_fault *fault)
{
	struct cpio_entry entry = { 0 };
	size_t last = 0;
	int err;

	*fault = (struct cpio_fault){ (size_t)-1, "untouched" };
	for (*nr = 0; !(err = cpio_next(cpio, &entry, fault)); ++*nr) {
		CHECK(entry.next > last && entry.next <= cpio->size + 3);
		CHECK(inside(cpio, entry.name, strlen(entry.name) + 1));
		CHECK(inside(cpio, entry.data, entry.size));
		last = entry.next;
	}
	CHECK(fault->offset <= cpio->size);
	CHECK(!fault->why == (err == -ENOENT));
	return err;
}
