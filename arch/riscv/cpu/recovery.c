// SPDX-License-Identifier: BSD-2-Clause
/* Running what may trap, and coming back from it. */
#include <kernel/errno.h>
#include <kernel/lockdep.h>
#include <asm/hart.h>
#include <asm/irqflags.h>
#include <asm/recovery.h>
#include <asm/stacktrace.h>

static void (*stack_abandoned_hook)(const void *low, const void *sp);

void set_stack_abandoned_hook(void (*abandoned)(const void *low, const void *sp))
{
	stack_abandoned_hook = abandoned;
}

void stack_abandoned(unsigned long low, unsigned long sp)
{
	if (stack_abandoned_hook)
		stack_abandoned_hook((const void *)low, (const void *)sp);
}

static int guarded_call(int (*fn)(void *arg), void *arg, struct pt_regs *trap)
{
	struct hart *hart = this_hart();
	/* The trap may have moved the hart to its emergency stack. */
	unsigned long low = hart->stack_low, high = hart->stack_high;
	struct recovery recovery = { .trap = trap, .outer = hart->recovery };
	const unsigned int nr_held = lockdep_depth();
	unsigned long flags;
	int ret;

	local_save_flags(flags); /* a trap disables interrupts */
	hart->recovery = &recovery;
	ret = recovery_enter(&recovery, fn, arg);
	stack_abandoned(low, (unsigned long)__builtin_frame_address(0));
	if (hart->stack_high != high)
		stack_abandoned(hart->stack_low, hart->stack_high);
	hart->recovery = recovery.outer;
	hart->stack_low = low;
	hart->stack_high = high;
	lockdep_abandon(nr_held);
	local_irq_restore(flags);
	return ret;
}

int try_call(int (*fn)(void *arg), void *arg)
{
	return guarded_call(fn, arg, NULL);
}

int catch_trap(int (*fn)(void *arg), void *arg, struct pt_regs *trap)
{
	return guarded_call(fn, arg, trap);
}

struct access {
	unsigned long addr;
	unsigned int size;
	u64 value;
};

static int do_read(void *arg)
{
	struct access *a = arg;

	switch (a->size) {
	case 1:
		a->value = *(volatile u8 *)a->addr;
		return 0;
	case 2:
		a->value = *(volatile u16 *)a->addr;
		return 0;
	case 4:
		a->value = *(volatile u32 *)a->addr;
		return 0;
	default:
		a->value = *(volatile u64 *)a->addr;
		return 0;
	}
}

static int do_write(void *arg)
{
	struct access *a = arg;

	switch (a->size) {
	case 1:
		*(volatile u8 *)a->addr = (u8)a->value;
		return 0;
	case 2:
		*(volatile u16 *)a->addr = (u16)a->value;
		return 0;
	case 4:
		*(volatile u32 *)a->addr = (u32)a->value;
		return 0;
	default:
		*(volatile u64 *)a->addr = a->value;
		return 0;
	}
}

static bool access_valid(unsigned long addr, unsigned int size)
{
	return (size == 1 || size == 2 || size == 4 || size == 8) && addr % size == 0;
}

int probe_read(unsigned long addr, unsigned int size, u64 *value, struct pt_regs *trap)
{
	struct access a = { addr, size, 0 };
	int err;

	if (!access_valid(addr, size))
		return -EINVAL;
	err = catch_trap(do_read, &a, trap);
	*value = a.value;
	return err;
}

int probe_write(unsigned long addr, unsigned int size, u64 value, struct pt_regs *trap)
{
	struct access a = { addr, size, value };

	return access_valid(addr, size) ? catch_trap(do_write, &a, trap) : -EINVAL;
}
