// SPDX-License-Identifier: BSD-2-Clause
/*
 * Backtraces by frame pointer. s0 points behind a frame whose last two words are the
 * return address and the caller's s0 (psABI, frame pointer convention).
 */
#include <kernel/kallsyms.h>
#include <kernel/printk.h>
#include <asm/hart.h>
#include <asm/sections.h>
#include <asm/stacktrace.h>

#define MAX_FRAMES 32

/* Whose frames; and a copy of its own stack, if that may change meanwhile. */
struct stack {
	const struct hart *hart;
	const char *copy;
};

static bool on_stack(const struct stack *stack, unsigned long fp)
{
	const struct hart *hart = stack->hart;

	return fp % 8 == 0 && ((fp >= hart->home_low + 16 && fp <= hart->home_high) ||
			       (!stack->copy && fp >= hart->emergency - EMERGENCY_SIZE + 16 &&
				fp <= hart->emergency));
}

static const unsigned long *frame_at(const struct stack *stack, unsigned long fp)
{
	return stack->copy ? (const unsigned long *)(stack->copy + (fp - stack->hart->home_low))
			   : (const unsigned long *)fp;
}

static bool is_text(unsigned long addr)
{
	return addr >= (unsigned long)_text && addr < (unsigned long)_etext;
}

/* A return address: the call is before it, and may be the last thing of its function. */
void show_stack_entry(unsigned long ra)
{
	unsigned long offset, size;
	const char *name = kallsyms_lookup(ra - 1, &offset, &size);

	if (name)
		pr_err("  [<%016lx>] %s+0x%lx/0x%lx\n", ra, name, offset + 1, size);
	else
		pr_err("  [<%016lx>]\n", ra);
}

static void show_repeats(unsigned long repeats)
{
	if (repeats)
		pr_err("  and %lu more of the same\n", repeats);
}

/* Callers are above their callees; a chain that goes down is damaged. */
static void walk_frames(const struct stack *stack, unsigned long fp)
{
	unsigned long last_ra = 0, repeats = 0;

	for (unsigned int shown = 0; on_stack(stack, fp) && shown < MAX_FRAMES;) {
		const unsigned long *frame = frame_at(stack, fp);

		if (!is_text(frame[-1]))
			break;
		if (frame[-1] == last_ra) {
			repeats++;
		} else {
			show_repeats(repeats);
			repeats = 0;
			last_ra = frame[-1];
			show_stack_entry(last_ra);
			shown++;
		}
		if (frame[-2] <= fp)
			break;
		fp = frame[-2];
	}
	show_repeats(repeats);
}

static bool in_one_function(unsigned long a, unsigned long b)
{
	unsigned long a_offset, b_offset, size;

	if (!kallsyms_lookup(a, &a_offset, &size) || !kallsyms_lookup(b, &b_offset, &size))
		return is_text(a) && is_text(b);
	return a - a_offset == b - b_offset;
}

/*
 * In a function that calls nothing, or at the edges of one that does, the caller is in
 * ra and not in a frame. Once a call was made, ra points into the function itself.
 * Return: the frame to go on with.
 */
static unsigned long show_live_ra(const struct stack *stack, const struct pt_regs *regs)
{
	const bool framed = on_stack(stack, regs->s0);
	const unsigned long *frame = framed ? frame_at(stack, regs->s0) : NULL;

	if (!is_text(regs->ra) || in_one_function(regs->epc, regs->ra))
		return regs->s0;
	if (!framed || frame[-1] != regs->ra)
		show_stack_entry(regs->ra);
	/* A frame of a function that calls nothing has s0 where others have ra. */
	return framed && on_stack(stack, frame[-1]) ? frame[-1] : regs->s0;
}

void show_backtrace_of(const struct hart *hart, const struct pt_regs *regs, const char *copy)
{
	const struct stack stack = { hart, copy };

	pr_err("backtrace:\n");
	pr_err("  [<%016lx>] %pS\n", regs->epc, (void *)regs->epc);
	walk_frames(&stack, show_live_ra(&stack, regs));
}

void show_backtrace(const struct pt_regs *regs)
{
	show_backtrace_of(this_hart(), regs, NULL);
}

void dump_stack(void)
{
	const struct stack stack = { this_hart(), NULL };

	pr_err("backtrace:\n");
	walk_frames(&stack, (unsigned long)__builtin_frame_address(0));
}

/* Short, as KASAN does it for each object: all that can be is kept out of the loop. */
unsigned int stack_trace_save_from(const void *frame_of, unsigned long *store, unsigned int size)
{
	const struct hart *hart = this_hart();
	const unsigned long low = hart->stack_low + 16, room = hart->stack_high - low;
	const unsigned long text = (unsigned long)_text, text_size = (unsigned long)_etext - text;
	unsigned long fp = (unsigned long)frame_of, before = 0, *to = store, *end = store + size;

	/* Callers are above their callees; a chain that goes down is damaged. */
	while (to != end && fp > before && fp - low <= room && fp % 8 == 0) {
		*to = ((const unsigned long *)fp)[-1];
		if (*to - text >= text_size)
			break;
		to++;
		before = fp;
		fp = ((const unsigned long *)fp)[-2];
	}
	return (unsigned int)(to - store);
}

void dump_stack_from(unsigned long ip)
{
	unsigned long entries[MAX_FRAMES];
	unsigned int nr = stack_trace_save(entries, MAX_FRAMES), first = 0;

	while (first < nr && entries[first] != ip)
		first++;
	pr_err("backtrace:\n");
	for (unsigned int i = first < nr ? first : 0; i < nr; i++)
		show_stack_entry(entries[i]);
}

/* Whether frames lead from here to the first one of the hart. */
static bool reaches_bottom(const struct stack *stack, unsigned long fp)
{
	while (on_stack(stack, fp) && fp != stack->hart->home_high) {
		const unsigned long *frame = frame_at(stack, fp);

		if (!is_text(frame[-1]) || frame[-2] <= fp)
			return false;
		fp = frame[-2];
	}
	return fp == stack->hart->home_high;
}

/*
 * The stack keeps the hart's callers, and below them what calls that have returned left there:
 * of the chains that lead to the bottom, the deepest.
 */
void show_stack_of(const struct hart *hart, const char *copy)
{
	const struct stack stack = { hart, copy };

	pr_err("backtrace, from its stack; the first lines may be of calls that are over:\n");
	for (unsigned long fp = hart->home_low + 16; fp < hart->home_high; fp += 16)
		if (reaches_bottom(&stack, fp)) {
			walk_frames(&stack, fp);
			return;
		}
}
