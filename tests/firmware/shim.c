// SPDX-License-Identifier: BSD-2-Clause
/*
 * A small M-mode firmware for QEMU's virt machine: enters an image in S-mode and serves the SBI
 * calls it needs, less what its orders omit; and it makes harts look broken. For tests only.
 * Documentation/howto/boot-on-your-own-firmware.md says what each part is for.
 */
#include "orders.h"

typedef uint64_t u64;
typedef int64_t s64;
typedef uint32_t u32;
typedef uint8_t u8;

#define REG(type, addr) (*(volatile type *)(addr))
#define UART            0x10000000UL /* ns16550a */
#define FINISHER        0x100000UL   /* SiFive's test device */
#define MSIP(hart)      REG(u32, 0x2000000UL + 4 * (hart))
#define MTIMECMP(hart)  REG(u64, 0x2004000UL + 8 * (hart))

#define csr_read(csr)                                                           \
	({                                                                      \
		u64 v_;                                                         \
		__asm__ __volatile__("csrr %0, " #csr : "=r"(v_) : : "memory"); \
		v_;                                                             \
	})
#define csr_write(csr, value) \
	__asm__ __volatile__("csrw " #csr ", %0" : : "r"((u64)(value)) : "memory")
#define csr_set(csr, bits) __asm__ __volatile__("csrs " #csr ", %0" : : "r"((u64)(bits)) : "memory")
#define csr_clear(csr, bits) \
	__asm__ __volatile__("csrc " #csr ", %0" : : "r"((u64)(bits)) : "memory")

/* Priv 20250508 §3.1.6 mstatus, §3.1.9 mip, §12.1.11 satp, §3.7 PMP. */
#define MSTATUS_SIE   (1UL << 1)
#define MSTATUS_SPIE  (1UL << 5)
#define MSTATUS_SPP   (1UL << 8)
#define MSTATUS_MPP   (3UL << 11)
#define MSTATUS_MPP_S (1UL << 11)
#define MSTATUS_TVM   (1UL << 20)
#define MIP_SSIP      (1UL << 1)
#define MIP_MSIP      (1UL << 3)
#define MIP_STIP      (1UL << 5)
#define MIP_MTIP      (1UL << 7)
#define MIP_SEIP      (1UL << 9)
#define SATP_PPN      ((1UL << 44) - 1)
#define SATP_ASID_BIT (1UL << 44)
#define SATP_MODE(v)  ((v) >> 60)
#define SATP_SV39     8
#define PMP_TOR       0x08
#define PMP_NAPOT     0x18
#define PMP_RWX       0x07

#define CAUSE_IRQ     (1UL << 63)
#define CAUSE_ILLEGAL 2
#define CAUSE_S_ECALL 9
/* All that S-mode can handle, but illegal instructions, some of which are emulated here. */
#define DELEGATED 0xb1fb

enum {
	STARTED,
	STOPPED,
	START_PENDING
}; /* SBI 2.0 chapter 9 */

#define SBI_NOT_SUPPORTED (-2)
#define SBI_INVALID       (-3)
#define SBI_AVAILABLE     (-6)

enum {
	A0 = 10,
	A1,
	A2,
	A3,
	A4,
	A5,
	A6,
	A7
};

struct hart {
	u32 state, fence, ipi;
	u64 addr, opaque;
	u64 satp; /* as it reads */
};

extern const struct orders orders;
_Static_assert(sizeof(struct orders) == 64, "start.S leaves room for as much");
extern char empty_table[4096];

static u64 tree;

/* What one writes and another reads is volatile; the order is made by the atomics. */
static volatile struct hart harts[MAX_HARTS] = {
	[0 ... MAX_HARTS - 1] = { .state = STOPPED },
};

static u64 this_hart(void)
{
	return csr_read(mhartid);
}

static void putchar(char c)
{
	while (!(REG(u8, UART + 5) & 0x20))
		;
	REG(u8, UART) = (u8)c;
}

static s64 getchar(void)
{
	return REG(u8, UART + 5) & 1 ? REG(u8, UART) : -1;
}

/* --- Harts --- */

static u64 tor(u64 end)
{
	return end >> 2;
}

/* The firmware's own memory, then what the orders close; the rest is open. */
static void close_memory(u64 hart)
{
	u64 cfg = PMP_NAPOT | (u64)(PMP_NAPOT | PMP_RWX) << 24;

	csr_write(pmpaddr0, 0x80000000UL >> 2 | 0x7fff); /* 256 KiB */
	csr_write(pmpaddr3, ~0UL);
	if (orders.closed_harts >> hart & 1) {
		csr_write(pmpaddr1, tor(orders.closed_start));
		csr_write(pmpaddr2, tor(orders.closed_end));
		cfg |= PMP_TOR << 16;
	}
	csr_write(pmpcfg0, cfg);
}

static __attribute__((noreturn)) void enter(u64 hart, u64 addr, u64 opaque)
{
	register u64 a0 __asm__("a0") = hart;
	register u64 a1 __asm__("a1") = opaque;
	extern char stacks[];
	u64 status = csr_read(mstatus) & ~(MSTATUS_MPP | MSTATUS_SIE | MSTATUS_TVM);

	if (orders.missing[hart] || orders.flaw[hart])
		status |= MSTATUS_TVM;
	csr_write(mstatus, status | MSTATUS_MPP_S);
	csr_write(medeleg, DELEGATED);
	csr_write(mideleg, MIP_SSIP | MIP_STIP | MIP_SEIP);
	csr_write(mcounteren, 7); /* cycle, time, instret */
	csr_write(mie, MIP_MSIP);
	csr_clear(mip, MIP_SSIP | MIP_STIP);
	csr_write(satp, 0);
	csr_write(mepc, addr);
	harts[hart].satp = 0;
	__atomic_store_n(&harts[hart].state, STARTED, __ATOMIC_SEQ_CST);
	__asm__ __volatile__("fence.i; sfence.vma; csrw mscratch, %2; mret"
			     :
			     : "r"(a0), "r"(a1), "r"(stacks + 4096 * (hart + 1))
			     : "memory");
	__builtin_unreachable();
}

/* What other harts have asked of this one. */
static void serve(u64 hart)
{
	MSIP(hart) = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&harts[hart].fence, __ATOMIC_SEQ_CST)) {
		__asm__ __volatile__("sfence.vma; fence.i" : : : "memory");
		__atomic_store_n(&harts[hart].fence, 0, __ATOMIC_SEQ_CST);
	}
	if (__atomic_exchange_n(&harts[hart].ipi, 0, __ATOMIC_SEQ_CST))
		csr_set(mip, MIP_SSIP);
}

static __attribute__((noreturn)) void wait_for_start(u64 hart)
{
	csr_write(mie, MIP_MSIP);
	while (harts[hart].state != START_PENDING || orders.lost >> hart & 1) {
		__asm__ __volatile__("wfi" : : : "memory");
		serve(hart);
	}
	enter(hart, harts[hart].addr, harts[hart].opaque);
}

void shim_main(u64 hart, u64 dtb)
{
	close_memory(hart);
	if (hart == orders.boot_hart)
		tree = dtb;
	if (hart == orders.boot_hart || orders.together >> hart & 1)
		enter(hart, orders.entry, dtb);
	wait_for_start(hart);
}

/* --- SBI --- */

static s64 hart_call(u64 function, u64 hart, u64 addr, u64 opaque, s64 *value)
{
	if (function == 1) {
		__atomic_store_n(&harts[this_hart()].state, STOPPED, __ATOMIC_SEQ_CST);
		wait_for_start(this_hart());
	}
	if (hart >= MAX_HARTS)
		return SBI_INVALID;
	if (function == 2)
		*value = harts[hart].state;
	else if (function != 0)
		return SBI_NOT_SUPPORTED;
	else if (harts[hart].state != STOPPED)
		return SBI_AVAILABLE;
	else {
		harts[hart].addr = addr;
		harts[hart].opaque = opaque;
		__atomic_store_n(&harts[hart].state, START_PENDING, __ATOMIC_SEQ_CST);
		MSIP(hart) = 1;
	}
	return 0;
}

static int asked(u64 hart, u64 mask, u64 base)
{
	return base == ~0UL || (hart >= base && hart - base < 64 && mask >> (hart - base) & 1);
}

/* Both kinds: an interrupt, or all fences there are, waited for. */
static s64 remote(u64 mask, u64 base, int fence)
{
	u64 self = this_hart();

	for (u64 hart = 0; hart < MAX_HARTS; hart++) {
		if (!asked(hart, mask, base) || harts[hart].state != STARTED)
			continue;
		__atomic_store_n(fence ? &harts[hart].fence : &harts[hart].ipi, 1,
				 __ATOMIC_SEQ_CST);
		MSIP(hart) = 1;
		while (fence && harts[hart].state == STARTED &&
		       __atomic_load_n(&harts[hart].fence, __ATOMIC_SEQ_CST))
			serve(self); /* two that wait for each other would do so for ever */
	}
	return 0;
}

static s64 set_timer(u64 when)
{
	MTIMECMP(this_hart()) = when;
	csr_clear(mip, MIP_STIP);
	csr_set(mie, MIP_MTIP);
	return 0;
}

/* A restart enters the image as it is: nobody loads it again. */
static s64 reset(u64 type)
{
	if (type)
		enter(this_hart(), orders.entry, tree);
	REG(u32, FINISHER) = 0x5555;
	for (;;)
		__asm__ __volatile__("wfi");
	return 0;
}

/* Where S-mode does nothing but fault, it can't end the run itself. */
static void watch_faults(void)
{
	if (this_hart() == orders.boot_hart)
		set_timer(csr_read(time) + 10000000); /* 1 s */
}

static void end_faults(void)
{
	for (const char *c = "shim: S-mode faults for ever\n"; *c; c++)
		putchar(*c);
	reset(0);
}

static s64 console(u64 function, u64 count, u64 addr, s64 *value)
{
	s64 c;

	if (function == 2)
		putchar((char)count);
	else if (function == 0)
		for (; (u64)*value < count; ++*value)
			putchar(((const char *)addr)[*value]);
	else if (function == 1)
		for (; (u64)*value < count && (c = getchar()) >= 0; ++*value)
			((char *)addr)[*value] = (char)c;
	else
		return SBI_NOT_SUPPORTED;
	return 0;
}

static const struct {
	u64 ext;
	u32 omit;
} extensions[] = {
	{ 0x10, 0 },                    /* BASE */
	{ 0x54494d45, OMIT_TIME },      /* TIME */
	{ 0x735049, OMIT_REMOTE },      /* IPI */
	{ 0x52464e43, OMIT_REMOTE },    /* RFENCE */
	{ 0x48534d, OMIT_HSM },         /* HSM */
	{ 0x53525354, OMIT_SRST },      /* SRST */
	{ 0x4442434e, OMIT_DBCN },      /* DBCN */
	{ 0, OMIT_LEGACY },             /* set timer */
	{ 1, OMIT_LEGACY },             /* putchar */
	{ 2, OMIT_LEGACY },             /* getchar */
	{ 8, OMIT_LEGACY | OMIT_SRST }, /* shutdown */
};

static int has(u64 ext)
{
	for (u32 i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (extensions[i].ext == ext)
			return !(orders.omit & extensions[i].omit);
	return 0;
}

static s64 base_call(u64 function, u64 ext)
{
	switch (function) {
	case 0:
		return 2 << 24; /* SBI 2.0 */
	case 1:
		return 0xca112; /* an id nobody has */
	case 3:
		return has(ext);
	case 4:
		return orders.maee >> this_hart() & 1 ? 0x5b7 : (s64)csr_read(mvendorid);
	case 5:
		return (s64)csr_read(marchid);
	case 6:
		return (s64)csr_read(mimpid);
	default:
		return 0;
	}
}

static s64 call(const u64 *x, s64 *value)
{
	switch (x[A7]) {
	case 0x10:
		*value = base_call(x[A6], x[A0]);
		return 0;
	case 0:
	case 0x54494d45:
		return set_timer(x[A0]);
	case 1:
		putchar((char)x[A0]);
		return 0;
	case 2:
		return getchar();
	case 8:
		return reset(0);
	case 0x735049:
		return remote(x[A0], x[A1], 0);
	case 0x52464e43:
		return remote(x[A0], x[A1], 1);
	case 0x48534d:
		return hart_call(x[A6], x[A0], x[A1], x[A2], value);
	case 0x53525354:
		return reset(x[A0]);
	default:
		return console(x[A6], x[A0], x[A1], value);
	}
}

static void sbi(u64 *x)
{
	s64 value = 0, error = SBI_NOT_SUPPORTED;

	if (has(x[A7]))
		error = call(x, &value);
	x[A0] = (u64)error;
	if (x[A7] > 0xf) /* the legacy calls leave a1 alone */
		x[A1] = (u64)value;
}

/* --- satp, where mstatus.TVM=1 makes it trap --- */

static void write_satp(u64 hart, u64 value)
{
	u64 mode = SATP_MODE(value);
	volatile u64 *shown = &harts[hart].satp;

	if (mode && (orders.missing[hart] >> (mode - SATP_SV39) & 1)) {
		if (orders.flaw[hart] == SATP_KEEP_PPN)
			*shown = (*shown & ~SATP_PPN) | (value & SATP_PPN);
		return;
	}
	csr_write(satp, value);
	*shown = csr_read(satp);
	if (mode && orders.flaw[hart] == SATP_FAULT) {
		csr_write(satp, mode << 60 | (u64)empty_table >> 12);
		watch_faults();
	}
	if (mode && orders.flaw[hart] == SATP_READ)
		*shown ^= SATP_ASID_BIT;
}

/* csrrw, csrrs, csrrc and their immediate forms, of satp. */
static void access_satp(u64 *x, u32 insn)
{
	u32 rd = insn >> 7 & 31, rs1 = insn >> 15 & 31, how = insn >> 12 & 3;
	u64 hart = this_hart(), old = harts[hart].satp;
	u64 operand = insn >> 14 & 1 ? rs1 : rs1 == 2 ? csr_read(mscratch) : x[rs1];

	if (how == 1)
		write_satp(hart, operand);
	else if (rs1)
		write_satp(hart, how == 2 ? old | operand : old & ~operand);
	if (rd)
		x[rd] = old;
}

static int emulate(u64 *x, u32 insn)
{
	if ((insn & 0x7f) == 0x73 && insn >> 20 == 0x180 && (insn >> 12 & 3))
		access_satp(x, insn);
	else if ((insn & 0xfe007fff) == 0x12000073 || (insn & 0xfe007fff) == 0x16000073)
		__asm__ __volatile__("sfence.vma" : : : "memory"); /* sfence.vma, sinval.vma */
	else if ((insn & 0xfffff07f) == 0x5c002073 && orders.maee >> this_hart() & 1)
		x[insn >> 7 & 31] = 1UL << 21; /* csrr of T-Head's sxstatus: MAEE */
	else
		return 0;
	csr_write(mepc, csr_read(mepc) + 4);
	return 1;
}

/* As if the trap had been delegated. */
static void redirect(void)
{
	u64 status = csr_read(mstatus), s = status & ~(MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_SIE);

	csr_write(scause, csr_read(mcause));
	csr_write(stval, csr_read(mtval));
	csr_write(sepc, csr_read(mepc));
	if (status & MSTATUS_MPP)
		s |= MSTATUS_SPP;
	if (status & MSTATUS_SIE)
		s |= MSTATUS_SPIE;
	csr_write(mstatus, (s & ~MSTATUS_MPP) | MSTATUS_MPP_S);
	csr_write(mepc, csr_read(stvec) & ~3UL);
}

void shim_trap(u64 *x)
{
	u64 cause = csr_read(mcause);

	if (cause == (CAUSE_IRQ | 3)) {
		serve(this_hart());
	} else if (cause == (CAUSE_IRQ | 7)) {
		if (orders.flaw[this_hart()] == SATP_FAULT && csr_read(satp))
			end_faults();
		csr_clear(mie, MIP_MTIP);
		csr_set(mip, MIP_STIP);
	} else if (cause == CAUSE_S_ECALL) {
		csr_write(mepc, csr_read(mepc) + 4);
		sbi(x);
	} else if (cause != CAUSE_ILLEGAL || !emulate(x, (u32)csr_read(mtval))) {
		redirect();
	}
}
