// SPDX-License-Identifier: BSD-2-Clause
/*
 * Backtraces by frame pointer. s0 points behind a frame whose last two words are the
 * return address and the caller's s0 (psABI, frame pointer convention).
 */
#include <kernel/printk.h>
#include <asm/hart.h>
#include <asm/sections.h>
#include <asm/trap.h>

#define MAX_FRAMES 32

static bool on_a_stack(unsigned long fp)
{
	return fp % 8 == 0 && ((fp >= (unsigned long)__stack_low + 16 &&
				fp <= (unsigned long)__stack_high) ||
			       (fp >= (unsigned long)__emergency_low + 16 &&
				fp <= (unsigned long)__emergency_high));
}

static bool is_text(unsigned long addr)
{
	return addr >= (unsigned long)_text && addr < (unsigned long)_etext;
}

static void walk_frames(unsigned long fp, unsigned long leaf_ra)
{
	for (unsigned int n = 0; n < MAX_FRAMES && on_a_stack(fp); n++) {
		const unsigned long *frame = (const unsigned long *)fp;
		unsigned long ra = frame[-1], next = frame[-2];

		/* A leaf function saves only s0, where others have the return address. */
		if (n == 0 && leaf_ra && on_a_stack(ra)) {
			next = ra;
			ra = leaf_ra;
		}
		if (!is_text(ra))
			return;
		/* The call is before the return address; that is the line to name. */
		pr_err("  [<%016lx>] %pS\n", ra, (void *)(ra - 1));
		fp = next;
	}
}

void show_backtrace(const struct pt_regs *regs)
{
	pr_err("backtrace:\n");
	pr_err("  [<%016lx>] %pS\n", regs->epc, (void *)regs->epc);
	walk_frames(regs->s0, regs->ra);
}

void dump_stack(void)
{
	pr_err("backtrace:\n");
	walk_frames((unsigned long)__builtin_frame_address(0), 0);
}
