// SPDX-License-Identifier: BSD-2-Clause
/* Page tables in words. Runs before paging too: no pointers in data. */
#include <kernel/pgtable_text.h>
#include <kernel/string.h>

const char *paging_mode_name(unsigned int levels)
{
	const struct pgtable_geometry *geometry = pgtable_geometry(1, levels);

	return geometry ? geometry->name : "none";
}

static pte_t pte_standard(pte_t pte, u64 type_bits)
{
	const u64 type = pte.val & type_bits;

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

void pte_flags(pte_t pte, u64 type_bits, char buf[PTE_FLAGS_LEN])
{
	static const char memory_type[][4] = { "", " nc", " io", " ?" };
	const char names[] = "RWXUGAD";
	unsigned int i;

	pte = pte_standard(pte, type_bits);
	for (i = 0; i < sizeof(names) - 1; i++)
		buf[i] = pte.val >> (i + 1) & 1 ? names[i] : '-';
	buf[i++] = pte.val & _PAGE_NAPOT ? 'N' : '-';
	memcpy(buf + i, memory_type[(pte.val & _PAGE_PBMT) >> 61], sizeof(memory_type[0]));
}
