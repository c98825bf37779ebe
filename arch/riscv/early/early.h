/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RISCV_EARLY_H
#define RISCV_EARLY_H

#include <kernel/types.h>

struct fdt;
struct pgtable;

/*
 * What runs before paging. These sources are built uninstrumented into early.o,
 * where every symbol they define gets the prefix __early_; head.S calls them so.
 */

/** early_die() - print a reason and the boot record, then power off or idle */
__noreturn void early_die(const char *fmt, ...) __printf(1, 2);

/** early_can_read() - whether a device's register of 1 or 4 bytes can be, translation being off */
bool early_can_read(phys_addr_t pa, unsigned int width);

/** entry_check() - open the boot record; refuse an entry that cannot work */
void entry_check(unsigned long hartid, phys_addr_t dtb_pa, unsigned long satp,
		 unsigned long instret);

/** warn_m_mode() - say on the UART of stdout-path that this is not S-mode, if it seems so */
void warn_m_mode(const struct fdt *fdt, int chosen);

/** setup_vm() - build the chain of tables and choose how deep to probe */
void setup_vm(void);

#ifdef CONFIG_KASAN
/** kasan_early_init() - map the shadow that has to be there before instrumented code runs */
void kasan_early_init(struct pgtable *pt);
#else
static inline void kasan_early_init(struct pgtable *pt)
{
}
#endif

/** announce_try() - say which mode is written to satp next */
void announce_try(unsigned int levels);

__noreturn void no_paging(void);
__noreturn void satp_differs(void);

__noreturn void trap_report(unsigned long cause, unsigned long epc, unsigned long badaddr,
			    unsigned long ra);

#endif
