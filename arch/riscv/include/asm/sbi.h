/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_SBI_H
#define ASM_SBI_H

/* The Supervisor Binary Interface, SBI 2.0. Numbers are chapter and name there. */

#define SBI_EXT_LEGACY_SET_TIMER  0x00 /* chapter 5 */
#define SBI_EXT_LEGACY_PUTCHAR    0x01
#define SBI_EXT_LEGACY_GETCHAR    0x02
#define SBI_EXT_LEGACY_SHUTDOWN   0x08
#define SBI_EXT_BASE              0x10       /* chapter 4 */
#define SBI_EXT_TIME              0x54494d45 /* chapter 6 */
#define SBI_EXT_IPI               0x735049   /* chapter 7 */
#define SBI_EXT_RFENCE            0x52464e43 /* chapter 8 */
#define SBI_EXT_HSM               0x48534d   /* chapter 9 */
#define SBI_EXT_SRST              0x53525354 /* chapter 10 */
#define SBI_EXT_DBCN              0x4442434e /* chapter 12 */
#define SBI_EXT_SSE               0x535345   /* SBI 3.0 chapter 17 */

#define SBI_BASE_GET_SPEC_VERSION 0
#define SBI_BASE_GET_IMPL_ID      1
#define SBI_BASE_GET_IMPL_VERSION 2
#define SBI_BASE_PROBE_EXTENSION  3
#define SBI_BASE_GET_MVENDORID    4
#define SBI_BASE_GET_MARCHID      5
#define SBI_BASE_GET_MIMPID       6

#define SBI_HSM_HART_START        0
#define SBI_HSM_HART_STOP         1
#define SBI_HSM_HART_STATUS       2

/* What SBI_HSM_HART_STATUS gives. */
#define SBI_HSM_STOPPED         1

#define SBI_RFENCE_SFENCE_VMA   1

#define SBI_DBCN_WRITE          0
#define SBI_DBCN_READ           1
#define SBI_DBCN_WRITE_BYTE     2

#define SBI_SRST_SHUTDOWN       0
#define SBI_SRST_COLD_REBOOT    1
#define SBI_SRST_REASON_NONE    0
#define SBI_SRST_REASON_FAILURE 1

/* An event that one hart raises on another, whether that takes interrupts or not. */
#define SBI_SSE_LOCAL_SOFTWARE 0xffff0000
#define SBI_SSE_REGISTER       2
#define SBI_SSE_UNREGISTER     3
#define SBI_SSE_ENABLE         4
#define SBI_SSE_DISABLE        5
#define SBI_SSE_COMPLETE       6
#define SBI_SSE_INJECT         7
#define SBI_SSE_HART_UNMASK    8

#define SBI_SUCCESS            0

#ifndef __ASSEMBLER__

#include <kernel/types.h>

struct sbiret {
	long error;
	long value;
};

/** sbi_ecall4() - one SBI call; sbi_ecall() - with three arguments. Context: any, MMU on or off. */
struct sbiret sbi_ecall4(unsigned long ext, unsigned long fid, unsigned long a0, unsigned long a1,
			 unsigned long a2, unsigned long a3);
#define sbi_ecall(ext, fid, a0, a1, a2) sbi_ecall4(ext, fid, a0, a1, a2, 0)

/** sbi_probe() - whether the firmware has an extension. Context: any, MMU on or off. */
bool sbi_probe(unsigned long ext);

/** sbi_putchar() - one character to the firmware's console. Context: any, MMU on or off. */
void sbi_putchar(char c);

/**
 * sbi_reset() - power off or restart the machine
 * @type:   SBI_SRST_SHUTDOWN or SBI_SRST_*_REBOOT
 * @reason: SBI_SRST_REASON_*
 *
 * Through SRST, or for a shutdown by the legacy call where there is no SRST. Returns
 * when the firmware cannot do it.
 * Context: any, MMU on or off.
 */
void sbi_reset(unsigned int type, unsigned int reason);

#endif
#endif
