/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_PGTABLE_TEXT_H
#define KERNEL_PGTABLE_TEXT_H

#include <kernel/pgtable.h>

/** paging_mode_name() - "sv39", "sv48", "sv57" by number of levels; "none" for other numbers */
const char *paging_mode_name(unsigned int levels);

#define PTE_FLAGS_LEN 12

/** pte_flags() - an entry's flags as "RWXUGADN", '-' where clear, and its memory type */
void pte_flags(pte_t pte, u64 type_bits, char buf[PTE_FLAGS_LEN]);

#endif
