/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry from the reset vector, in M-mode on all harts: a0 = hart id, a1 = device tree. And
 * traps: mscratch holds the top of the hart's M-mode stack while the hart is in S-mode.
 */
	.section .text.start, "ax"
	.globl _start
_start:
	j	1f
	.balign 16
	.globl orders
orders:
	.dword	0x80200000		/* where QEMU's -kernel puts the image */
	.zero	56			/* the rest of struct orders */
1:	li	t0, 8			/* MAX_HARTS */
	bgeu	a0, t0, 2f
	la	sp, stacks
	addi	t0, a0, 1
	slli	t0, t0, 12
	add	sp, sp, t0
	csrw	mscratch, sp
	la	t0, trap_entry
	csrw	mtvec, t0
	j	shim_main
2:	wfi
	j	2b

	.balign 4
trap_entry:
	csrrw	sp, mscratch, sp
	addi	sp, sp, -256
	.irp	n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd	x\n, 8*\n(sp)
	.endr
	csrr	t0, mscratch
	sd	t0, 16(sp)
	mv	a0, sp
	call	shim_trap
	.irp	n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	ld	x\n, 8*\n(sp)
	.endr
	addi	sp, sp, 256
	csrrw	sp, mscratch, sp
	mret

	.bss
	.balign 4096
	.globl empty_table
empty_table:
	.zero	4096
	.globl stacks
stacks:
	.zero	8 * 4096
