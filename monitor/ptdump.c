// SPDX-License-Identifier: BSD-2-Clause
/* Address spaces for people: what is mapped where, how, and whether it should be. */
#include <kernel/ptdump.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <kernel/walk_report.h>

/* A leaf as harts with Svpbmt would have it; PBMT=3 for types unknown. */
static pte_t pte_standard(pte_t pte)
{
	const u64 type = pte.val & kernel_pgtable.type_bits;

	if (!pte_leaf(pte) || !type)
		return pte;
	pte.val &= ~type;
	if (type == _PAGE_THEAD_IO)
		pte.val |= _PAGE_IO;
	else if (type == _PAGE_THEAD_NC)
		pte.val |= _PAGE_NC;
	else if (type != _PAGE_THEAD_RAM)
		pte.val |= _PAGE_PBMT;
	return pte;
}

void pte_flags(pte_t pte, char buf[PTE_FLAGS_LEN])
{
	static const char memory_type[][5] = { "", " nc", " io", " ?" };
	const char names[] = "RWXUGAD";
	unsigned int i;

	pte = pte_standard(pte);
	for (i = 0; i < sizeof(names) - 1; i++)
		buf[i] = pte.val >> (i + 1) & 1 ? names[i] : '-';
	buf[i++] = pte.val & _PAGE_NAPOT ? 'N' : '-';
	strscpy(buf + i, memory_type[(pte.val & _PAGE_PBMT) >> 61], PTE_FLAGS_LEN - i);
}

struct dump {
	const struct pgtable *pt;
	void (*print)(const char *fmt, ...);
	struct ptdump_audit *audit;
	/* the run so far; size 0: none */
	unsigned long va, size;
	unsigned int level;
	pte_t pte;
};

static const char *leaf_name(unsigned int level)
{
	static const char names[][8] = { "4K", "2M", "1G", "512G", "256T" };

	return level < ARRAY_SIZE(names) ? names[level] : "?";
}

static void flush_run(struct dump *d)
{
	char flags[PTE_FLAGS_LEN];

	if (!d->size)
		return;
	d->audit->ranges++;
	if (d->print) {
		pte_flags(d->pte, flags);
		d->print("%016lx-%016lx %#016llx %4s %7lu %s\n", d->va, d->va + d->size - 1,
			 pte_pa(d->pte), leaf_name(d->level), d->size / pgtable_leaf_size(d->level),
			 flags);
	}
	d->size = 0;
}

static int visit(void *arg, unsigned long va, unsigned int level, pte_t pte)
{
	struct dump *d = arg;

	if (!pte_leaf(pte)) {
		flush_run(d);
		d->audit->bad_tables++;
		if (d->print)
			d->print("%016lx level %u: table at PA 0x%llx is not RAM\n", va, level,
				 pte_pa(pte));
		return 0;
	}
	d->audit->leaves++;
	d->audit->wx += (pte.val & (_PAGE_WRITE | _PAGE_EXEC)) == (_PAGE_WRITE | _PAGE_EXEC);
	d->audit->user += !!(pte.val & _PAGE_USER);
	if (!d->size || level != d->level || va != d->va + d->size ||
	    pte.val !=
		    mk_pte(pte_pa(d->pte) + d->size, __pgprot(d->pte.val & ~_PAGE_PFN_MASK)).val) {
		flush_run(d);
		d->va = va;
		d->level = level;
		d->pte = pte;
	}
	d->size += pgtable_leaf_size(level);
	return 0;
}

int ptdump(const struct pgtable *pt, unsigned long start, unsigned long last,
	   void (*print)(const char *fmt, ...), struct ptdump_audit *audit)
{
	struct dump d = { .pt = pt, .print = print, .audit = audit };
	int err = pgtable_iterate(pt, start, last, visit, &d);

	flush_run(&d);
	return err;
}
