// SPDX-License-Identifier: BSD-2-Clause
/* The extensions and errata: the decisions, and that they hold on the hart that runs. */
#include <kernel/ktest.h>
#include <kernel/pgtable.h>
#include <kernel/string.h>
#include <asm/cpufeature.h>
#include <asm/errata.h>
#include <asm/fixmap.h>
#include <asm/irqflags.h>
#include <asm/svprobe.h>
#include <asm/tlbflush.h>
#include "pages.h"
#include "probe.h"

/* Which of listed and seen lead to use, and which to a complaint. */
static void decision(void)
{
	static const struct {
		enum riscv_ext ext;
		bool listed;
		enum hart_does does;
		bool svade_listed, usable, broken;
	} want[] = {
		{ RISCV_ISA_EXT_SVNAPOT, true, HART_DOES, false, true, false },
		{ RISCV_ISA_EXT_SVNAPOT, true, HART_FAULTS, false, false, true },
		{ RISCV_ISA_EXT_SVNAPOT, true, HART_DIFFERS, false, false, true },
		{ RISCV_ISA_EXT_SVNAPOT, true, HART_UNSEEN, false, false, true },
		{ RISCV_ISA_EXT_SVNAPOT, false, HART_DOES, false, false, false },
		{ RISCV_ISA_EXT_SVNAPOT, false, HART_FAULTS, false, false, false },
		{ RISCV_ISA_EXT_SVVPTC, true, HART_UNSEEN, false, true, false },
		{ RISCV_ISA_EXT_SVVPTC, false, HART_UNSEEN, false, false, false },
		{ RISCV_ISA_EXT_SVADU, true, HART_FAULTS, false, false, true },
		{ RISCV_ISA_EXT_SVADU, true, HART_FAULTS, true, false, false },
		{ RISCV_ISA_EXT_SVADU, true, HART_DOES, true, true, false },
		{ RISCV_ISA_EXT_SVADE, true, HART_DIFFERS, true, false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		struct riscv_ext_state state[NR_RISCV_EXTS] = { 0 };

		state[RISCV_ISA_EXT_SVADE].listed = want[i].svade_listed;
		state[want[i].ext].listed = want[i].listed;
		state[want[i].ext].does = want[i].does;
		if (riscv_ext_usable(state, want[i].ext) != want[i].usable ||
		    riscv_ext_broken(state, want[i].ext) != want[i].broken)
			ktest_fail(__FILE__, __LINE__, "row %lu is decided otherwise", i);
	}
}

/* What is used is what was listed and is still seen. */
static void used(void)
{
	struct riscv_ext_state before[NR_RISCV_EXTS];

	memcpy(before, riscv_ext_state, sizeof(before));
	svprobe(-1UL);
	for (unsigned int ext = 0; ext < NR_RISCV_EXTS; ext++) {
		if (before[ext].does)
			EXPECT_EQ(riscv_ext_state[ext].does, before[ext].does);
		else if (before[ext].listed)
			EXPECT_EQ(riscv_ext_state[ext].does, HART_UNSEEN);
		EXPECT_EQ(riscv_has_extension(ext), riscv_ext_usable(before, ext));
	}
	EXPECT_EQ(kernel_pgtable.svnapot, riscv_has_extension(RISCV_ISA_EXT_SVNAPOT));
	EXPECT_EQ(kernel_pgtable.svpbmt, riscv_has_extension(RISCV_ISA_EXT_SVPBMT));
	for (unsigned int page = 0; page < NR_FIX_PROBE; page++)
		EXPECT_EQ(get_fixmap_pte(FIX_PROBE + page).val, 0);
}

static bool does(enum riscv_ext ext)
{
	svprobe(1UL << ext);
	return riscv_ext_state[ext].does == HART_DOES;
}

/* 0: as the extension says; else the number of pages, or of accesses, that differ. */
static unsigned int napot_differences(phys_addr_t pa)
{
	pte_t pte = mk_pte(pa + SZ_64K / 2, PAGE_KERNEL);
	unsigned int differ = 0;

	pte.val |= _PAGE_NAPOT;
	for (unsigned int page = 0; page < NR_FIX_PROBE; page++)
		set_fixmap_pte(FIX_PROBE + page, pte);
	for (unsigned int page = 0; page < NR_FIX_PROBE; page++) {
		unsigned long va = fix_to_virt(FIX_PROBE + page);
		u64 *frame = __va(pa + page * PAGE_SIZE);
		struct pt_regs trap;
		u64 value;

		WRITE_ONCE(*frame, 0x1000 + page);
		differ += probe_read(va, 8, &value, &trap) || value != 0x1000 + page;
	}
	for (unsigned int page = 0; page < NR_FIX_PROBE; page++)
		clear_fixmap(FIX_PROBE + page);
	return differ;
}

static void svnapot(void)
{
	phys_addr_t pa = test_alloc(SZ_64K);

	EXPECT(pa != 0);
	if (!pa)
		return;
	EXPECT_EQ(napot_differences(pa) == 0, does(RISCV_ISA_EXT_SVNAPOT));
	test_free(pa, SZ_64K);
}

static u64 page[PAGE_SIZE / sizeof(u64)] __aligned(PAGE_SIZE) __noinit;

static unsigned long cause_with(u64 set, u64 clear, bool write, pte_t *after)
{
	unsigned long va = fix_to_virt(FIX_PROBE), cause;
	pte_t pte = mk_pte(__pa_symbol(page), PAGE_KERNEL);
	struct pt_regs trap;
	u64 value = 0;

	pte.val = (pte.val | set) & ~clear;
	set_fixmap_pte(FIX_PROBE, pte);
	cause = fault_cause(write ? probe_write(va, 8, 0, &trap) : probe_read(va, 8, &value, &trap),
			    va, &trap);
	*after = get_fixmap_pte(FIX_PROBE);
	clear_fixmap(FIX_PROBE);
	return cause;
}

static void svpbmt(void)
{
	unsigned long want = does(RISCV_ISA_EXT_SVPBMT) ? NO_FAULT : EXC_LOAD_PAGE_FAULT;
	pte_t after;

	EXPECT_EQ(cause_with(_PAGE_NC, 0, false, &after), want);
	EXPECT_EQ(cause_with(_PAGE_IO, 0, false, &after), want);
}

static void accessed_dirty(void)
{
	bool sets = does(RISCV_ISA_EXT_SVADU), faults = does(RISCV_ISA_EXT_SVADE);
	u64 both = _PAGE_ACCESSED | _PAGE_DIRTY;
	pte_t after;

	EXPECT(sets != faults);
	EXPECT_EQ(cause_with(0, both, false, &after), faults ? EXC_LOAD_PAGE_FAULT : NO_FAULT);
	EXPECT_EQ(after.val & both, sets ? _PAGE_ACCESSED : 0);
	EXPECT_EQ(cause_with(0, both, true, &after), faults ? EXC_STORE_PAGE_FAULT : NO_FAULT);
	EXPECT_EQ(after.val & both, sets ? both : 0);
}

static int fence_by_svinval(void *arg)
{
	local_flush_tlb_svinval(fix_to_virt(0), fix_to_virt(2), PAGE_SIZE);
	return 0;
}

static void svinval(void)
{
	struct pt_regs trap = { .cause = NO_FAULT };

	catch_trap(fence_by_svinval, NULL, &trap);
	EXPECT_EQ(trap.cause, does(RISCV_ISA_EXT_SVINVAL) ? NO_FAULT : EXC_INST_ILLEGAL);
}

/* Rights are taken from @nr pages that this hart has just written to. */
static void take_rights(unsigned int nr)
{
	unsigned long size = nr * PAGE_SIZE;
	unsigned long va =
		vm_region(VM_VMALLOC, kernel_pgtable.geometry->input_bits).start + 9UL * SZ_1G;
	phys_addr_t pa = test_alloc(size);

	EXPECT(pa != 0);
	if (!pa)
		return;
	EXPECT_EQ(pgtable_map(&kernel_pgtable, va, pa, size, PAGE_KERNEL, PGTABLE_SMALL_ONLY), 0);
	for (unsigned int i = 0; i < nr; i++)
		EXPECT_EQ(write_cause(va + i * PAGE_SIZE), NO_FAULT);
	EXPECT_EQ(pgtable_protect(&kernel_pgtable, va, size, __pgprot(0),
				  __pgprot(_PAGE_WRITE | _PAGE_DIRTY)),
		  0);
	for (unsigned int i = 0; i < nr; i++)
		EXPECT_EQ(write_cause(va + i * PAGE_SIZE), EXC_STORE_PAGE_FAULT);
	EXPECT_EQ(pgtable_unmap(&kernel_pgtable, va, size), 0);
	test_free(pa, size);
}

/* One fence, several by address or Svinval, and too many for that. */
static void fences_work(void)
{
	take_rights(1);
	take_rights(2);
	take_rights(64);
	take_rights(65);
}

#define SFENCE (1UL << ERRATUM_SFENCE_ADDR)
#define STVAL  (1UL << ERRATUM_FETCH_STVAL)
#define TYPES  (1UL << ERRATUM_MEMORY_TYPES)

/* Each border of each row, by ids that are made up. */
static void errata_ids(void)
{
	static const struct {
		struct hart_ids ids;
		unsigned long errata;
	} want[] = {
		{ { 0x489, 0x8000000000000007, 0x20181003 }, SFENCE },
		{ { 0x489, 0x8000000000000007, 0x20181004 }, SFENCE | STVAL },
		{ { 0x489, 0x8000000000000007, 0x20191105 }, SFENCE | STVAL },
		{ { 0x489, 0x8000000000000007, 0x20191106 }, SFENCE },
		{ { 0x489, 0x8000000000000007, 0x20200630 }, SFENCE },
		{ { 0x489, 0x8000000000000007, 0x20200631 }, 0 },
		{ { 0x489, 0x8000000000000007, 0x04210427 }, 0 }, /* JH7110 */
		{ { 0x489, 0x8000000000000007, 0x01200626 }, 0 },
		{ { 0x489, 0x8000000000000007, 0 }, SFENCE },
		{ { 0x489, 1, 0x20190919 }, SFENCE },
		{ { 0x489, 1, 0x01200626 }, 0 },
		{ { 0x489, 2, 0x20181004 }, 0 },
		{ { 0x488, 0x8000000000000007, 0x20181004 }, 0 },
		{ { 0x5b7, 0, 0 }, TYPES },
		{ { 0x5b7, 0, 1 }, 0 },
		{ { 0x5b7, 1, 0 }, 0 },
		{ { 0, 0, 0 }, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		if (errata_by_ids(&want[i].ids) != want[i].errata)
			ktest_fail(__FILE__, __LINE__, "row %lu: 0x%lx", i,
				   errata_by_ids(&want[i].ids));
}

/* What is worked around is what this hart has. Its memory types need more than its ids. */
static void errata_here(void)
{
	const unsigned long stvec = csr_read(stvec);
	unsigned long flags;
	struct hart_ids ids;

	hart_read_ids(&ids);
	local_irq_save(flags);
	EXPECT_EQ(errata_probe() & ~boot_record.errata, 0);
	local_irq_restore(flags);
	EXPECT_EQ(csr_read(stvec), stvec);
	EXPECT_EQ(boot_record.errata & ~errata_by_ids(&ids), 0);
	EXPECT_EQ(boot_record.errata & ~TYPES, errata_by_ids(&ids) & ~TYPES);
	EXPECT_EQ(kernel_pgtable.type_bits, has_erratum(ERRATUM_MEMORY_TYPES) ? _PAGE_THEAD : 0);
}

/* A fetch from an address that is not canonical, as if the hart had left out its upper bits. */
static void errata_stval(void)
{
	const unsigned int bits = kernel_pgtable.geometry->input_bits;
	const unsigned long cut = 1UL << (bits - 1) | 0x2000, whole = cut | -(1UL << (bits - 1));
	const unsigned long before = boot_record.errata;
	struct pt_regs trap;

	for (unsigned int on = 0; on < 2; on++) {
		boot_record.errata = (before & ~STVAL) | (on ? STVAL : 0);
		EXPECT(probe_exec(cut, &trap) != 0);
		EXPECT_EQ(trap.cause, EXC_INST_PAGE_FAULT);
		EXPECT_EQ(trap.badaddr, on ? whole : cut);
		EXPECT(probe_exec(0x2000, &trap) != 0);
		EXPECT_EQ(trap.badaddr, 0x2000);
		EXPECT(probe_read(cut, 8, &(u64){ 0 }, &trap) != 0);
		EXPECT_EQ(trap.badaddr, cut);
	}
	boot_record.errata = before;
}

static const struct ktest_case cases[] = {
	{ "decision", decision },
	{ "used", used },
	{ "svnapot", svnapot },
	{ "svpbmt", svpbmt },
	{ "accessed_dirty", accessed_dirty },
	{ "svinval", svinval },
	{ "fences_work", fences_work },
	{ "errata_ids", errata_ids },
	{ "errata_here", errata_here },
	{ "errata_stval", errata_stval },
};
KTEST_SUITE(isa, cases);
