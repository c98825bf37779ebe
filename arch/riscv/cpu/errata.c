// SPDX-License-Identifier: BSD-2-Clause
/*
 * Harts that differ from the specification: one row for each kind, with its document. Built
 * for both sides of the satp write, so without printk(): the first leaf depends on it.
 * errata_init() in cpufeature.c says what was found.
 */
#include <kernel/string.h>
#include <asm/errata.h>
#include <asm/sbi.h>

/*
 * A row is for harts whose mimpid, as far as @mimpid_mask, is one of first to last, but
 * not @mimpid_fixed.
 *
 * CIP-1200: "sfence.vma with an address may leave the entry": SiFive FU740-C000 errata,
 * 2021-02-05. CIP-453: stval of an instruction page fault or access fault is not
 * sign-extended: the same document. The ids of both are those Linux has from SiFive
 * (arch/riscv/errata/sifive, Linux 5.13).
 *
 * XTheadMae: bits 63..59 of a leaf are a memory type of T-Head's own, and all zeros make
 * RAM uncached: thead-extension-spec, XTheadMae 1.0, and the OpenC906 user manual's chapter on
 * the MMU. The C906 and C910 have no other ids than their vendor's; whether the firmware has
 * switched it on is in sxstatus (XTheadSxstatus 1.0).
 */
static const struct {
	enum erratum erratum;
	unsigned long mvendorid, marchid;
	unsigned long mimpid_mask, mimpid_first, mimpid_last, mimpid_fixed;
} rows[] = {
	{ ERRATUM_SFENCE_ADDR, VENDOR_SIFIVE, 0x8000000000000007, 0xffffff, 0, 0x200630,
	  0x1200626 },
	{ ERRATUM_SFENCE_ADDR, VENDOR_SIFIVE, 1, 0xffffff, 0, 0x200630, 0x1200626 },
	{ ERRATUM_FETCH_STVAL, VENDOR_SIFIVE, 0x8000000000000007, ~0UL, 0x20181004, 0x20191105, 0 },
	{ ERRATUM_MEMORY_TYPES, VENDOR_THEAD, 0, ~0UL, 0, 0, ~0UL },
};

static const char names[NR_ERRATA][20] = {
	[ERRATUM_SFENCE_ADDR] = "SiFive CIP-1200",
	[ERRATUM_FETCH_STVAL] = "SiFive CIP-453",
	[ERRATUM_MEMORY_TYPES] = "T-Head XTheadMae",
};

const char *erratum_name(enum erratum erratum)
{
	return names[erratum];
}

unsigned long errata_by_ids(const struct hart_ids *ids)
{
	unsigned long found = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned long mimpid = ids->mimpid & rows[i].mimpid_mask;

		if (rows[i].mvendorid == ids->mvendorid && rows[i].marchid == ids->marchid &&
		    ids->mimpid != rows[i].mimpid_fixed && mimpid >= rows[i].mimpid_first &&
		    mimpid <= rows[i].mimpid_last)
			found |= 1UL << rows[i].erratum;
	}
	return found;
}

static unsigned long id(unsigned long function)
{
	struct sbiret ret = sbi_ecall(SBI_EXT_BASE, function, 0, 0, 0);

	return ret.error ? 0 : (unsigned long)ret.value;
}

void hart_read_ids(struct hart_ids *ids)
{
	ids->mvendorid = id(SBI_BASE_GET_MVENDORID);
	ids->marchid = id(SBI_BASE_GET_MARCHID);
	ids->mimpid = id(SBI_BASE_GET_MIMPID);
}

/* Whether it is set; not where there is no such CSR: the read traps to behind it. */
static bool read_maee(void)
{
	unsigned long value = 0, vector;

	__asm__ __volatile__("la %1, 1f\n\t"
			     "csrrw %1, stvec, %1\n\t"
			     "csrr %0, %2\n\t"
			     ".balign 4\n"
			     "1:\tcsrw stvec, %1"
			     : "+r"(value), "=&r"(vector)
			     : "i"(CSR_TH_SXSTATUS)
			     : "memory");
	return value >> TH_SXSTATUS_MAEE & 1;
}

/* Most makers have no row: they are asked for one id only, as this is paid in each boot. */
unsigned long errata_probe(void)
{
	struct hart_ids ids = { .mvendorid = id(SBI_BASE_GET_MVENDORID) };
	unsigned long found;

	if (ids.mvendorid != VENDOR_SIFIVE && ids.mvendorid != VENDOR_THEAD)
		return 0;
	boot_record.maee = ids.mvendorid == VENDOR_THEAD && read_maee();
	hart_read_ids(&ids);
	found = errata_by_ids(&ids);
	if (!boot_record.maee)
		found &= ~(1UL << ERRATUM_MEMORY_TYPES);
	return found;
}
