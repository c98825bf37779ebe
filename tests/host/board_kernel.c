// SPDX-License-Identifier: BSD-2-Clause
/* What a boot's path through the device tree needs of the rest of the kernel. */
#include "uart_model.h"

#include <kernel/cmdline.h>
#include <kernel/completion.h>
#include <kernel/cpu.h>
#include <kernel/driver.h>
#include <kernel/errno.h>
#include <kernel/fence.h>
#include <kernel/gfp.h>
#include <kernel/hart.h>
#include <kernel/interrupt.h>
#include <kernel/monitor.h>
#include <kernel/panic.h>
#include <kernel/pgtable.h>
#include <kernel/printk.h>
#include <kernel/slab.h>
#include <kernel/smp.h>
#include <kernel/string.h>
#include <kernel/vmalloc.h>
#include <asm/boot_record.h>
#include <asm/cpufeature.h>
#include <asm/errata.h>
#include <asm/page.h>
#include <asm/recovery.h>
#include <asm/sbi.h>
#include <asm/sections.h>
#include <asm/tlbflush.h>
#include "arch/riscv/early/early.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char board_log[1 << 16];

static void vlog(const char *fmt, va_list args)
{
	size_t len = strlen(board_log);

	vsnprintf(board_log + len, sizeof(board_log) - len, fmt, args);
}

void printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vlog(fmt + 2, args); /* behind the level */
	va_end(args);
}

static __noreturn void die(const char *fmt, va_list args)
{
	vlog(fmt, args);
	puts(board_log);
	abort();
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	die(fmt, args);
}

void early_die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	die(fmt, args);
}

/* --- The image and its tables, which are not looked at --- */

#define PLACE(name) char name[1] __attribute__((aligned(4096)))
PLACE(_start);
PLACE(_text);
PLACE(_etext);
PLACE(_rodata);
PLACE(_erodata);
PLACE(_data);
PLACE(__emergency_guard);
PLACE(__emergency_low);
PLACE(__emergency_high);
PLACE(__stack_low);
PLACE(__kasan_shared);
PLACE(__kasan_shared_end);
PLACE(__pt_pool);
PLACE(__pt_pool_end);
char __percpu_size[1];

struct boot_record boot_record;
struct kernel_mapping kernel_map;
struct riscv_ext_state riscv_ext_state[NR_RISCV_EXTS];

/* Nothing is mapped in the tree that setup_vm() makes here. */
static void *empty_table(phys_addr_t table, unsigned int level)
{
	static pte_t entries[PAGE_SIZE / sizeof(pte_t)];

	return entries;
}

int pgtable_create(struct pgtable *pt, const struct pgtable_geometry *g, const struct pt_ops *ops,
		   struct pgtable *kernel)
{
	*pt = (struct pgtable){ .geometry = g, .ops.reach = empty_table };
	return 0;
}

int pgtable_map(struct pgtable *pt, unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot,
		unsigned int flags)
{
	return 0;
}

int pgtable_populate(struct pgtable *pt, unsigned long va, size_t size)
{
	return 0;
}

const char *riscv_ext_name(enum riscv_ext ext)
{
	return "svnapot";
}

unsigned long riscv_ext_bit(const char *name)
{
	return 0;
}

unsigned long errata_probe(void)
{
	return 0;
}

bool early_can_read(phys_addr_t pa, unsigned int width)
{
	return true;
}

void warn_m_mode(const struct fdt *fdt, int chosen)
{
}

/* For earlyfw= and an address in earlycon=, which no tree has. */
int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	return -EINVAL;
}

unsigned long long memparse(const char *ptr, char **retptr)
{
	return 0;
}

/* --- Harts: each one comes --- */

static struct hart first_hart;
struct hart *harts[NR_CPUS] = { &first_hart };
unsigned int nr_cpu_ids = 1, nr_online_cpus = 1;
struct cmdline_options cmdline = { .maxharts = NR_CPUS };

int cpu_up(unsigned int cpu)
{
	nr_online_cpus++;
	return 0;
}

int cpu_down(unsigned int cpu)
{
	return -ENXIO;
}

bool cpu_online(unsigned int cpu)
{
	return false;
}

bool sbi_probe(unsigned long extension)
{
	return true;
}

void *alloc_pages_exact(size_t size, gfp_t flags)
{
	return calloc(1, sizeof(struct hart));
}

void free_pages_exact(void *pages, size_t size)
{
	free(pages);
}

void *vmalloc(size_t size)
{
	return malloc(1);
}

void vfree(const void *area)
{
	free((void *)area);
}

void hart_set_stacks(struct hart *hart, unsigned long low, unsigned long high,
		     unsigned long emergency)
{
}

unsigned long new_canary(void)
{
	return 0;
}

void remote_sfence_vma(unsigned long start, unsigned long size)
{
}

void set_remote_fence_hook(void (*fence)(unsigned long start, unsigned long size))
{
}

void set_cpu_dead_hook(void (*dead)(unsigned int cpu))
{
}

void irq_cpu_dead(unsigned int cpu)
{
}

void slab_cpu_dead(unsigned int cpu)
{
}

void page_alloc_cpu_dead(unsigned int cpu)
{
}

const char *hart_state_text(unsigned int state)
{
	return "";
}

void console_printf(const char *fmt, ...)
{
}

int monitor_parse_number(const char *word, u64 *value)
{
	return -EINVAL;
}

void monitor_error(const char *fmt, ...)
{
}

/* --- Devices: there is no interrupt controller --- */

unsigned int nr_irqs;

const struct console *switch_console(const struct console *new)
{
	static const struct console firmware = { .name = "firmware" };

	return &firmware;
}

int catch_trap(int (*fn)(void *arg), void *arg, struct pt_regs *trap)
{
	return fn(arg);
}

const char *plic_probe(const struct device *dev)
{
	return NOT_OURS;
}

const char *aplic_probe(const struct device *dev)
{
	return NOT_OURS;
}

const char *imsic_probe(const struct device *dev)
{
	return NOT_OURS;
}

int request_irq(unsigned int irq, irq_handler_t function, unsigned int flags, const char *name,
		void *dev)
{
	return -EINVAL;
}

void complete(struct completion *x)
{
}
