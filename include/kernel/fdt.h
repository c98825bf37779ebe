/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_FDT_H
#define KERNEL_FDT_H

#include <kernel/types.h>

/*
 * A reader of flattened device trees (Devicetree Specification v0.4, chapter 5)
 * that changes nothing, keeps no state and trusts nothing: whatever the bytes,
 * each function gives an answer or an error and never reads outside
 * [blob, blob + totalsize). Nodes are named by the offset of their
 * FDT_BEGIN_NODE token in the structure block; a negative number is an -errno.
 * A function given a negative node hands it back, or finds nothing, so calls
 * chain without a check in between.
 *
 * Cost of each call: at most proportional to the tokens it passes over.
 *
 * Context of every function: any, MMU on or off, no locks.
 */

#define FDT_MAGIC       0xd00dfeedU
#define FDT_MAX_SIZE    (16U << 20)
#define FDT_HEADER_SIZE 40
#define FDT_MAX_DEPTH   32
#define FDT_RSV_ENTRY   16 /* bytes */

struct fdt {
	const u8 *blob;
	u32 totalsize;
	u32 struct_off, struct_size;
	u32 strings_off, strings_size; /* cut behind its last NUL */
	u32 rsvmap_off, nr_rsv;
};

/**
 * fdt_size() - what the header of a possible tree says of its size
 * @blob: FDT_HEADER_SIZE readable bytes, 8-byte aligned
 * Return: totalsize in bytes; -EINVAL: wrong magic, NULL or misaligned;
 * -EOPNOTSUPP: older than version 16, or needs a reader newer than version 17;
 * -E2BIG: over FDT_MAX_SIZE or smaller than a header.
 */
int fdt_size(const void *blob);

/**
 * fdt_open() - check the header and make a handle
 * @blob: totalsize readable bytes, 8-byte aligned
 * Return: 0, an error of fdt_size(), or -EILSEQ: a block lies outside the blob
 * or is misaligned. Reads the header, the reservation map and the end of the
 * strings block.
 */
int __must_check fdt_open(struct fdt *fdt, const void *blob);

/**
 * fdt_check() - walk the whole structure and the reservation map once
 * @where: out: offset in the blob of the first token, or of the map entry, that
 *         is wrong (totalsize where it is missing); untouched on success; may be NULL
 * Return: 0, or -EILSEQ: bad token, unterminated name, property or string
 * outside its block, property behind a child node, nesting over FDT_MAX_DEPTH,
 * not exactly one root, no FDT_END, map without end.
 */
int __must_check fdt_check(const struct fdt *fdt, u32 *where);

/* Nodes. -ENOENT: there is none; -EILSEQ: the structure is damaged there. */
int fdt_root(const struct fdt *fdt);
int fdt_first_child(const struct fdt *fdt, int node);
int fdt_next_sibling(const struct fdt *fdt, int node);

/**
 * fdt_next_node() - the next one in tree order: a child, a sibling, or one of those above
 * @depth: of @node below the node where the pass began; out: of the one found
 * Return: the node; -ENOENT: the pass is over; -EILSEQ.
 */
int fdt_next_node(const struct fdt *fdt, int node, int *depth);

/** fdt_node_name() - with unit address, terminated in the blob; "" for the root or no node */
const char *fdt_node_name(const struct fdt *fdt, int node);

/** fdt_name_is() - whether a node is @name, a path component as in fdt_find_node() */
bool fdt_name_is(const struct fdt *fdt, int node, const char *name);

/** fdt_name_matches() - the same where fdt_node_name() has @found it */
bool fdt_name_matches(const char *found, const char *name);

struct fdt_child {
	const char *name; /* as fdt_name_is() */
	size_t len;
	int node; /* out: the first of that name; negative: none */
};

/**
 * fdt_find_children() - several children of a node in one pass
 * Return: 0: all; -ENOENT; -EILSEQ: also where those that are wanted lie in front.
 */
int fdt_find_children(const struct fdt *fdt, int node, struct fdt_child *want, u32 nr);

/**
 * fdt_find_node() - look up a path, or an alias followed by a path
 * @path: "/a/b@10"; a component without "@" matches whatever its unit address;
 *        a first component without "/" is looked up in /aliases, whose value is
 *        a full path; the text ends at NUL or ':' (stdout-path options)
 * Return: the node, -ENOENT, -EILSEQ.
 */
int fdt_find_node(const struct fdt *fdt, const char *path);

struct fdt_prop {
	const char *name; /* terminated inside the blob */
	const u8 *data;
	u32 len;
	u32 next; /* for fdt_next_prop() */
};

/**
 * fdt_first_prop(), fdt_next_prop() - the properties of a node in order
 * Return: 0, -ENOENT behind the last one, -EILSEQ.
 */
int fdt_first_prop(const struct fdt *fdt, int node, struct fdt_prop *prop);
int fdt_next_prop(const struct fdt *fdt, struct fdt_prop *prop);

/** fdt_getprop() - one property by name; Return: its data and *@len (may be NULL), or NULL */
const void *fdt_getprop(const struct fdt *fdt, int node, const char *name, u32 *len);

/** fdt_getprop_u32() - Return: 0; -ENOENT; -EINVAL: not exactly one cell */
int __must_check fdt_getprop_u32(const struct fdt *fdt, int node, const char *name, u32 *val);

/** fdt_getprop_number() - a property of one or two cells; errors as above */
int __must_check fdt_getprop_number(const struct fdt *fdt, int node, const char *name, u64 *val);

/** fdt_getprop_string() - Return: the first string; NULL: absent or not terminated in its data */
const char *fdt_getprop_string(const struct fdt *fdt, int node, const char *name);

/** fdt_stringlist_has() - whether a string-list property contains exactly @str */
bool fdt_stringlist_has(const struct fdt *fdt, int node, const char *name, const char *str);

/** fdt_is_compatible() - fdt_stringlist_has() on "compatible" */
bool fdt_is_compatible(const struct fdt *fdt, int node, const char *compatible);

/** fdt_is_available() - "status" is absent, "okay" or "ok" */
bool fdt_is_available(const struct fdt *fdt, int node);

/** fdt_read_number() - the big-endian number of @cells 32-bit cells; the last two count */
u64 fdt_read_number(const u8 *data, u32 cells);

/* What a cell count that is no single cell is taken for; fdt_reg() refuses it. */
#define FDT_BAD_CELLS 0xffffffffU

/** fdt_cells() - #address-cells and #size-cells for children of @node (2 and 1 if absent) */
void fdt_cells(const struct fdt *fdt, int node, u32 *address_cells, u32 *size_cells);

/**
 * fdt_reg() - pair number @index of a node's "reg"
 * @parent: gives the cell counts; addresses are not translated through ranges
 * @addr, @size: out, untouched on error; @size may be NULL, 0 where #size-cells is 0
 * Return: 0; -ENOENT: no such pair; -EINVAL: #address-cells is not 1 or 2,
 * #size-cells is over 2, or the length is not a whole number of pairs;
 * -EOVERFLOW: addr + size passes 2^64 (ending there is fine).
 */
int __must_check fdt_reg(const struct fdt *fdt, int parent, int node, u32 index, u64 *addr,
			 u64 *size);

/**
 * fdt_reg_pair() - fdt_reg() on the data of a property, which need not be "reg"
 * @len: its length in bytes
 */
int __must_check fdt_reg_pair(const void *reg, u32 len, u32 address_cells, u32 size_cells,
			      u32 index, u64 *addr, u64 *size);

/** fdt_rsv_ends() - whether the memory reservation block has its end within the tree */
static inline bool fdt_rsv_ends(const struct fdt *fdt)
{
	return fdt->totalsize - fdt->rsvmap_off >= (fdt->nr_rsv + 1) * FDT_RSV_ENTRY;
}

/**
 * fdt_rsv() - entry number @index of the memory reservation block
 * Return: 0; -ENOENT behind the last; -EILSEQ: the block has no end.
 */
int __must_check fdt_rsv(const struct fdt *fdt, u32 index, u64 *addr, u64 *size);

/* What a cpu node says of its MMU (Devicetree Specification v0.4 §3.8.1, mmu-type). */
enum fdt_mmu {
	FDT_MMU_ABSENT,    /* no mmu-type property: no limit known */
	FDT_MMU_NONE,      /* "riscv,none" */
	FDT_MMU_UNKNOWN,   /* some other text: no limit known */
	FDT_MMU_BITS = 10, /* from here on: N of "riscv,svN" */
};

struct fdt_hart {
	int node;
	u64 hartid;
	bool available;                /* status */
	unsigned int mmu;              /* enum fdt_mmu */
	u32 address_cells, size_cells; /* of /cpus, for fdt_next_hart() */
};

/**
 * fdt_first_hart(), fdt_next_hart() - the cpu nodes under /cpus in tree order
 * fdt_first_hart_in() - where the node of /cpus is known
 * Children that are not cpus are passed over: device_type other than "cpu", or
 * without device_type a name other than cpu (cpu-map).
 * Return: 0; -ENOENT: no (more) harts; -EINVAL: a cpu node without a usable
 * reg (@hart->node names it; iteration can go on); -EILSEQ.
 */
int fdt_first_hart(const struct fdt *fdt, struct fdt_hart *hart);
int fdt_first_hart_in(const struct fdt *fdt, int cpus, struct fdt_hart *hart);
int fdt_next_hart(const struct fdt *fdt, struct fdt_hart *hart);

/**
 * fdt_hart_has_isa() - whether a hart lists a single-letter or multi-letter extension
 * @ext: lower case, "h" or "svpbmt". Reads riscv,isa-extensions where it exists,
 * otherwise riscv,isa, where the letter g stands for imafd, zicsr and zifencei.
 * What one extension implies beyond that is the caller's to know.
 */
bool fdt_hart_has_isa(const struct fdt *fdt, int node, const char *ext);

#endif
