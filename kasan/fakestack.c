// SPDX-License-Identifier: BSD-2-Clause
/*
 * Use after return: a function's variables lie in a frame of their own instead of on the stack,
 * and that frame stays forbidden for as long as others are there to be used. Each hart has some
 * frames of each size; when it has none the variables are on the stack, as they would be.
 *
 * The compiler calls __asan_stack_malloc_N() where a function begins. Where it ends, it forbids a
 * frame of class 0 to 4 itself, and clears the flag that the frame's last word points to.
 */
#include <kernel/sizes.h>
#include <kernel/string.h>
#include <asm/irqflags.h>
#include "kasan.h"

/* Nobody else calls them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define ORDERS      6 /* of 64 << order bytes; larger frames are on the stack */
#define FRAMES      64
#define SIZE(order) (64UL << (order))

/**
 * struct fake_frames - of one order, which the compiler calls a class
 * @used:  flags, cleared by compiled code
 * @stack: where the stack was when the frame was taken
 * @next:  the one that was given back longest ago, more or less
 */
struct fake_frames {
	char *frames;
	u8 used[FRAMES];
	unsigned long stack[FRAMES];
	unsigned int next;
};

/* In the order of harts; NULL: none yet. */
static struct fake_frames *fake[NR_CPUS];

int __asan_option_detect_stack_use_after_return;

size_t kasan_fakestack_size(void)
{
	return ORDERS * sizeof(struct fake_frames) + FRAMES * (SIZE(ORDERS) - SIZE(0));
}

void kasan_fakestack_give(unsigned int cpu, void *memory)
{
	struct fake_frames *f = memory;
	char *frames = (char *)(f + ORDERS);

	for (unsigned int order = 0; order < ORDERS; order++) {
		memset(&f[order], 0, sizeof(f[order]));
		f[order].frames = frames;
		frames += FRAMES * SIZE(order);
	}
	WRITE_ONCE(fake[cpu], f);
	__asan_option_detect_stack_use_after_return = 1;
}

static void *take(unsigned int order, unsigned long stack)
{
	struct fake_frames *f = READ_ONCE(fake[this_hart()->cpu]);
	char *frame = NULL;
	unsigned long flags;

	if (!f)
		return NULL;
	f += order;
	local_irq_save(flags);
	for (unsigned int tries = 0; !frame && tries < FRAMES; tries++) {
		unsigned int i = f->next++ % FRAMES;

		if (READ_ONCE(f->used[i]))
			continue;
		WRITE_ONCE(f->used[i], 1);
		f->stack[i] = stack;
		frame = f->frames + i * SIZE(order);
		*(u8 **)(frame + SIZE(order) - sizeof(u8 *)) = &f->used[i];
	}
	local_irq_restore(flags);
	if (frame)
		kasan_unpoison(frame, SIZE(order));
	return frame;
}

static void give(unsigned int order, char *frame)
{
	kasan_poison(frame, SIZE(order), KASAN_STACK_RETURNED);
	**(u8 **)(frame + SIZE(order) - sizeof(u8 *)) = 0;
}

/* Frames of functions that were left without returning, with the stack there. */
void kasan_fakestack_abandoned(unsigned long low, unsigned long high)
{
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int order = 0; fake[cpu] && order < ORDERS; order++) {
			struct fake_frames *f = &fake[cpu][order];

			for (unsigned int i = 0; i < FRAMES; i++)
				if (f->used[i] && f->stack[i] >= low && f->stack[i] < high)
					give(order, f->frames + i * SIZE(order));
		}
}

bool kasan_fakestack_describe(unsigned long addr)
{
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int order = 0; fake[cpu] && order < ORDERS; order++) {
			const char *frames = fake[cpu][order].frames;
			unsigned long at = addr - (unsigned long)frames;

			if (at >= FRAMES * SIZE(order))
				continue;
			kasan_describe_variables(frames + ALIGN_DOWN(at, SIZE(order)), addr);
			return true;
		}
	return false;
}

#define STACK_CLASS(n)                                                     \
	void *__asan_stack_malloc_##n(size_t size)                         \
	{                                                                  \
		return take(n, (unsigned long)__builtin_frame_address(0)); \
	}                                                                  \
	void __asan_stack_free_##n(char *frame, size_t size)               \
	{                                                                  \
		give(n, frame);                                            \
	}

#define NO_CLASS(n)                                          \
	void *__asan_stack_malloc_##n(size_t size)           \
	{                                                    \
		return NULL;                                 \
	}                                                    \
	void __asan_stack_free_##n(char *frame, size_t size) \
	{                                                    \
	}

STACK_CLASS(0)
STACK_CLASS(1)
STACK_CLASS(2)
STACK_CLASS(3)
STACK_CLASS(4)
STACK_CLASS(5)
NO_CLASS(6)
NO_CLASS(7)
NO_CLASS(8)
NO_CLASS(9)
NO_CLASS(10)
