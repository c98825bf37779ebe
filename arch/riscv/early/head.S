/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way in: from the firmware's jump to start_kernel() at the link address.
 *
 * Entry (Documentation/reference/boot-protocol): a0 = hart id, a1 = physical
 * address of the device tree, satp = 0, interrupts off, loaded at a multiple of
 * 2 MiB. Everything up to .Ltaken runs at the load address with translation off;
 * all references are relative to the pc, so the code does not care where it is.
 */
#include <asm/asm-offsets.h>
#include <asm/boot_record.h>
#include <asm/csr.h>
#include <asm/errata.h>
#include <asm/hart.h>
#include <asm/image.h>
#include <asm/linkage.h>
#include <asm/page.h>
#include <asm/sbi.h>

	.section ".head.text", "ax"
	.globl _start
_start:
	/* code0 and code1 are 8 bytes: boot loaders count on the offsets below. */
	.option push
	.option norvc
	j	start_hart
	.option pop
	.word	0
	.dword	IMAGE_TEXT_OFFSET
	.dword	_end - _start
	.dword	IMAGE_FLAGS
	.word	IMAGE_VERSION
	.word	0
	.dword	0
	.dword	IMAGE_MAGIC
	.word	IMAGE_MAGIC2
	.word	0

/* gp must not be loaded relative to itself, hence norelax. */
.macro load_gp
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
.endm

/*
 * s0 = hart id, s1 = device tree, s2 = satp as found, s3 = retired instructions.
 * Nothing before `csrw stvec` can trap.
 */
start_hart:
	la	t0, early_trap
	csrw	stvec, t0
	csrw	sie, zero
	csrci	sstatus, SR_SIE
	li	t0, SR_FS | SR_VS	/* no FP, no vector: their use here is a bug */
	csrc	sstatus, t0
	mv	s0, a0
	mv	s1, a1
	csrr	s2, satp
	csrw	satp, zero
	sfence.vma

	/* Firmware without HSM lets all harts in at once: the first one boots. */
	la	t0, boot_record + BOOT_ENTERED
	li	t1, 1
	amoadd.w t1, t1, (t0)
	bnez	t1, entered_late

	/* The counter may be closed to S-mode; then the trap lands behind the read. */
	la	t0, 1f
	csrw	stvec, t0
	li	s3, 0
	csrr	s3, instret
	.balign 4
1:	la	t0, early_trap
	csrw	stvec, t0

	load_gp
	la	tp, boot_hart
	la	sp, __stack_high
	li	t0, CANARY
	sd	t0, HART_CANARY(tp)

	mv	a0, s0
	mv	a1, s1
	mv	a2, s2
	mv	a3, s3
	call	__early_entry_check	/* before BSS is cleared: a bad entry is refused unharmed */

	la	a0, __bss_start
	li	a1, 0
	la	a2, __bss_stop
	sub	a2, a2, a0
	call	__early_memset
	call	__early_setup_vm

/*
 * The probe. From the deepest mode allowed down to sv39: point stvec at .Ltaken's
 * virtual address and write satp. A hart that has the mode cannot fetch the next
 * instruction, since no table maps the load address, and arrives at .Ltaken by that
 * page fault. A hart that has not ignores the write (Priv 20250508 §12.1.11) and
 * goes on here. MODE takes effect at once (same section), so nothing runs between.
 * No memory is touched from `csrw satp` on until .Ltaken.
 *
 * s0 = levels, s1 = &boot_record, s2 = virtual minus physical, s3 = satp to write,
 * s4 = satp read back, s5 = the mode's slot in the record's arrays.
 */
	la	s1, boot_record
	lbu	s0, BOOT_LIMIT(s1)
	li	s2, KERNEL_LINK_ADDR
	la	t0, _start
	sub	s2, s2, t0
.Ltry:
	mv	a0, s0
	call	__early_announce_try
	addi	s5, s0, -LEVELS_MIN
	slli	s5, s5, 3
	add	s5, s5, s1
	ld	s3, BOOT_SATP_TRY(s5)
	la	t0, .Ltaken
	add	t0, t0, s2
	csrw	stvec, t0
	sfence.vma			/* the tables' stores before their first walk */
	csrw	satp, s3
	csrr	s4, satp		/* still here: not taken */
	csrw	satp, zero
	sfence.vma
	la	t0, early_trap
	csrw	stvec, t0
	sd	s4, BOOT_SATP_READ(s5)
	addi	s0, s0, -1
	li	t0, LEVELS_MIN
	bgeu	s0, t0, .Ltry
	tail	__early_no_paging

/* Translation is on, for good; pc is a link address, all other registers are physical. */
	.balign 4
.Ltaken:
	load_gp
	la	tp, boot_hart
	la	sp, __stack_high
	la	t0, early_trap
	csrw	stvec, t0
	csrr	s4, satp
	add	s5, s5, s2
	add	s1, s1, s2
	li	t0, BOOT_STAGE_PAGING
	sw	t0, BOOT_STAGE(s1)
	sb	s0, BOOT_LEVELS(s1)
	sd	s4, BOOT_SATP_READ(s5)
	bne	s4, s3, 2f
	tail	start_kernel
2:	tail	__early_satp_differs

/*
 * Where the firmware starts the other harts: a0 = hart id, a1 = physical address of the
 * struct hart, satp = 0, interrupts off. The same way in as above, with the tables and the
 * mode that are in use: there is nothing to try.
 *
 * s0 = struct hart, s1 = the same with translation on, s2 = satp to write.
 */
SYM_FUNC_START(secondary_entry)
	mv	s0, a1
	la	t0, secondary_trap
	csrw	stvec, t0
	csrw	sie, zero
	csrci	sstatus, SR_SIE
	li	t0, SR_FS | SR_VS
	csrc	sstatus, t0
	li	t0, 1
	sw	t0, HART_ARRIVED(s0)
	/* With T-Head's memory types all leaves differ. Told now: memory may not work later. */
	li	t1, 0
	li	a7, SBI_EXT_BASE
	li	a6, SBI_BASE_GET_MVENDORID
	ecall
	li	t0, VENDOR_THEAD
	bne	a1, t0, 1f
	la	t0, 1f
	csrw	stvec, t0
	csrr	t1, CSR_TH_SXSTATUS
	.balign 4
1:	la	t0, secondary_trap
	csrw	stvec, t0
	srli	t1, t1, TH_SXSTATUS_MAEE
	andi	t1, t1, 1
	la	t0, boot_record
	lbu	t2, BOOT_MAEE(t0)
	li	t0, HART_OTHER_TYPES
	bne	t1, t2, .Lleave
	ld	s1, HART_SELF(s0)
	la	t0, boot_record
	ld	s2, BOOT_SATP(t0)
	la	t0, .Lsecondary_taken
	la	t1, _start
	sub	t0, t0, t1
	li	t1, KERNEL_LINK_ADDR
	add	t0, t0, t1
	csrw	stvec, t0
	sfence.vma
	csrw	satp, s2
	csrr	s3, satp		/* still here: not taken */
	csrw	satp, zero
	sfence.vma
	la	t0, park
	csrw	stvec, t0
	sd	s3, HART_WHY(s0)
	li	t0, HART_NO_MODE
.Lleave:
	fence	w, w			/* why, before what */
	sw	t0, HART_STATE(s0)
	fence	w, rw
	li	a7, SBI_EXT_HSM
	li	a6, SBI_HSM_HART_STOP
	ecall
	j	park

	.balign 4
.Lsecondary_taken:
	load_gp
	mv	tp, s1
	la	t0, trap_entry
	csrw	stvec, t0
	ld	sp, HART_STACK_HIGH(tp)
	tail	secondary_start_kernel

/* Before that: the boot hart is left a note. s0 as above. */
	.balign 4
secondary_trap:
	la	t0, park
	csrw	stvec, t0
	csrr	t0, scause
	sd	t0, HART_WHY(s0)
	csrr	t0, sepc
	sd	t0, HART_WHY+8(s0)
	csrr	t0, stval
	sd	t0, HART_WHY+16(s0)
	li	t0, HART_TRAPPED
	j	.Lleave
SYM_FUNC_END(secondary_entry)

/*
 * The vector until traps are set up, with translation off or on: sp, gp and tp are
 * not trusted.
 */
	.balign 4
early_trap:
	la	t0, early_trap_again
	csrw	stvec, t0
	csrr	a0, scause
	csrr	a1, sepc
	csrr	a2, stval
	mv	a3, ra
	load_gp
	la	tp, boot_hart
	la	sp, __emergency_high
	tail	__early_trap_report

/* A trap in the report itself: what the report trapped on may be its stack or its texts. */
	.balign 4
early_trap_again:
	la	t0, park
	csrw	stvec, t0
	csrr	s2, scause
	csrr	s3, sepc
	csrr	s4, stval
	la	s7, power_off
	la	s1, .Lagain

/*
 * Say a text. Uses registers only, and no memory but the page it lies in, which can at least be
 * fetched and is never given back.
 *
 * s1 = the text's rest, s2, s3, s4 = the numbers to be put in where it has \001, s7 = what then.
 */
say:
	lbu	s5, (s1)
	addi	s1, s1, 1
	li	s6, -4			/* the digit's place; no number */
	bnez	s5, 1f
	jr	s7
1:	li	t0, 1
	bne	s5, t0, 3f
	li	s6, 60
2:	srl	s5, s2, s6
	andi	s5, s5, 15
	addi	s5, s5, '0'
	li	t0, '9'
	ble	s5, t0, 3f
	addi	s5, s5, 'a' - '9' - 1
3:	mv	a0, s5
	li	a7, SBI_EXT_DBCN
	li	a6, SBI_DBCN_WRITE_BYTE
	ecall				/* all but a0 and a1 is kept */
	beqz	a0, 4f
	mv	a0, s5
	li	a7, SBI_EXT_LEGACY_PUTCHAR
	ecall
4:	addi	s6, s6, -4
	bgez	s6, 2b
	li	t0, -4
	bne	s6, t0, say		/* was no digit */
	mv	s2, s3
	mv	s3, s4
	j	say
power_off:
	li	a7, SBI_EXT_SRST
	li	a6, 0
	li	a0, SBI_SRST_SHUTDOWN
	li	a1, SBI_SRST_REASON_FAILURE
	ecall
	li	a7, SBI_EXT_LEGACY_SHUTDOWN
	ecall
	j	park

/*
 * Not the first. That one gets on at once, and names the others when it looks for them. Else it
 * was in a life before, or the boot is over, and the firmware has let this hart in much later.
 * The second one says so, or the first once more.
 */
entered_late:
	la	s7, park
	csrw	stvec, s7
	addi	t1, t1, -1
	beqz	t1, 1f
	ld	t1, BOOT_HARTID - BOOT_ENTERED(t0)
	bne	t1, s0, park
1:	li	t1, 1 << 26
	lw	t2, BOOT_STAGE - BOOT_ENTERED(t0)
2:	lw	t3, BOOT_STAGE - BOOT_ENTERED(t0)
	bne	t2, t3, park
	addi	t1, t1, -1
	bnez	t1, 2b
	mv	s2, s0
	la	s1, .Llate
	j	say

SYM_FUNC_START(park)
	wfi
	j	park
SYM_FUNC_END(park)

.Llate:
	.ascii	"boot: error: hart 0x\001 waits for ever: a hart has entered before;"
	.asciz	" was the image loaded again?\n"
.Lagain:
	.asciz	"\nboot: error: trap in the report: scause=0x\001 sepc=0x\001 stval=0x\001\n"
