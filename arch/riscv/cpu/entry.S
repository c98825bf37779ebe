/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trap entry and exit, and the way back out of a call that trapped.
 *
 * Entry: any S-mode context; tp holds this hart's struct hart, sp may be anything.
 * Interrupts are off (the trap cleared sstatus.SIE).
 */
#include <asm/asm-offsets.h>
#include <asm/hart.h>
#include <asm/linkage.h>
#include <asm/sbi.h>

/* A report needs less than this much stack below the registers. */
#define REPORT_ROOM 3072

	.text
SYM_FUNC_START(trap_entry)
	sd	t0, HART_SCRATCH(tp)
	sd	t1, HART_SCRATCH+8(tp)
	/* Is there room on the stack, and is sp on it at all? */
	li	t0, -(PT_REGS_SIZE + REPORT_ROOM)
	add	t1, sp, t0
	ld	t0, HART_STACK_LOW(tp)
	bltu	t1, t0, 1f
	ld	t0, HART_STACK_HIGH(tp)
	bgtu	sp, t0, 1f
	addi	t1, sp, -PT_REGS_SIZE
	j	2f
1:	ld	t1, HART_EMERGENCY(tp)
	addi	t1, t1, -PT_REGS_SIZE

2:	/* Register n is saved at 8 * n, x2 and the two scratch ones by hand. */
	sd	sp, PT_SP(t1)
	mv	sp, t1
	.irp	n, 1,3,4,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd	x\n, 8*\n(sp)
	.endr
	ld	t0, HART_SCRATCH(tp)
	ld	t1, HART_SCRATCH+8(tp)
	sd	t0, 8*5(sp)
	sd	t1, 8*6(sp)
	csrr	t0, sepc
	csrr	t1, sstatus
	csrr	t2, stval
	sd	t0, PT_EPC(sp)
	sd	t1, PT_STATUS(sp)
	csrr	t0, scause
	sd	t2, PT_BADADDR(sp)
	sd	t0, PT_CAUSE(sp)
	ld	t0, HART_STACK_LOW(tp)
	ld	t1, HART_STACK_HIGH(tp)
	sd	t0, PT_STACK_LOW(sp)
	sd	t1, PT_STACK_HIGH(sp)

	ld	t2, PT_SP(sp)
	addi	t1, sp, PT_REGS_SIZE
	beq	t1, t2, 3f
	/* The emergency stack becomes the stack, so that a trap on it nests there. */
	li	t0, EMERGENCY_SIZE
	sub	t0, t1, t0
	sd	t0, HART_STACK_LOW(tp)
	sd	t1, HART_STACK_HIGH(tp)

3:	mv	a0, sp
	call	handle_trap

	ld	t0, PT_STACK_LOW(sp)
	ld	t1, PT_STACK_HIGH(sp)
	sd	t0, HART_STACK_LOW(tp)
	sd	t1, HART_STACK_HIGH(tp)
	ld	t0, PT_EPC(sp)
	ld	t1, PT_STATUS(sp)
	csrw	sepc, t0
	csrw	sstatus, t1
	.irp	n, 1,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	ld	x\n, 8*\n(sp)
	.endr
	ld	sp, PT_SP(sp)
	sret
SYM_FUNC_END(trap_entry)

/*
 * int recovery_enter(struct recovery *r, int (*fn)(void *), void *arg)
 * Calls fn(arg) and returns its value; recovery_resume(r, value) makes it return at
 * once, from however deep. What the callee must preserve is in r: ra sp s0..s11.
 */
SYM_FUNC_START(recovery_enter)
	sd	ra, 0(a0)
	sd	sp, 8(a0)
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11
	sd	s\n, 16+8*\n(a0)
	.endr
	addi	sp, sp, -16	/* a frame like a compiler's, for backtraces */
	sd	ra, 8(sp)
	sd	s0, 0(sp)
	addi	s0, sp, 16
	mv	s1, a0
	mv	a0, a2
	jalr	a1
	mv	a1, a0
	mv	a0, s1
	/* falls through: an ordinary return is a resume too */
SYM_FUNC_START(recovery_resume)
	ld	ra, 0(a0)
	ld	sp, 8(a0)
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11
	ld	s\n, 16+8*\n(a0)
	.endr
	mv	a0, a1
	ret
SYM_FUNC_END(recovery_resume)
SYM_FUNC_END(recovery_enter)

/*
 * Where the firmware interrupts a hart that takes no interrupts (SBI 3.0 chapter 17): a6 =
 * hart id, a7 = what nmi_cpu_init() gave it, a struct pt_regs; both are saved by the firmware,
 * and sepc is where the hart was. OpenSBI 1.5, older than the chapter, has them the other way
 * round: the address is the negative one. Writes down the registers, waits until who asked has
 * seen enough (nmi.c, look()), and goes back. Needs no stack, which may be what the hart has lost.
 */
SYM_FUNC_START(nmi_entry)
	bltz	a7, 1f
	mv	a7, a6
1:
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd	x\n, 8*\n(a7)
	.endr
	csrr	a6, sepc
	sd	a6, PT_EPC(a7)
	csrr	a6, sstatus
	sd	a6, PT_STATUS(a7)
	addi	t0, a7, PT_CAUSE
	li	t1, 1
	amoswap.d.aqrl t1, t1, (t0)
	bnez	t1, 2f
	sd	zero, 0(t0)		/* who asked has given up */
2:	ld	t1, 0(t0)
	bnez	t1, 2b			/* until the stack has been copied */
	ld	t0, 8*5(a7)
	ld	t1, 8*6(a7)
	li	a6, SBI_SSE_COMPLETE
	li	a7, SBI_EXT_SSE
	ecall
SYM_FUNC_END(nmi_entry)
