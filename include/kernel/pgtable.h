/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_PGTABLE_H
#define KERNEL_PGTABLE_H

#include <kernel/spinlock.h>
#include <kernel/types.h>
#include <asm/page.h>
#include <asm/pgtable-bits.h>

/*
 * The page-table engine: one mechanism for every tree of tables. What a paging mode is,
 * is data (struct pgtable_geometry); where tables come from and how they are reached, is
 * data and a few functions (struct pt_ops). Level 0 holds 4 KiB leaves, the root is level
 * levels - 1, as the specification numbers VPN[i].
 */

/**
 * struct pgtable_geometry - a paging mode
 * @name:           as the devicetree and the specification write it
 * @levels:         tables on the way down
 * @root_bits:      index bits of the root, 9 or 11
 * @input_bits:     address bits translated
 * @stage:          1 = S-stage, 2 = G-stage
 * @max_leaf_level: level of the largest leaf
 * @base_level:     level of the largest leaf RAM can be expected to fill: where the linear
 *                  map starts is aligned to it
 * @mode:           value of satp.MODE or hgatp.MODE
 * @sign_extended:  whether the bits above must equal the highest one (else: be 0)
 * @leaf_set, @leaf_clear: bits that each leaf must have, and must not have
 * @leaf_rights:    bit i: a leaf whose bits V, R, W and X are the number i is legal
 * @bias, @walk, @root_mask: what the walk computes with, see pgtable_walk()
 *
 * No pointers: read before paging too.
 */
struct pgtable_geometry {
	char name[8];
	u8 levels;
	u8 root_bits;
	u8 input_bits;
	u8 stage;
	u8 max_leaf_level;
	u8 base_level;
	u8 mode;
	bool sign_extended;
	u8 leaf_set;
	u8 leaf_clear;
	u16 leaf_rights;
	u16 walk;
	u16 root_mask;
	unsigned long bias;
};

/** pgtable_geometry() - the geometry of a stage (1 or 2) with so many levels, or NULL */
const struct pgtable_geometry *pgtable_geometry(unsigned int stage, unsigned int levels);

/** pgtable_root_size() - bytes of a root table, which is aligned to them too */
static inline unsigned long pgtable_root_size(const struct pgtable_geometry *geometry)
{
	return 8UL << geometry->root_bits;
}

/* Why a call was refused. One row each in mm/engine/pgtable_rules.c: error and text. */
enum pgtable_refusal {
	PGTABLE_UNALIGNED = 1,
	PGTABLE_EMPTY,
	PGTABLE_WRAPS,
	PGTABLE_NOT_CANONICAL,
	PGTABLE_TOO_WIDE,
	PGTABLE_CROSSES_HOLE,
	PGTABLE_PA_TOO_WIDE,
	PGTABLE_UNKNOWN_FLAGS,
	PGTABLE_UNKNOWN_BITS,
	PGTABLE_NOT_A_LEAF,
	PGTABLE_WRITE_ONLY,
	PGTABLE_WRITE_EXEC,
	PGTABLE_MEMORY_TYPE,
	PGTABLE_NO_SVPBMT,
	PGTABLE_STAGE_BITS,
	PGTABLE_IN_PLACE,
	PGTABLE_KERNEL_HALF,
	PGTABLE_OVERWRITES,
	PGTABLE_TABLE_BY_LEAF,
	PGTABLE_LEAF_BY_TABLE,
	PGTABLE_TABLE_AS_LEAF,
	PGTABLE_HOLE,
	PGTABLE_BAD_ROOT,
	PGTABLE_OTHER_GEOMETRY,
	PGTABLE_IN_USE,
	PGTABLE_NO_MEMORY,
	NR_PGTABLE_REFUSALS,
};

/** pgtable_refusal_text() - a refusal in words; pgtable_refusal_error() - its -errno */
const char *pgtable_refusal_text(enum pgtable_refusal why);
int pgtable_refusal_error(enum pgtable_refusal why);

/**
 * struct pgtable_change - what a call did to the tables, for its one fence decision
 * @va, @last: first and last byte whose translation may differ
 * @level:   of the smallest leaf changed: a fence for one address in each piece of that
 *           size covers all leaves
 * @removed: an entry was valid before and has changed or gone: any hart may hold it.
 *           Otherwise entries were only added
 * @tables:  entries that point to tables are among the changes; a fence by address does
 *           not order those
 */
struct pgtable_change {
	unsigned long va;
	unsigned long last;
	unsigned int level;
	bool removed;
	bool tables;
};

/**
 * struct pgtable_hint - a table that a call need not look for
 * @table: its physical address; never the root
 * @va:    the first address it maps
 * @size:  of a leaf in it; 0: there is no hint
 * @at:    its level, as the walk has it
 */
struct pgtable_hint {
	phys_addr_t table;
	unsigned long va;
	unsigned long size;
	unsigned int at;
};

/**
 * struct pt_ops - the allocator's and the address space's side of the engine
 * @alloc:  gives a table of @size bytes (content undefined), aligned to its size; 0 when
 *          there is none. Called without the tree's lock.
 * @free:   takes one back. Called without the tree's lock, after the fence.
 * @reach:  pointer to a table for the next few accesses; NULL: pa + offset. Two
 *          tables of different level can be reached at once.
 * @offset: used when @reach is NULL
 * @readable: whether a table at this address may be read; NULL: always. Asked
 *          by the walks that must survive a damaged tree.
 * @fence:  makes a change visible, and returns when no hart uses anything else; NULL:
 *          nothing walks this tree yet. Called with the tree's lock held.
 * @refused: told of each refusal before the call returns its error; may be NULL
 *
 * Filled by code, never by initialisers. The kernel's three are the early ops
 * (translation off), the fixmap ops and the final ops.
 */
struct pgtable;
struct pt_ops {
	phys_addr_t (*alloc)(unsigned long size);
	void (*free)(phys_addr_t table, unsigned long size);
	void *(*reach)(phys_addr_t table, unsigned int level);
	unsigned long offset;
	bool (*readable)(phys_addr_t table);
	void (*fence)(struct pgtable *pt, const struct pgtable_change *change);
	void (*refused)(const struct pgtable *pt, enum pgtable_refusal why, unsigned long va);
};

/**
 * struct pgtable - a tree of tables
 * @root:     physical address of the root table
 * @geometry: its shape
 * @ops:      see above
 * @svnapot:  use 64 KiB leaves (every hart that walks the tree has Svnapot)
 * @svpbmt:   accept memory types (every hart that walks the tree has Svpbmt, or T-Head's)
 * @type_bits: of a leaf, if harts have T-Head's memory types: calls name Svpbmt's, leaves get
 *            T-Head's. 0: leaves get what calls name
 * @tables:   table pages added through this handle and not given back
 * @shared_start, @shared_end: physical range of tables that many entries point to: copied
 *            before they are written, never freed. Their leaves carry A, D, all they need
 * @kernel:   the tree whose kernel half this one has, or NULL
 * @next:     next tree with the same kernel half; in the kernel's own: the first one
 * @writes:   calls that changed something
 * @change:   what the call that holds the lock has changed
 * @hint:     where the last call ended; hence the one handle that a tree has
 * @lock:     held by writers; readers take none
 */
struct pgtable {
	phys_addr_t root;
	const struct pgtable_geometry *geometry;
	struct pt_ops ops;
	bool svnapot;
	bool svpbmt;
	u64 type_bits;
	unsigned long tables;
	phys_addr_t shared_start;
	phys_addr_t shared_end;
	struct pgtable *kernel;
	struct pgtable *next;
	unsigned long writes;
	struct pgtable_change change;
	struct pgtable_hint hint;
	spinlock_t lock;
};

/* The one handle on the running kernel's tables; can be written to from setup_vm_final() on. */
extern struct pgtable kernel_pgtable;

/*
 * Calls that change. Common to all of them:
 *
 * Ranges start at @va and have @size bytes, multiples of 4 KiB, never clipped or rounded.
 * A call that fails has changed nothing: no entry, no table, no count. What it would need
 * is reserved before the first write. New tables are filled before one store links them.
 * Nothing that was mapped and stays mapped is unmapped in between, on any hart.
 *
 * Context: any stage of pt_ops, MMU on or off. Takes the tree's lock; not from a handler
 * that may have interrupted its holder.
 * Return: 0, or: -EINVAL: unaligned, empty, wraps round, unknown flags; -ERANGE: outside
 * the geometry's input range, or across its hole; -EPERM: in the kernel half of a tree
 * that shares another's; -ENOMEM; and what each adds.
 */

/* Flags of pgtable_map(); pgtable_split() has the first one. */
#define PGTABLE_SMALL_ONLY  1 /* 4 KiB leaves although larger ones would fit */
#define PGTABLE_OVER_SHARED 2 /* what leads to a shared table or page counts as nothing */

/**
 * pgtable_map() - map a range to the physical one at @pa
 * @prot:  entry bits without the frame: V, A, leaf bits; not W and X together (S-stage).
 *         A memory type is Svpbmt's, whatever harts have.
 *         G-stage leaves must have U and must not have G.
 * @flags: PGTABLE_*
 *
 * Takes the largest leaf that va, pa and what is left of the range allow, piece by piece.
 * Return: also -EINVAL: @prot is none of a leaf; -EOPNOTSUPP: a memory type on a tree
 * without Svpbmt; -ERANGE: @pa + @size passes 2^56; -EEXIST: something is mapped there, or
 * a table, even an empty one, is where a leaf would go.
 */
int __must_check pgtable_map(struct pgtable *pt, unsigned long va, phys_addr_t pa, size_t size,
			     pgprot_t prot, unsigned int flags);

/**
 * pgtable_map_shared() - lead a range, as high up as it goes, to one page
 * @shared: the page; then, by level, the tables whose entries all lead to it, as
 *         pgtable_fill_shared() has made them: shared[1] has the leaves. As many as the tree
 *         has levels. All lie between @pt->shared_start and @pt->shared_end.
 * What leads to shared tables or pages already is replaced, each entry by one store, so that
 * who reads meanwhile sees the one page or the other.
 * Return: also -EEXIST: something else is mapped there.
 */
int __must_check pgtable_map_shared(struct pgtable *pt, unsigned long va, size_t size,
				    const phys_addr_t *shared, pgprot_t prot);

/** pgtable_fill_shared() - write the tables of @shared, which nothing walks yet */
void pgtable_fill_shared(const struct pgtable *pt, const phys_addr_t *shared, unsigned int levels,
			 pgprot_t prot);

/**
 * pgtable_unmap() - map nothing in a range; what was not mapped stays so
 * Leaves that reach beyond the range are split there, which is all that needs memory.
 * Tables the range covers wholly are freed; others stay although empty (pgtable_merge()).
 */
int __must_check pgtable_unmap(struct pgtable *pt, unsigned long va, size_t size);

/**
 * pgtable_protect() - change bits of all leaves in a range
 * @set, @clear: bits to set and to clear: R, W, X, U, G, A, D, RSW; the frame, the memory
 *         type and V stay as they are; what is in both is set
 *
 * Leaves that reach beyond the range are split there. A and D that a hart sets meanwhile
 * are not lost, unless they are in @clear. Those of a 64 KiB leaf are in any of its sixteen
 * entries: who reads them reads all. Leaves in the root of a kernel half that other trees
 * have must carry A and D from the start: a hart would set them in its own root only.
 * Return: also -ENOENT: a part of the range is not mapped; -EINVAL: @set or @clear has
 * other bits, or a leaf would become one pgtable_map() refuses.
 */
int __must_check pgtable_protect(struct pgtable *pt, unsigned long va, size_t size, pgprot_t set,
				 pgprot_t clear);

/**
 * pgtable_populate() - build the tables down to level 0 for a range, map nothing
 * Return: also -EEXIST: a leaf above level 0 is in the way.
 */
int __must_check pgtable_populate(struct pgtable *pt, unsigned long va, size_t size);

/**
 * pgtable_split() - let no leaf reach across @va or @va + @size
 * @flags: PGTABLE_SMALL_ONLY: and have only 4 KiB leaves between
 * The pieces keep every attribute of the leaf. Holes stay holes.
 */
int __must_check pgtable_split(struct pgtable *pt, unsigned long va, size_t size,
			       unsigned int flags);

/**
 * pgtable_merge() - make the leaves in a range as large as they can be
 *
 * Each table wholly in the range whose entries are leaves of contiguous frames that differ
 * in nothing but A and D becomes one leaf (with A, D if any had it); one whose entries are
 * all invalid goes. From the lowest level up. Runs of 4 KiB leaves become 64 KiB ones
 * where the tree has Svnapot. Needs no memory; one fence for each table, as it is freed.
 * Return: number of tables freed, or an error.
 */
int __must_check pgtable_merge(struct pgtable *pt, unsigned long va, size_t size);

/**
 * pgtable_create() - make an empty tree, or one with another's kernel half
 * @ops:    copied
 * @kernel: NULL, or a tree of the same geometry: entries of its root for the upper half
 *          are in this root too from now on, and follow its changes. Leaves of its own must
 *          not have G then. Where @kernel shares a half itself, it is that one's.
 * Return: 0; -ENOMEM; -EINVAL: the allocator gave a root that is not aligned to its
 * size, or @kernel has another geometry.
 */
int __must_check pgtable_create(struct pgtable *pt, const struct pgtable_geometry *geometry,
				const struct pt_ops *ops, struct pgtable *kernel);

/**
 * pgtable_destroy() - free every table of a tree, each once, but for shared ones and the
 * kernel half of another tree
 * Context: no hart's satp or hgatp names the tree any more.
 * Return: 0; -EBUSY: other trees have its kernel half.
 */
int __must_check pgtable_destroy(struct pgtable *pt);

/*
 * Calls that look. They take no lock and may run beside a writer: each entry is read once,
 * and found as it was before or after a change. Who looks at addresses whose tables
 * another hart may free meanwhile (unmap, merge, destroy) must keep it from doing so.
 */

/**
 * pgtable_walk() - find the entry that decides about an address
 * @va:    any address
 * @level: out: the entry's level; geometry->levels where the geometry does not translate @va
 *
 * Trusts the tables. The frame in a leaf of 64 KiB is that of the 4 KiB @va is in.
 * Return: the entry; mapped if pte_leaf() of it. 0 where @va is not translated.
 */
pte_t pgtable_walk(const struct pgtable *pt, unsigned long va, unsigned int *level);

/**
 * pgtable_table() - physical address of the table of a level on the way to @va
 * Return: 0 where the walk ends above that level, or @va is not translated.
 */
phys_addr_t pgtable_table(const struct pgtable *pt, unsigned long va, unsigned int level);

/**
 * pgtable_read() - an entry, trusting nothing: what spec_translate() reads the tables by
 * @tables: the struct pgtable they belong to
 * Return: false: the table lies outside readable memory.
 */
bool pgtable_read(const void *tables, phys_addr_t table, unsigned int level, unsigned int index,
		  u64 *pte);

/**
 * pgtable_iterate() - visit what is mapped, in ascending order
 * @start, @last: first and last address looked at; what lies between them and is not
 *         translated (the hole) is passed over
 * @visit: called for each valid leaf with its address, level and entry (frames as in
 *         pgtable_walk(): a leaf of 64 KiB is visited sixteen times), and for each
 *         table that cannot be read with that entry; a return value other than 0
 *         ends the iteration and is returned. What a shared table maps is visited once, as
 *         if it were one leaf, of the level of the entry that leads there: its frame is
 *         that of the shared page
 * Return: 0; what @visit returned; -ERANGE: @start or @last is not translated, or @start is
 * above @last; -EFAULT: the root cannot be read.
 */
int pgtable_iterate(const struct pgtable *pt, unsigned long start, unsigned long last,
		    int (*visit)(void *arg, unsigned long va, unsigned int level, pte_t pte),
		    void *arg);

/** pgtable_canonical() - whether an address is one the geometry translates */
bool pgtable_canonical(const struct pgtable_geometry *geometry, unsigned long va);

#define LEVEL_BITS 9 /* index bits of a level, but for the root of a guest's tree */

/** pgtable_leaf_size() - bytes mapped by a leaf of a level; pgtable_leaf_shift() - as power of 2 */
static inline unsigned int pgtable_leaf_shift(unsigned int level)
{
	return PAGE_SHIFT + LEVEL_BITS * level;
}

static inline unsigned long pgtable_leaf_size(unsigned int level)
{
	return 1UL << pgtable_leaf_shift(level);
}

static inline bool pte_present(pte_t pte)
{
	return pte.val & _PAGE_PRESENT;
}

static inline bool pte_leaf(pte_t pte)
{
	return pte_present(pte) && (pte.val & _PAGE_LEAF);
}

static inline bool pte_table(pte_t pte)
{
	return pte_present(pte) && !(pte.val & _PAGE_LEAF);
}

static inline phys_addr_t pte_pa(pte_t pte)
{
	return (pte.val & _PAGE_PFN_MASK) >> _PAGE_PFN_SHIFT << PAGE_SHIFT;
}

static inline pte_t mk_pte(phys_addr_t pa, pgprot_t prot)
{
	return (pte_t){ pa >> PAGE_SHIFT << _PAGE_PFN_SHIFT | prot.val };
}

/*
 * Kernel leaves always carry A, and D where writable: a hart that does not set them
 * itself (Svade) would fault. All kernel mappings are global.
 */
#define __pgprot(bits)    ((pgprot_t){ bits })
#define _PAGE_KERNEL_BASE (_PAGE_PRESENT | _PAGE_READ | _PAGE_GLOBAL | _PAGE_ACCESSED)
#define PAGE_KERNEL       __pgprot(_PAGE_KERNEL_BASE | _PAGE_WRITE | _PAGE_DIRTY)
#define PAGE_KERNEL_READ  __pgprot(_PAGE_KERNEL_BASE)
#define PAGE_KERNEL_EXEC  __pgprot(_PAGE_KERNEL_BASE | _PAGE_EXEC)

#endif
