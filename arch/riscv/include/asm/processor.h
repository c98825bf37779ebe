/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_PROCESSOR_H
#define ASM_PROCESSOR_H

#include <asm/csr.h>

/** wait_for_interrupt() - sleep until an enabled interrupt is pending, or for no reason */
static inline void wait_for_interrupt(void)
{
	__asm__ __volatile__("wfi" : : : "memory");
}

/** clear_ipi() - take away the pending software interrupt of this hart */
static inline void clear_ipi(void)
{
	csr_clear(sip, SIE_SSIE);
}

/** current_satp() - the tables and the mode that this hart translates by */
static inline unsigned long current_satp(void)
{
	return csr_read(satp);
}

#endif
