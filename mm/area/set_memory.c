// SPDX-License-Identifier: BSD-2-Clause
/*
 * Rights of kernel memory: pgtable_protect() of the address asked for, of the linear map's
 * address of the same memory, and of the image's, if that gave it back. First everything that
 * can be refused is looked at, then leaves are split, and then only bits change.
 */
#include <kernel/errno.h>
#include <kernel/memblock.h>
#include <kernel/pgtable.h>
#include <kernel/set_memory.h>
#include <asm/layout.h>
#include <asm/sections.h>

#define WRITABLE (_PAGE_WRITE | _PAGE_DIRTY) /* D too: a hart with Svade would fault */

struct change {
	unsigned long start, last;
	unsigned long next; /* what follows the leaves seen so far */
	u64 set, clear;
	u64 alias_set, alias_clear;
	bool commit;
};

/* Part of a leaf that is asked for. */
struct piece {
	unsigned long va, size;
	phys_addr_t pa;
};

static struct piece piece_of(const struct change *c, unsigned long va, unsigned int level,
			     pte_t pte)
{
	unsigned long start = max(va, c->start);
	unsigned long last = min(va + (pgtable_leaf_size(level) - 1), c->last);

	return (struct piece){ start, last - start + 1, pte_pa(pte) + (start - va) };
}

static struct vm_region linear_map(void)
{
	return vm_region(VM_LINEAR, kernel_pgtable.geometry->input_bits);
}

/* --- The same memory at other addresses --- */

/* What the image has given back stays mapped there, and follows as the linear map does. */
static bool given_by_image(phys_addr_t pa)
{
	return pa - kernel_map.phys_addr < (unsigned long)(_end - _start) &&
	       !memblock_is_reserved(pa);
}

struct search {
	const struct change *c;
	struct piece piece;
	u64 right;
};

static int find_right(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	const struct search *s = arg;
	phys_addr_t pa = pte_pa(pte);

	if (!(pte.val & s->right) || pa + pgtable_leaf_size(level) <= s->piece.pa ||
	    pa >= s->piece.pa + s->piece.size)
		return 0;
	if (va >= KERNEL_LINK_ADDR && given_by_image(pa))
		return 0;
	return va + (pgtable_leaf_size(level) - 1) < s->c->start || va > s->c->last ? -EPERM : 0;
}

/*
 * Whether an address outside the linear map gives the right that must not be given along
 * with the new one. The linear map itself executes nothing, and will follow.
 */
static int check_others(const struct change *c, struct piece piece)
{
	struct search s = { c, piece, 0 };

	if (c->set & _PAGE_WRITE)
		s.right = _PAGE_EXEC;
	else if (c->set & _PAGE_EXEC)
		s.right = _PAGE_WRITE;
	else
		return 0;
	return pgtable_iterate(&kernel_pgtable, linear_map().last + 1, ~0UL, find_right, &s);
}

/* --- One pass over the leaves each --- */

static int check_leaf(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	const u64 wx = _PAGE_WRITE | _PAGE_EXEC;
	struct change *c = arg;
	struct piece piece = piece_of(c, va, level, pte);

	if (piece.va != c->next)
		return -ENOENT;
	c->next = piece.va + piece.size;
	if ((((pte.val & ~c->clear) | c->set) & wx) == wx)
		return -EINVAL;
	return check_others(c, piece);
}

static int change_one_alias(const struct change *c, unsigned long alias, unsigned long size)
{
	if (!c->commit)
		return pgtable_split(&kernel_pgtable, alias, size, 0);
	return pgtable_protect(&kernel_pgtable, alias, size, __pgprot(c->alias_set),
			       __pgprot(c->alias_clear));
}

static int change_alias(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	const struct change *c = arg;
	struct piece piece = piece_of(c, va, level, pte);
	int err;

	if (!memblock_is_map_memory(piece.pa))
		return 0; /* a device: the linear map does not have it */
	err = change_one_alias(c, (unsigned long)__va(piece.pa), piece.size);
	if (!err && given_by_image(piece.pa))
		err = change_one_alias(c, piece.pa + kernel_map.va_kernel_pa_offset, piece.size);
	return err;
}

static int change_aliases(struct change *c)
{
	if (c->start <= linear_map().last || !(c->alias_set | c->alias_clear))
		return 0;
	return pgtable_iterate(&kernel_pgtable, c->start, c->last, change_alias, c);
}

static int change_rights(unsigned long addr, int numpages, u64 set, u64 clear)
{
	unsigned long size = (unsigned long)numpages * PAGE_SIZE;
	struct change c = { .start = addr, .last = addr + size - 1, .next = addr };
	int err;

	if (!numpages)
		return 0;
	if (numpages < 0 || addr & ~PAGE_MASK || c.last < addr)
		return -EINVAL;
	if (addr < linear_map().start)
		return -ERANGE;
	if (set & _PAGE_EXEC && addr <= linear_map().last)
		return -EPERM;
	c.set = set;
	c.clear = clear;
	c.alias_set = set & WRITABLE;
	c.alias_clear = set & _PAGE_EXEC ? WRITABLE : clear & WRITABLE;
	err = pgtable_iterate(&kernel_pgtable, addr, c.last, check_leaf, &c);
	if (!err && c.next != c.last + 1)
		err = -ENOENT;
	if (!err)
		err = pgtable_split(&kernel_pgtable, addr, size, 0);
	if (!err)
		err = change_aliases(&c);
	if (err)
		return err;
	/* The alias first, so that nothing is executable before it is read-only. */
	c.commit = true;
	err = change_aliases(&c);
	return err ? err
		   : pgtable_protect(&kernel_pgtable, addr, size, __pgprot(set), __pgprot(clear));
}

int set_memory_ro(unsigned long addr, int numpages)
{
	return change_rights(addr, numpages, _PAGE_READ, WRITABLE);
}

int set_memory_rw(unsigned long addr, int numpages)
{
	return change_rights(addr, numpages, _PAGE_READ | WRITABLE, 0);
}

int set_memory_x(unsigned long addr, int numpages)
{
	return change_rights(addr, numpages, _PAGE_EXEC, 0);
}

int set_memory_nx(unsigned long addr, int numpages)
{
	return change_rights(addr, numpages, 0, _PAGE_EXEC);
}

int set_memory_rox(unsigned long addr, int numpages)
{
	return change_rights(addr, numpages, _PAGE_READ | _PAGE_EXEC, WRITABLE);
}
