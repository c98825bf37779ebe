// SPDX-License-Identifier: BSD-2-Clause
/* Traps: caught, nested, and without a trace in what was interrupted. */
#include <kernel/errno.h>
#include <kernel/ktest.h>
#include <asm/fixmap.h>
#include <asm/hart.h>
#include <asm/sections.h>
#include "probe.h"

int trap_test_break(void *arg);
unsigned long trap_test_survivors(struct pt_regs *trap);

/*
 * trap_test_break() puts n * 0x0101010101010101 in each register xn but sp, gp and tp,
 * and traps. trap_test_survivors() puts other values, of n + 32, in s0..s11, calls that
 * under catch_trap(), and returns the bits that differ afterwards.
 */
/* clang-format off */
#define FILL(regs, add)                         \
	".irp n, " regs "\n"                    \
	"	li	x\\n, \\n + " #add "\n" \
	"	slli	t0, x\\n, 8\n"          \
	"	or	x\\n, x\\n, t0\n"       \
	"	slli	t0, x\\n, 16\n"         \
	"	or	x\\n, x\\n, t0\n"       \
	"	slli	t0, x\\n, 32\n"         \
	"	or	x\\n, x\\n, t0\n"       \
	".endr\n"
#define ALL   "1,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"
#define SAVED "8,9,18,19,20,21,22,23,24,25,26,27"

__asm__(".text\n"
	".balign 4\n"
	".globl trap_test_break\n"
	"trap_test_break:\n"
	FILL(ALL, 0)
	"	li	t0, 5\n"
	"	ebreak\n"
	"	ret\n"
	".globl trap_test_survivors\n"
	"trap_test_survivors:\n"
	"	addi	sp, sp, -112\n"
	"	sd	ra, 104(sp)\n"
	".set off, 0\n"
	".irp n, " SAVED "\n"
	"	sd	x\\n, off(sp)\n"
	".set off, off + 8\n"
	".endr\n"
	FILL(SAVED, 32)
	"	mv	a2, a0\n"
	"	la	a0, trap_test_break\n"
	"	li	a1, 0\n"
	"	call	catch_trap\n"
	"	li	a0, 0\n"
	".irp n, " SAVED "\n"
	"	li	t1, \\n + 32\n"
	"	slli	t0, t1, 8\n"
	"	or	t1, t1, t0\n"
	"	slli	t0, t1, 16\n"
	"	or	t1, t1, t0\n"
	"	slli	t0, t1, 32\n"
	"	or	t1, t1, t0\n"
	"	xor	t1, t1, x\\n\n"
	"	or	a0, a0, t1\n"
	".endr\n"
	".set off, 0\n"
	".irp n, " SAVED "\n"
	"	ld	x\\n, off(sp)\n"
	".set off, off + 8\n"
	".endr\n"
	"	ld	ra, 104(sp)\n"
	"	addi	sp, sp, 112\n"
	"	ret\n");
/* clang-format on */

/* The trap's frame is the interrupted state, register by register. */
static void frame(void)
{
	struct pt_regs trap;
	const unsigned long *reg = &trap.epc;

	EXPECT_EQ(catch_trap(trap_test_break, NULL, &trap), -EFAULT);
	EXPECT_EQ(trap.cause, EXC_BREAKPOINT);
	EXPECT(trap.epc - (unsigned long)trap_test_break < 1024);
	EXPECT_EQ(trap.t0, 5);
	for (unsigned long n = 1; n < 32; n++)
		if ((n < 2 || n > 5) && reg[n] != n * 0x0101010101010101)
			ktest_fail(__FILE__, __LINE__, "x%lu is 0x%lx", n, reg[n]);
	EXPECT_EQ(trap.tp, this_hart());
	EXPECT(trap.sp > this_hart()->stack_low && trap.sp < this_hart()->stack_high);
	EXPECT(trap.status & SR_SPP);
}

static void saved_registers(void)
{
	struct pt_regs trap;

	EXPECT_EQ(trap_test_survivors(&trap), 0);
	EXPECT_EQ(trap.s11, 27 * 0x0101010101010101);
}

static int illegal(void *arg)
{
	__asm__ __volatile__(".balign 4\n.word 0");
	return 0;
}

static int ebreak(void *arg)
{
	__asm__ __volatile__("ebreak");
	return 0;
}

static void causes(void)
{
	struct pt_regs trap;

	EXPECT_EQ(catch_trap(illegal, NULL, &trap), -EFAULT);
	EXPECT_EQ(trap.cause, EXC_INST_ILLEGAL);
	EXPECT(trap.epc - (unsigned long)illegal < 64);
	EXPECT_EQ(catch_trap(ebreak, NULL, &trap), -EFAULT);
	EXPECT_EQ(trap.cause, EXC_BREAKPOINT);
	EXPECT(trap.epc - (unsigned long)ebreak < 64);
	EXPECT_EQ(probe_exec(0, &trap), -EFAULT);
	EXPECT_EQ(trap.cause, EXC_INST_PAGE_FAULT);
	EXPECT_EQ(trap.epc, 0);
}

/* The tables allow it, the machine has nothing there. Not all have PMP for this. */
static void access_fault(void)
{
	set_fixmap(FIX_PHYS, 1UL << 55, PAGE_KERNEL);
	EXPECT_EQ(read_cause(fix_to_virt(FIX_PHYS)), EXC_LOAD_ACCESS);
	EXPECT_EQ(write_cause(fix_to_virt(FIX_PHYS)), EXC_STORE_ACCESS);
	clear_fixmap(FIX_PHYS);
}

static int answer(void *arg)
{
	return *(int *)arg;
}

static int nest(void *arg)
{
	unsigned int depth = *(unsigned int *)arg;
	struct recovery *mine = this_hart()->recovery;
	struct pt_regs trap;

	if (depth) {
		unsigned int inner = depth - 1;

		EXPECT_EQ(catch_trap(nest, &inner, &trap), -EFAULT);
		EXPECT_EQ(trap.cause, inner % 2 ? EXC_INST_ILLEGAL : EXC_BREAKPOINT);
	}
	EXPECT(this_hart()->recovery == mine);
	return depth % 2 ? illegal(NULL) : ebreak(NULL);
}

static void nested(void)
{
	struct recovery *outer = this_hart()->recovery;
	struct pt_regs trap;
	unsigned int depth = 5;
	int value = 42;

	EXPECT_EQ(catch_trap(nest, &depth, &trap), -EFAULT);
	EXPECT_EQ(trap.cause, EXC_INST_ILLEGAL);
	EXPECT(this_hart()->recovery == outer);
	EXPECT_EQ(catch_trap(answer, &value, &trap), 42);
	EXPECT_EQ(try_call(answer, &value), 42);
	EXPECT(this_hart()->recovery == outer);
}

/* Again and again: the emergency stack is given back each time. */
static void stack_overflow(void)
{
	struct hart *hart = this_hart();
	unsigned long low = hart->stack_low, high = hart->stack_high;
	struct pt_regs trap;

	for (unsigned int i = 0; i < 3; i++) {
		EXPECT_EQ(catch_trap(overflow_stack, NULL, &trap), -EFAULT);
		EXPECT_EQ(trap.cause, EXC_STORE_PAGE_FAULT);
		EXPECT_EQ(trap.badaddr & PAGE_MASK, (unsigned long)__stack_guard);
		EXPECT_EQ(hart->stack_low, low);
		EXPECT_EQ(hart->stack_high, high);
		EXPECT_EQ(hart->in_report, 0);
	}
	EXPECT_EQ(low, (unsigned long)__stack_low);
	EXPECT_EQ(high, (unsigned long)__stack_high);
}

static unsigned long global_pointer(void)
{
	unsigned long gp;

	__asm__ __volatile__("mv %0, gp" : "=r"(gp));
	return gp;
}

static void hart_state(void)
{
	unsigned long gp = global_pointer(), status = csr_read(sstatus), vector = csr_read(stvec);
	struct pt_regs trap;

	EXPECT(this_hart() == &boot_hart);
	EXPECT_EQ(catch_trap(ebreak, NULL, &trap), -EFAULT);
	EXPECT(this_hart() == &boot_hart);
	EXPECT_EQ(global_pointer(), gp);
	EXPECT_EQ(csr_read(stvec), vector);
	EXPECT_EQ(csr_read(sstatus) & SR_SIE, status & SR_SIE);
	EXPECT_EQ(this_hart()->in_report, 0);
}

static void probes(void)
{
	static u64 word = 0x8877665544332211;
	unsigned long va = (unsigned long)&word;
	struct pt_regs trap;
	u64 value;

	EXPECT_EQ(probe_read(va, 1, &value, &trap), 0);
	EXPECT_EQ(value, 0x11);
	EXPECT_EQ(probe_read(va + 2, 2, &value, &trap), 0);
	EXPECT_EQ(value, 0x4433);
	EXPECT_EQ(probe_read(va + 4, 4, &value, &trap), 0);
	EXPECT_EQ(value, 0x88776655);
	EXPECT_EQ(probe_write(va + 7, 1, 0xff99, &trap), 0);
	EXPECT_EQ(word, 0x9977665544332211);
	EXPECT_EQ(probe_write(va, 4, 0, &trap), 0);
	EXPECT_EQ(word, 0x9977665500000000);
	EXPECT_EQ(probe_write(va, 8, 0x8877665544332211, &trap), 0);
	EXPECT_EQ(probe_read(va, 8, &value, &trap), 0);
	EXPECT_EQ(value, 0x8877665544332211);
	EXPECT_EQ(probe_read(va, 3, &value, &trap), -EINVAL);
	EXPECT_EQ(probe_read(va + 1, 2, &value, &trap), -EINVAL);
	EXPECT_EQ(probe_write(va + 4, 8, 0, &trap), -EINVAL);
	EXPECT_EQ(probe_write(va, 0, 0, &trap), -EINVAL);
}

static const struct ktest_case cases[] = {
	{ "frame", frame },           { "saved_registers", saved_registers },
	{ "causes", causes },         { "access_fault", access_fault },
	{ "nested", nested },         { "stack_overflow", stack_overflow },
	{ "hart_state", hart_state }, { "probes", probes },
};
KTEST_SUITE(trap, cases);
