/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_CSR_H
#define ASM_CSR_H

/*
 * Supervisor CSRs by name, their fields by the specification's names
 * (Priv 20250508 chapter 12). Every accessor is a compiler barrier: a CSR write
 * may change what memory means.
 */

/* sstatus, Priv 20250508 §12.1.1 */
#define SR_SIE  (1UL << 1)
#define SR_SPIE (1UL << 5)
#define SR_SPP  (1UL << 8)
#define SR_VS   (3UL << 9)
#define SR_FS   (3UL << 13)
#define SR_SUM  (1UL << 18)
#define SR_MXR  (1UL << 19)

/* Interrupts: their bits in sie and sip, Priv 20250508 §12.1.3; as causes §12.1.8 */
#define IRQ_S_SOFT  1
#define IRQ_S_TIMER 5
#define IRQ_S_EXT   9
#define SIE_SSIE    (1UL << IRQ_S_SOFT)
#define SIE_STIE    (1UL << IRQ_S_TIMER)
#define SIE_SEIE    (1UL << IRQ_S_EXT)

/* scause, Priv 20250508 §12.1.8 */
#define CAUSE_INTERRUPT      (1UL << 63)
#define EXC_INST_MISALIGNED  0
#define EXC_INST_ACCESS      1
#define EXC_INST_ILLEGAL     2
#define EXC_BREAKPOINT       3
#define EXC_LOAD_MISALIGNED  4
#define EXC_LOAD_ACCESS      5
#define EXC_STORE_MISALIGNED 6
#define EXC_STORE_ACCESS     7
#define EXC_SYSCALL          8
#define EXC_INST_PAGE_FAULT  12
#define EXC_LOAD_PAGE_FAULT  13
#define EXC_STORE_PAGE_FAULT 15

/* satp, Priv 20250508 §12.1.11 */
#define SATP_MODE_SHIFT 60
#define SATP_PPN_MASK   ((1UL << 44) - 1)

/* Numbers of CSRs the assembler may not know. */
#define CSR_STIMECMP 0x14d /* Priv 20250508 chapter 16, Sstc */
#define CSR_SISELECT 0x150 /* AIA 1.0 chapter 2 */
#define CSR_SIREG    0x151
#define CSR_STOPEI   0x15c

#ifndef __ASSEMBLER__

/* The name as text; a macro stands for its value. */
#define CSR_NAME(csr) #csr

#define csr_read(csr)                                                                    \
	({                                                                               \
		unsigned long _v;                                                        \
		__asm__ __volatile__("csrr %0, " CSR_NAME(csr) : "=r"(_v) : : "memory"); \
		_v;                                                                      \
	})
#define _csr_change(insn, csr, val)                        \
	__asm__ __volatile__(insn " " CSR_NAME(csr) ", %0" \
			     :                             \
			     : "rK"((unsigned long)(val))  \
			     : "memory")
#define csr_write(csr, val) _csr_change("csrw", csr, val)
#define csr_set(csr, val)   _csr_change("csrs", csr, val)
#define csr_clear(csr, val) _csr_change("csrc", csr, val)

/* These give what was there before. */
#define _csr_take(insn, csr, val)                                      \
	({                                                             \
		unsigned long _v;                                      \
		__asm__ __volatile__(insn " %0, " CSR_NAME(csr) ", %1" \
				     : "=r"(_v)                        \
				     : "rK"((unsigned long)(val))      \
				     : "memory");                      \
		_v;                                                    \
	})
#define csr_swap(csr, val)       _csr_take("csrrw", csr, val)
#define csr_read_clear(csr, val) _csr_take("csrrc", csr, val)

#endif
#endif
