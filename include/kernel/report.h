/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_REPORT_H
#define KERNEL_REPORT_H

#include <kernel/types.h>

struct hart;

/**
 * report_begin(), report_end() - print what belongs together, between no other report
 * @flags: as report_begin() has returned it
 *
 * Harts that report at the same time take turns; a hart that reports within its own report goes
 * on at once. Interrupts are disabled in between. Context: any.
 */
unsigned long report_begin(void);
void report_end(unsigned long flags);

/** report_awaited() - whether @hart waits for its turn in report_begin(). Context: any hart. */
bool report_awaited(const struct hart *hart);

#endif
