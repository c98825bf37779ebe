/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_ERRATA_H
#define ASM_ERRATA_H

#include <kernel/types.h>

/* What has to be done differently on some harts; rows in errata.c say on which. */
enum erratum {
	ERRATUM_SFENCE_ADDR, /* a fence by address does not work: use a full one */
	NR_ERRATA,
};

/** struct hart_ids - who made a hart: the CSRs mvendorid, marchid and mimpid */
struct hart_ids {
	unsigned long mvendorid;
	unsigned long marchid;
	unsigned long mimpid;
};

/** erratum_name() - the maker's name for it, if a hart with these ids has it, else NULL; pure */
const char *erratum_name(enum erratum erratum, const struct hart_ids *ids);

/** errata_init() - ask the firmware for this hart's ids; say what applies, if it is new */
void errata_init(void);

/* What applies to a hart that was started, a bit for each erratum. */
extern unsigned long errata;

/** has_erratum() - false until errata_init() */
static inline bool has_erratum(enum erratum erratum)
{
	return errata >> erratum & 1;
}

#endif
