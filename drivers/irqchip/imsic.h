/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRIVERS_IRQCHIP_IMSIC_H
#define DRIVERS_IRQCHIP_IMSIC_H

#include <kernel/types.h>

/* What the APLIC wants of the IMSICs: each hart's interrupt file, a memory for messages. */

/** imsic_node() - of the supervisor's files; -ENOENT: they are not used */
int imsic_node(void);

/** imsic_nr_ids() - identities are 1 to this */
u32 imsic_nr_ids(void);

/** imsic_claim() - the next identity that waits on this hart, taken; 0: none */
unsigned int imsic_claim(void);

/**
 * imsic_enable() - let hart @cpu take identity @id
 * Context: may wait. Return: what the APLIC calls the hart; -ENXIO: it has no file.
 */
int imsic_enable(unsigned int id, unsigned int cpu);

/** imsic_cpu_starting() - the running hart's file may be as firmware left it */
void imsic_cpu_starting(void);

#endif
