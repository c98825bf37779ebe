// SPDX-License-Identifier: BSD-2-Clause
/*
 * What this hart does with entries of the extensions: each is put into the fixed slots for
 * it and used. A device tree may be wrong about its hart, and firmware may have left an
 * extension switched off.
 */
#include <kernel/string.h>
#include <asm/cpufeature.h>
#include <asm/csr.h>
#include <asm/fixmap.h>
#include <asm/recovery.h>
#include <asm/sections.h>
#include <asm/svprobe.h>
#include <asm/tlbflush.h>
#include "mm/engine/engine.h"

/* Bytes compared at the start of each page: no two pages of code begin alike. */
#define COMPARED 64

static u64 scratch;

/* Whether each of the 16 pages shows the frame of its own number, of the image's first 16. */
static int compare_frames(void *arg)
{
	bool *same = arg;

	for (unsigned int page = 0; page < NR_FIX_PROBE; page++)
		*same &= !memcmp((void *)fix_to_virt(FIX_PROBE + page), _text + page * PAGE_SIZE,
				 COMPARED);
	return 0;
}

/* A hart that does not look at N shows one frame, or those that follow it, in all pages. */
static enum hart_does try_svnapot(void)
{
	/* PPN[3:0] = 8 says 64 KiB: Priv 20250508 chapter 13. */
	pte_t pte = mk_pte(__pa_symbol(_text) + 8 * PAGE_SIZE, PAGE_KERNEL_READ);
	struct pt_regs trap;
	bool same = true;
	int err;

	static_assert(NR_FIX_PROBE * PAGE_SIZE == SZ_64K, "the one NAPOT size there is");
	if (kernel_pgtable.type_bits)
		return HART_DIFFERS; /* these bits are T-Head's */
	pte.val |= _PAGE_NAPOT;
	for (unsigned int page = 0; page < NR_FIX_PROBE; page++)
		set_fixmap_pte(FIX_PROBE + page, pte);
	err = catch_trap(compare_frames, &same, &trap);
	for (unsigned int page = 0; page < NR_FIX_PROBE; page++)
		clear_fixmap(FIX_PROBE + page);
	return err ? HART_FAULTS : same ? HART_DOES : HART_DIFFERS;
}

/*
 * Read through @pte, or write. The value read is of no interest: what is cached elsewhere
 * need not be what an uncached access finds. Return: how, and the entry as it is then.
 */
static bool access_faults(pte_t *pte, bool write)
{
	unsigned long va = fix_to_virt(FIX_PROBE) + (unsigned long)&scratch % PAGE_SIZE;
	struct pt_regs trap;
	u64 value;
	int err;

	set_fixmap_pte(FIX_PROBE, *pte);
	err = write ? probe_write(va, sizeof(scratch), 0, &trap)
		    : probe_read(va, sizeof(scratch), &value, &trap);
	*pte = get_fixmap_pte(FIX_PROBE);
	clear_fixmap(FIX_PROBE);
	return err;
}

static pte_t scratch_pte(void)
{
	return mk_pte(ALIGN_DOWN(__pa_symbol(&scratch), PAGE_SIZE),
		      __pgprot(typed(&kernel_pgtable, PAGE_KERNEL.val)));
}

/*
 * A hart that overlooks reserved bits passes too. PBMT=3 ought to fault where there is
 * Svpbmt, but not every hart that has it does so: QEMU up to 10.2 does not.
 */
static enum hart_does try_svpbmt(void)
{
	pte_t pte = scratch_pte();

	if (kernel_pgtable.type_bits)
		return HART_DIFFERS;
	pte.val |= _PAGE_NC;
	return access_faults(&pte, false) ? HART_FAULTS : HART_DOES;
}

static int svinval_fences(void *arg)
{
	local_flush_tlb_svinval(fix_to_virt(FIX_PROBE), fix_to_virt(FIX_PROBE), PAGE_SIZE);
	return 0;
}

static enum hart_does try_svinval(void)
{
	struct pt_regs trap;

	return catch_trap(svinval_fences, NULL, &trap) ? HART_FAULTS : HART_DOES;
}

/* Whether a read with A=0 and a write with D=0 fault, and whether they set the bits. */
static void access_clear(unsigned int *faults, unsigned int *sets)
{
	pte_t read = scratch_pte(), write = scratch_pte();

	read.val &= ~(u64)_PAGE_ACCESSED;
	write.val &= ~(u64)_PAGE_DIRTY;
	*faults = access_faults(&read, false) + access_faults(&write, true);
	*sets = !!(read.val & _PAGE_ACCESSED) + !!(write.val & _PAGE_DIRTY);
}

static enum hart_does try_svadu(void)
{
	unsigned int faults, sets;

	access_clear(&faults, &sets);
	return sets == 2 ? HART_DOES : faults ? HART_FAULTS : HART_DIFFERS;
}

static enum hart_does try_svade(void)
{
	unsigned int faults, sets;

	access_clear(&faults, &sets);
	return faults == 2 ? HART_DOES : HART_DIFFERS;
}

/* What is set stays set: `cpu` tries all again at any time. */
static int rewrite_stimecmp(void *arg)
{
	csr_write(CSR_STIMECMP, csr_read(CSR_STIMECMP));
	return 0;
}

/* The firmware must have let the supervisor have it, too. */
static enum hart_does try_sstc(void)
{
	struct pt_regs trap;

	return catch_trap(rewrite_stimecmp, NULL, &trap) ? HART_FAULTS : HART_DOES;
}

static enum hart_does (*const try[NR_RISCV_EXTS])(void) = {
	[RISCV_ISA_EXT_SVNAPOT] = try_svnapot, [RISCV_ISA_EXT_SVPBMT] = try_svpbmt,
	[RISCV_ISA_EXT_SVINVAL] = try_svinval, [RISCV_ISA_EXT_SVADU] = try_svadu,
	[RISCV_ISA_EXT_SVADE] = try_svade,     [RISCV_ISA_EXT_SSTC] = try_sstc,
};

void svprobe(unsigned long exts)
{
	for (unsigned int ext = 0; ext < NR_RISCV_EXTS; ext++)
		if (exts >> ext & 1 && try[ext])
			riscv_ext_state[ext].does = try[ext]();
}

const char *cpu_lacks(void)
{
	for (unsigned int ext = 0; ext < NR_RISCV_EXTS; ext++)
		if (riscv_has_extension(ext) && try[ext] && try[ext]() != HART_DOES)
			return riscv_ext_name(ext);
	return NULL;
}
