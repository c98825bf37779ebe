// SPDX-License-Identifier: BSD-2-Clause
/*
 * Speaking before the kernel can: the checks at entry, the lines of the probe and
 * the report of an early trap. Runs with translation off or on, on a stack in the
 * image, one character per firmware call, so that no buffer needs an address.
 */
#include <kernel/boot_report.h>
#include <kernel/errno.h>
#include <kernel/fdt.h>
#include <kernel/pgtable_text.h>
#include <kernel/sizes.h>
#include <kernel/vsprintf.h>
#include <asm/boot_record.h>
#include <asm/csr.h>
#include <asm/page.h>
#include <asm/sbi.h>
#include <asm/sections.h>
#include <asm/trap_names.h>
#include "early.h"

static volatile u8 *earlycon_regs(void)
{
	return (volatile u8 *)(csr_read(satp) ? boot_record.earlycon_va : boot_record.earlycon.pa);
}

static void early_putchar(char c)
{
	struct earlycon *con = &boot_record.earlycon;

	if (!con->kind || !earlycon_putc(con, earlycon_regs(), c))
		sbi_putchar(c);
}

static void early_vprintf(const char *fmt, va_list args)
{
	char line[256];

	vsnprintf(line, sizeof(line), fmt, args);
	for (const char *p = line; *p; p++)
		early_putchar(*p);
}

/* A read that traps goes on behind the read. */
#define CAN_READ(load, pa)                                                             \
	({                                                                             \
		unsigned long done = 0, vector;                                        \
		__asm__ __volatile__("la %1, 1f\n\t"                                   \
				     "csrrw %1, stvec, %1\n\t" load " zero, 0(%2)\n\t" \
				     "li %0, 1\n\t"                                    \
				     ".balign 4\n"                                     \
				     "1:\tcsrw stvec, %1"                              \
				     : "+r"(done), "=&r"(vector)                       \
				     : "r"(pa)                                         \
				     : "memory");                                      \
		done != 0;                                                             \
	})

bool early_can_read(phys_addr_t pa, unsigned int width)
{
	return width == 4 ? CAN_READ("lw", pa) : CAN_READ("lbu", pa);
}

static __printf(1, 2) void early_printf(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	early_vprintf(fmt, args);
	va_end(args);
}

static __noreturn void early_stop(void)
{
	boot_record_report(early_printf);
	early_printf("boot: stopped, powering off\n");
	earlycon_flush(&boot_record.earlycon, earlycon_regs());
	sbi_reset(SBI_SRST_SHUTDOWN, SBI_SRST_REASON_FAILURE);
	early_printf("boot: the firmware cannot power off; idle\n");
	for (;;)
		__asm__ __volatile__("wfi");
}

void early_die(const char *fmt, ...)
{
	va_list args;

	early_printf("boot: error: ");
	va_start(args, fmt);
	early_vprintf(fmt, args);
	va_end(args);
	early_printf("\n");
	early_stop();
}

static __noreturn void bad_header(phys_addr_t dtb_pa, int err)
{
	const unsigned long at = (unsigned long)dtb_pa;
	const u8 *p = (const u8 *)dtb_pa;

	if (err == -EINVAL)
		early_die("device tree at 0x%lx: begins with %02x%02x%02x%02x, not d00dfeed", at,
			  p[0], p[1], p[2], p[3]);
	if (err == -EOPNOTSUPP)
		early_die("device tree at 0x%lx: neither of version 16 nor 17", at);
	early_die("device tree at 0x%lx: its size is not 40 bytes to 16 MiB", at);
}

/* The tree's bytes are only looked at here as far as the header goes. */
static void check_dtb(phys_addr_t dtb_pa)
{
	phys_addr_t start = (unsigned long)_start, end = (unsigned long)_end;
	int size;

	if (!dtb_pa)
		early_die("no device tree: a1 is 0");
	if (!IS_ALIGNED(dtb_pa, 8))
		early_die("device tree at 0x%lx: not 8-byte aligned", (unsigned long)dtb_pa);
	size = fdt_size((const void *)dtb_pa);
	if (size < 0)
		bad_header(dtb_pa, size);
	if (dtb_pa < end && dtb_pa + (unsigned int)size > start)
		early_die("device tree at 0x%lx, %d bytes: lies inside the image 0x%lx-0x%lx",
			  (unsigned long)dtb_pa, size, (unsigned long)start, (unsigned long)end);
	boot_record.dtb_size = (unsigned int)size;
}

void entry_check(unsigned long hartid, phys_addr_t dtb_pa, unsigned long satp,
		 unsigned long instret)
{
	boot_record.stage = BOOT_STAGE_ENTRY;
	boot_record.hartid = hartid;
	boot_record.dtb_pa = dtb_pa;
	boot_record.load_pa = (unsigned long)_start;
	boot_record.entry_satp = satp;
	boot_record.instret_entry = instret;
	if (!IS_ALIGNED(boot_record.load_pa, IMAGE_ALIGN))
		early_die("image loaded at 0x%lx: not a multiple of 2 MiB",
			  (unsigned long)boot_record.load_pa);
	boot_record.stage = BOOT_STAGE_FDT;
	check_dtb(dtb_pa);
}

/*
 * S-mode takes its software interrupt at once (Priv 20250508 §12.1.3). M-mode never does: either it
 * is not delegated, or it is S-mode's, which waits.
 */
static bool takes_interrupts(void)
{
	unsigned long taken = 1, vector;

	__asm__ __volatile__("la %1, 1f\n\t"
			     "csrrw %1, stvec, %1\n\t"
			     "csrw sie, %2\n\t"
			     "csrs sip, %2\n\t"
			     "csrs sstatus, %3\n\t"
			     "li %0, 0\n\t"
			     ".balign 4\n"
			     "1:\tcsrc sstatus, %3\n\t"
			     "csrc sip, %2\n\t"
			     "csrw sie, zero\n\t"
			     "csrw stvec, %1"
			     : "+r"(taken), "=&r"(vector)
			     : "r"(SIE_SSIE), "r"(SR_SIE)
			     : "memory");
	return taken;
}

/* From M-mode, a call to the firmware goes to whatever mtvec holds, and so would a trap. */
void warn_m_mode(const struct fdt *fdt, int chosen)
{
	struct earlycon con;

	if (takes_interrupts())
		return;
	earlycon_from_fdt(&con, fdt, chosen);
	earlycon_check(&con, fdt);
	for (const char *p =
		     "boot: no interrupt is taken: is this M-mode? Cairn needs a firmware with "
		     "SBI that enters it in S-mode\n";
	     con.kind && *p; p++)
		earlycon_putc(&con, (volatile u8 *)con.pa, *p);
}

void announce_try(unsigned int levels)
{
	unsigned int i = levels - LEVELS_MIN;

	boot_record.stage = BOOT_STAGE_PROBE;
	boot_record.tried[i] = 1;
	if (!boot_record.quiet)
		early_printf("boot: satp try=%s root=0x%lx\n", paging_mode_name(levels),
			     (unsigned long)((boot_record.satp_try[i] & SATP_PPN_MASK)
					     << PAGE_SHIFT));
}

void no_paging(void)
{
	early_die("this hart has no paging mode Cairn can use (tried from %s down)",
		  paging_mode_name(boot_record.limit));
}

void satp_differs(void)
{
	early_die("satp does not read back as written though translation is on");
}

static const char *trap_hint(unsigned long cause, unsigned long badaddr)
{
	if (badaddr - (unsigned long)__stack_guard < PAGE_SIZE)
		return "; the stack has overflowed";
	return cause == EXC_INST_ACCESS || cause == EXC_LOAD_ACCESS || cause == EXC_STORE_ACCESS
		       ? "; PMP or the bus refused it"
		       : "";
}

void trap_report(unsigned long cause, unsigned long epc, unsigned long badaddr, unsigned long ra)
{
	early_printf("boot: error: trap: %s (scause 0x%lx) sepc=0x%lx stval=0x%lx ra=0x%lx%s\n",
		     trap_name(cause), cause, epc, badaddr, ra, trap_hint(cause, badaddr));
	early_stop();
}

/* The compiler's check on return; what the stack holds is not to be trusted. */
__noreturn void __stack_chk_fail(void);
void __stack_chk_fail(void)
{
	early_die("stack protector: the canary of the function before 0x%lx was overwritten",
		  (unsigned long)__builtin_return_address(0));
}
