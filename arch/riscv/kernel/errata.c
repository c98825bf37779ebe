// SPDX-License-Identifier: BSD-2-Clause
/* Harts that differ from the specification: one row for each kind, with its document. */
#include <kernel/printk.h>
#include <asm/errata.h>
#include <asm/sbi.h>

unsigned long errata;

/*
 * A row is for harts whose mimpid, as far as @mimpid_mask, is one of first to last, but
 * not @mimpid_fixed.
 *
 * CIP-1200: "sfence.vma with an address may leave the entry": SiFive FU740-C000 errata,
 * 2021-02-05; the ids are those Linux has from SiFive (arch/riscv/errata/sifive).
 */
static const struct {
	enum erratum erratum;
	char name[20];
	unsigned long mvendorid, marchid;
	unsigned long mimpid_mask, mimpid_first, mimpid_last, mimpid_fixed;
} rows[] = {
	{ ERRATUM_SFENCE_ADDR, "SiFive CIP-1200", 0x489, 0x8000000000000007, 0xffffff, 0, 0x200630,
	  0x1200626 },
	{ ERRATUM_SFENCE_ADDR, "SiFive CIP-1200", 0x489, 1, 0xffffff, 0, 0x200630, 0x1200626 },
};

const char *erratum_name(enum erratum erratum, const struct hart_ids *ids)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned long mimpid = ids->mimpid & rows[i].mimpid_mask;

		if (rows[i].erratum == erratum && rows[i].mvendorid == ids->mvendorid &&
		    rows[i].marchid == ids->marchid && ids->mimpid != rows[i].mimpid_fixed &&
		    mimpid >= rows[i].mimpid_first && mimpid <= rows[i].mimpid_last)
			return rows[i].name;
	}
	return NULL;
}

static unsigned long id(unsigned long function)
{
	struct sbiret ret = sbi_ecall(SBI_EXT_BASE, function, 0, 0, 0);

	return ret.error ? 0 : (unsigned long)ret.value;
}

void errata_init(void)
{
	const struct hart_ids ids = {
		.mvendorid = id(SBI_BASE_GET_MVENDORID),
		.marchid = id(SBI_BASE_GET_MARCHID),
		.mimpid = id(SBI_BASE_GET_MIMPID),
	};

	for (unsigned int erratum = 0; erratum < NR_ERRATA; erratum++) {
		const char *name = erratum_name(erratum, &ids);

		if (name && !has_erratum(erratum)) {
			errata |= 1UL << erratum;
			pr_info("cpu: erratum=\"%s\"\n", name);
		}
	}
}
