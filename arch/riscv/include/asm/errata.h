/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_ERRATA_H
#define ASM_ERRATA_H

#define VENDOR_SIFIVE 0x489
#define VENDOR_THEAD  0x5b7

/* XTheadSxstatus 1.0 */
#define CSR_TH_SXSTATUS  0x5c0
#define TH_SXSTATUS_MAEE 21 /* the bit's number */

#ifndef __ASSEMBLER__

#include <kernel/types.h>
#include <asm/boot_record.h>

/* What has to be done differently on some harts; rows in errata.c say on which. */
enum erratum {
	ERRATUM_SFENCE_ADDR,  /* a fence by address does not work: use a full one */
	ERRATUM_FETCH_STVAL,  /* stval of a fetch is not sign-extended */
	ERRATUM_MEMORY_TYPES, /* leaves have T-Head's memory types: all zeros is not RAM */
	NR_ERRATA,
};

/** struct hart_ids - who made a hart: the CSRs mvendorid, marchid and mimpid */
struct hart_ids {
	unsigned long mvendorid;
	unsigned long marchid;
	unsigned long mimpid;
};

/** erratum_name() - the maker's name for it */
const char *erratum_name(enum erratum erratum);

/** errata_by_ids() - what harts with these ids may have, a bit for each erratum; pure */
unsigned long errata_by_ids(const struct hart_ids *ids);

/** hart_read_ids() - ask the firmware for this hart's; 0 for what it does not tell */
void hart_read_ids(struct hart_ids *ids);

/**
 * errata_probe() - what this hart has, a bit for each erratum; notes boot_record.maee
 * Context: any, MMU on or off, interrupts off: stvec is changed for a moment.
 */
unsigned long errata_probe(void);

/**
 * errata_init() - on a hart that is started: note what it has, and say what is new
 * In cpufeature.c: errata.c is built for before paging as well, and cannot print.
 */
void errata_init(void);

/** has_erratum() - whether a hart that was started has it; the boot hart's from entry on */
static inline bool has_erratum(enum erratum erratum)
{
	return boot_record.errata >> erratum & 1;
}

#endif
#endif
