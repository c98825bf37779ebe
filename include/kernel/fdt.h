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
 *
 * Context of every function: any, MMU on or off, no locks.
 */

#define FDT_MAGIC        0xd00dfeedU
#define FDT_MAX_SIZE     (16U << 20)
#define FDT_HEADER_SIZE  40
#define FDT_MAX_DEPTH    32

struct fdt {
	const u8 *blob;
	u32 totalsize;
	u32 struct_off, struct_size;
	u32 strings_off, strings_size;
	u32 rsvmap_off;
};

/**
 * fdt_size() - what the header of a possible tree says of its size
 * @blob: FDT_HEADER_SIZE readable bytes, 8-byte aligned
 * Return: totalsize in bytes; -EINVAL: wrong magic; -E2BIG: over FDT_MAX_SIZE
 * or smaller than a header; -EOPNOTSUPP: needs a newer reader.
 */
int fdt_size(const void *blob);

/**
 * fdt_open() - check the header and make a handle
 * @blob: totalsize readable bytes, 8-byte aligned
 * Return: 0, an error of fdt_size(), or -EILSEQ: a block lies outside the blob
 * or is misaligned. Reads the header only.
 */
int __must_check fdt_open(struct fdt *fdt, const void *blob);

/**
 * fdt_check() - walk the whole structure and the reservation map once
 * @where: offset in the blob of the first thing that is wrong; may be NULL
 * Return: 0, or -EILSEQ: bad token, unterminated name, property or string
 * outside its block, nesting over FDT_MAX_DEPTH, no FDT_END, map without end.
 */
int __must_check fdt_check(const struct fdt *fdt, u32 *where);

/* Nodes. -ENOENT: there is none; -EILSEQ: the structure is damaged there. */
int fdt_root(const struct fdt *fdt);
int fdt_first_child(const struct fdt *fdt, int node);
int fdt_next_sibling(const struct fdt *fdt, int node);

/** fdt_node_name() - name with unit address, terminated inside the blob; "" for the root */
const char *fdt_node_name(const struct fdt *fdt, int node);

/** fdt_name_is() - whether the name, without any unit address, is @name */
bool fdt_name_is(const struct fdt *fdt, int node, const char *name);

/**
 * fdt_find_node() - look up a path, or an alias followed by a path
 * @path: "/a/b@10"; a component without "@" matches whatever its unit address;
 *        a first component without "/" is looked up in /aliases; the text ends
 *        at NUL or ':' (stdout-path options)
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

/** fdt_getprop() - one property by name; Return: its data and *@len, or NULL */
const void *fdt_getprop(const struct fdt *fdt, int node, const char *name, u32 *len);

/** fdt_getprop_u32() - Return: 0; -ENOENT; -EINVAL: not exactly one cell */
int __must_check fdt_getprop_u32(const struct fdt *fdt, int node, const char *name, u32 *val);

/** fdt_getprop_number() - a property of one or two cells; errors as above */
int __must_check fdt_getprop_number(const struct fdt *fdt, int node, const char *name, u64 *val);

/** fdt_getprop_string() - Return: a terminated string, or NULL: absent or not terminated */
const char *fdt_getprop_string(const struct fdt *fdt, int node, const char *name);

/** fdt_stringlist_has() - whether a string-list property contains exactly @str */
bool fdt_stringlist_has(const struct fdt *fdt, int node, const char *name, const char *str);

/** fdt_is_compatible() - fdt_stringlist_has() on "compatible" */
bool fdt_is_compatible(const struct fdt *fdt, int node, const char *compatible);

/** fdt_is_available() - "status" is absent, "okay" or "ok" */
bool fdt_is_available(const struct fdt *fdt, int node);

/** fdt_cells() - #address-cells and #size-cells for children of @node (2 and 1 if absent) */
void fdt_cells(const struct fdt *fdt, int node, u32 *address_cells, u32 *size_cells);

/**
 * fdt_reg() - pair number @index of a node's "reg"
 * @parent: gives the cell counts; addresses are not translated through ranges
 * @addr, @size: out; @size is 0 and may be NULL where #size-cells is 0
 * Return: 0; -ENOENT: no such pair; -EINVAL: cell counts over 2, or a length
 * that is not a whole number of pairs; -EOVERFLOW: addr + size passes 2^64.
 */
int __must_check fdt_reg(const struct fdt *fdt, int parent, int node, u32 index, u64 *addr,
			 u64 *size);

/**
 * fdt_rsv() - entry number @index of the memory reservation block
 * Return: 0; -ENOENT behind the last; -EILSEQ: the block has no end.
 */
int __must_check fdt_rsv(const struct fdt *fdt, u32 index, u64 *addr, u64 *size);

/* What a cpu node says of its MMU (Devicetree Specification v0.4 §3.8.1, mmu-type). */
enum fdt_mmu {
	FDT_MMU_ABSENT, /* no mmu-type property: no limit known */
	FDT_MMU_NONE,   /* "riscv,none" */
	FDT_MMU_SV32,
	FDT_MMU_SV39,
	FDT_MMU_SV48,
	FDT_MMU_SV57,
	FDT_MMU_UNKNOWN, /* some other text: no limit known */
};

struct fdt_hart {
	int node;
	u64 hartid;
	bool available; /* status */
	enum fdt_mmu mmu;
};

/**
 * fdt_first_hart(), fdt_next_hart() - the cpu nodes under /cpus in tree order
 * Children that are not cpus (cpu-map; device_type other than "cpu") are passed over.
 * Return: 0; -ENOENT: no (more) harts; -EINVAL: a cpu node without a usable
 * reg (@hart->node names it; iteration can go on); -EILSEQ.
 */
int fdt_first_hart(const struct fdt *fdt, struct fdt_hart *hart);
int fdt_next_hart(const struct fdt *fdt, struct fdt_hart *hart);

/**
 * fdt_hart_has_isa() - whether a hart lists a single-letter or multi-letter extension
 * @ext: lower case, "h" or "svpbmt". Reads riscv,isa-extensions where it exists,
 * otherwise riscv,isa.
 */
bool fdt_hart_has_isa(const struct fdt *fdt, int node, const char *ext);

#endif
