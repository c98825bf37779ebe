// SPDX-License-Identifier: BSD-2-Clause
/* Calls to the firmware. Built for both sides of the satp write; keeps no state. */
#include <asm/sbi.h>

struct sbiret sbi_ecall4(unsigned long ext, unsigned long fid, unsigned long arg0,
			 unsigned long arg1, unsigned long arg2, unsigned long arg3)
{
	register unsigned long a0 __asm__("a0") = arg0;
	register unsigned long a1 __asm__("a1") = arg1;
	register unsigned long a2 __asm__("a2") = arg2;
	register unsigned long a3 __asm__("a3") = arg3;
	register unsigned long a6 __asm__("a6") = fid;
	register unsigned long a7 __asm__("a7") = ext;

	/* All registers but a0 and a1 are preserved (SBI 2.0 chapter 3). */
	__asm__ __volatile__("ecall"
			     : "+r"(a0), "+r"(a1)
			     : "r"(a2), "r"(a3), "r"(a6), "r"(a7)
			     : "memory");
	return (struct sbiret){ (long)a0, (long)a1 };
}

bool sbi_probe(unsigned long ext)
{
	struct sbiret ret = sbi_ecall(SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, ext, 0, 0);

	return ret.error == SBI_SUCCESS && ret.value;
}

void sbi_putchar(char c)
{
	if (sbi_probe(SBI_EXT_DBCN))
		sbi_ecall(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, (unsigned char)c, 0, 0);
	else
		sbi_ecall(SBI_EXT_LEGACY_PUTCHAR, 0, (unsigned char)c, 0, 0);
}

void sbi_reset(unsigned int type, unsigned int reason)
{
	if (sbi_probe(SBI_EXT_SRST))
		sbi_ecall(SBI_EXT_SRST, 0, type, reason, 0);
	else if (type == SBI_SRST_SHUTDOWN)
		sbi_ecall(SBI_EXT_LEGACY_SHUTDOWN, 0, 0, 0, 0);
}
