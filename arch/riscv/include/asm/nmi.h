/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_NMI_H
#define ASM_NMI_H

/** nmi_cpu_init() - let this hart be looked at while it takes no interrupts, if firmware can */
void nmi_cpu_init(void);

/** nmi_cpu_exit() - undo it, before the hart stops */
void nmi_cpu_exit(void);

/**
 * trigger_single_cpu_backtrace() - print where hart @cpu is, whatever it does
 * By an event of the firmware (SBI 3.0 chapter 17); without, by what its stack shows.
 * Context: any; one hart at a time, between report_begin() and report_end().
 */
void trigger_single_cpu_backtrace(unsigned int cpu);

#endif
