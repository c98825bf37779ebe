// SPDX-License-Identifier: BSD-2-Clause
/* One step of the device tree fuzzer: see fdt_walk.h. */
#include "fdt_build.h"
#include "fdt_ref.h"
#include "fdt_walk.h"
#include "host.h"

#include <kernel/errno.h>
#include <string.h>

#define MAX (128U << 10) /* longest blob a mutation may make */

struct work {
	u8 data[MAX];
	u32 size;
};

/* Tokens, limits, and numbers that wrap when something small is added. */
static u32 odd_number(const struct work *w)
{
	static const u32 odd[] = { 0,
				   1,
				   2,
				   3,
				   4,
				   5,
				   7,
				   8,
				   9,
				   16,
				   17,
				   31,
				   0x7fffffff,
				   0x80000000U,
				   0xffffffffU,
				   0xfffffffcU,
				   0xfffffff4U,
				   0xfffffff0U,
				   FDT_MAX_SIZE,
				   FDT_MAGIC };

	switch (host_rand_below(4)) {
	case 0:
		return w->size - (u32)host_rand_below(16);
	case 1:
		return (u32)host_rand_below(w->size);
	default:
		return odd[host_rand_below(ARRAY_SIZE(odd))];
	}
}

static u32 any_cell(const struct work *w)
{
	return (u32)host_rand_below(w->size / 4) * 4;
}

static void change_header(struct work *w)
{
	u8 *field = w->data + 4 * host_rand_below(10);

	if (host_rand_below(2))
		put_be32(field, odd_number(w));
	else
		put_be32(field, get_be32(field) + (u32)host_rand_below(33) - 16);
}

static void truncate(struct work *w)
{
	u32 size = FDT_HEADER_SIZE + (u32)host_rand_below(w->size - FDT_HEADER_SIZE + 1);

	if (host_rand_below(2)) {
		memset(w->data + size, (int)host_rand(), w->size - size);
		return;
	}
	w->size = size;
	put_be32(w->data + 4, size);
}

static void splice(struct work *w, const struct dtb *from)
{
	u32 len = 1 + (u32)host_rand_below(64);
	u32 src = (u32)host_rand_below(from->size), dst = (u32)host_rand_below(w->size);

	if (host_rand_below(4)) { /* most places that matter are cells */
		src &= ~3U;
		dst &= ~3U;
		len = (len + 3) & ~3U;
	}
	len = min(len, from->size - src);
	len = min(len, w->size - dst);
	memcpy(w->data + dst, from->blob + src, len);
}

static void mutate(struct work *w, const struct dtb *dtbs, u32 nr)
{
	switch (host_rand_below(8)) {
	case 0:
		w->data[host_rand_below(w->size)] ^= (u8)(1 << host_rand_below(8));
		break;
	case 1:
		w->data[host_rand_below(w->size)] = (u8)host_rand();
		break;
	case 2:
	case 3:
		put_be32(w->data + any_cell(w), odd_number(w));
		break;
	case 4:
		memcpy(w->data + any_cell(w), w->data + any_cell(w), 4);
		break;
	case 5:
		change_header(w);
		break;
	case 6:
		if (!host_rand_below(4))
			truncate(w);
		break;
	case 7:
		splice(w, &dtbs[host_rand_below(nr)]);
		break;
	}
}

/* Exactly as many bytes as the header promises, which is what a caller must provide. */
static u8 *exact_copy(const struct work *w, u32 size)
{
	u8 *blob = malloc(size);

	if (!blob)
		abort();
	memset(blob, (int)host_rand(), size);
	memcpy(blob, w->data, min(size, w->size));
	return blob;
}

static void try_blob(const u8 *blob, u32 size, struct fuzz_stats *stats)
{
	struct fdt fdt;
	u32 where = 0;
	bool ours;

	if (fdt_open(&fdt, blob))
		return;
	stats->opened++;
	ours = !fdt_check(&fdt, &where);
	CHECK(ours ? !where : where <= size);
	walk_exercise(&fdt, ours);
	if (!ours)
		return;
	stats->good++;
	/* Only now: libfdt 1.6.1 itself loops for ever on some of the rest. */
	if (ref_accepts(blob, size)) {
		stats->both++;
		walk_compare(&fdt, false);
	}
}

void fuzz_once(const struct dtb *dtbs, u32 nr, struct fuzz_stats *stats)
{
	static struct work w;
	const struct dtb *base;
	struct fdt fdt;
	int size;
	u8 *blob;

	/* Short trees are cheap and lose nothing but repetition: take them most of the time. */
	do {
		base = &dtbs[host_rand_below(nr)];
	} while (base->size > 2000 && host_rand_below(base->size) > 300);
	w.size = base->size;
	memcpy(w.data, base->blob, w.size);
	do {
		mutate(&w, dtbs, nr);
	} while (host_rand_below(3));

	blob = exact_copy(&w, w.size);
	size = fdt_size(blob);
	if (size < 0) {
		CHECK_EQ(fdt_open(&fdt, blob), size);
	} else if ((u32)size <= MAX) {
		free(blob);
		blob = exact_copy(&w, (u32)size);
		try_blob(blob, (u32)size, stats);
	}
	free(blob);
}
