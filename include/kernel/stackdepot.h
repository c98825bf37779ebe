/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_STACKDEPOT_H
#define KERNEL_STACKDEPOT_H

#include <kernel/gfp.h>

/*
 * Stacks kept for later, each once, with Linux's names. What is kept stays for ever.
 */
typedef u32 depot_stack_handle_t;

/**
 * stack_depot_save() - keep a stack
 * @entries: @nr return addresses in the image's text, innermost first
 * Context: any. Takes memory by @gfp.
 * Return: a name for it, equal for equal stacks; 0: no memory, or no entries.
 */
depot_stack_handle_t stack_depot_save(const unsigned long *entries, unsigned int nr, gfp_t gfp);

/** stack_depot_print() - one line for each caller; 0: says that it was not kept */
void stack_depot_print(depot_stack_handle_t handle);

/** stack_depot_stats() - how many are kept, in how many bytes */
void stack_depot_stats(unsigned long *nr, unsigned long *bytes);

/** kasan_save_stack() - keep the callers of who calls this; without KASAN 0 */
#ifdef CONFIG_KASAN
depot_stack_handle_t kasan_save_stack(gfp_t gfp);
#else
static inline depot_stack_handle_t kasan_save_stack(gfp_t gfp)
{
	return 0;
}
#endif

#endif
