/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_PGTABLE_H
#define KERNEL_PGTABLE_H

#include <kernel/types.h>
#include <asm/page.h>
#include <asm/pgtable-bits.h>

/*
 * The page-table engine: one walker over any tree of tables. What a paging mode
 * is, is data (struct pgtable_geometry); where tables come from and how they are
 * reached, is data and at most four functions (struct pt_ops). Level 0 holds
 * 4 KiB leaves, the root is level levels - 1, as the specification numbers VPN[i].
 */

/**
 * struct pgtable_geometry - a paging mode
 * @name:           as the devicetree and the specification write it
 * @levels:         tables on the way down
 * @root_bits:      index bits of the root, 9 or 11
 * @input_bits:     address bits translated
 * @sign_extended:  whether the bits above must equal the highest one (else: be 0)
 * @stage:          1 = S-stage, 2 = G-stage
 * @max_leaf_level: level of the largest leaf
 * @mode:           value of satp.MODE or hgatp.MODE
 *
 * No pointers: read before paging too.
 */
struct pgtable_geometry {
	char name[8];
	u8 levels;
	u8 root_bits;
	u8 input_bits;
	bool sign_extended;
	u8 stage;
	u8 max_leaf_level;
	u8 mode;
};

/** pgtable_geometry() - the S-stage geometry with so many levels, or NULL */
const struct pgtable_geometry *pgtable_geometry(unsigned int levels);

/**
 * struct pt_ops - the allocator's and the address space's side of the engine
 * @alloc:  gives a table page (content undefined), 0 when there is none
 * @free:   takes one back that was never linked
 * @reach:  pointer to a table for the next few accesses; NULL: pa + offset. Two
 *          tables of different level can be reached at once.
 * @offset: used when @reach is NULL
 * @readable: whether a table at this address may be read; NULL: always. Asked
 *          by the walks that must survive a damaged tree.
 * @fence:  makes new entries for [va, va + size) visible to the hardware walker; @tables:
 *          entries that point to tables are among them
 *
 * Filled by code, never by initialisers. The kernel's three are the early ops
 * (translation off), the fixmap ops and the final ops.
 */
struct pgtable;
struct pt_ops {
	phys_addr_t (*alloc)(void);
	void (*free)(phys_addr_t table);
	void *(*reach)(phys_addr_t table, unsigned int level);
	unsigned long offset;
	bool (*readable)(phys_addr_t table);
	void (*fence)(struct pgtable *pt, unsigned long va, unsigned long size, bool tables);
};

/**
 * struct pgtable - a tree of tables
 * @root:     physical address of the root table
 * @geometry: its shape
 * @ops:      see above
 * @tables:   table pages added through this handle
 */
struct pgtable {
	phys_addr_t root;
	const struct pgtable_geometry *geometry;
	struct pt_ops ops;
	unsigned long tables;
};

/* The one handle on the running kernel's tables; can be written to from setup_vm_final() on. */
extern struct pgtable kernel_pgtable;

/* Flags of pgtable_map(). */
#define PGTABLE_SMALL_ONLY 1 /* 4 KiB leaves although larger ones would fit */

/**
 * pgtable_map() - map a range
 * @va, @pa: first byte; multiples of 4 KiB
 * @size:    bytes, a multiple of 4 KiB, not 0; never clipped
 * @prot:    entry bits without the frame: V, A, leaf bits; not W and X together
 * @flags:   PGTABLE_*
 *
 * Takes the largest leaf that va, pa and what is left of the range allow, piece by
 * piece. Tables are reserved before the first entry is written: a call that fails
 * changes nothing. New tables are filled before they are linked.
 *
 * Context: any stage of pt_ops, MMU on or off; one writer at a time.
 * Return: 0; -EINVAL: unaligned, empty, wraps round, unknown or illegal @prot bits;
 * -ERANGE: @va is outside the geometry's input range or the range crosses its hole,
 * or @pa + @size passes 2^56; -EEXIST: something is mapped there, or a
 * table, even an empty one, is where a leaf would go; -ENOMEM.
 */
int __must_check pgtable_map(struct pgtable *pt, unsigned long va, phys_addr_t pa, size_t size,
			     pgprot_t prot, unsigned int flags);

/**
 * pgtable_populate() - build the tables down to level 0 for a range, map nothing
 * Arguments, context and errors as pgtable_map().
 */
int __must_check pgtable_populate(struct pgtable *pt, unsigned long va, size_t size);

/**
 * pgtable_walk() - find the entry that decides about an address
 * @va:    any address
 * @level: out: its level; untouched on error
 * @pte:   out: the leaf, or the entry that stopped the walk
 *
 * Context: as pgtable_map(); lock-free. Trusts the tables.
 * Return: 0: a leaf; -ENOENT: not mapped (@pte and @level tell where); -ERANGE: @va
 * is outside the input range.
 */
int pgtable_walk(const struct pgtable *pt, unsigned long va, unsigned int *level, pte_t *pte);

/**
 * pgtable_table() - physical address of the table of a level on the way to @va
 * Return: 0 where the walk ends above that level.
 */
phys_addr_t pgtable_table(const struct pgtable *pt, unsigned long va, unsigned int level);

#define PGTABLE_MAX_LEVELS 5

/**
 * struct pgtable_trace - a walk, step by step, for people
 * @nr:   steps taken
 * @step: from the root down: level, table, index in it, entry found
 * @bad_table: the table that could not be read, when -EFAULT was returned
 */
struct pgtable_trace {
	unsigned int nr;
	struct {
		unsigned int level;
		unsigned int index;
		phys_addr_t table;
		pte_t pte;
	} step[PGTABLE_MAX_LEVELS];
	phys_addr_t bad_table;
};

/**
 * pgtable_trace() - walk and note each step, trusting nothing
 * Return: as pgtable_walk(); -EFAULT: a table lies outside readable memory.
 */
int pgtable_trace(const struct pgtable *pt, unsigned long va, struct pgtable_trace *trace);

/**
 * pgtable_iterate() - visit what is mapped, in ascending order
 * @start, @last: first and last address looked at
 * @visit: called for each valid leaf with its address, level and entry, and for each
 *         table that cannot be read with that entry; a return value other than 0
 *         ends the iteration and is returned
 *
 * Context: as pgtable_trace().
 */
int pgtable_iterate(const struct pgtable *pt, unsigned long start, unsigned long last,
		    int (*visit)(void *arg, unsigned long va, unsigned int level, pte_t pte),
		    void *arg);

/** pgtable_canonical() - whether an address is one the geometry translates */
bool pgtable_canonical(const struct pgtable_geometry *geometry, unsigned long va);

/** pgtable_leaf_size() - bytes mapped by a leaf of a level */
static inline unsigned long pgtable_leaf_size(unsigned int level)
{
	return 1UL << (PAGE_SHIFT + 9 * level);
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
