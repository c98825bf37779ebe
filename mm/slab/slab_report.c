// SPDX-License-Identifier: BSD-2-Clause
/* What is given to kfree() and is none of its, said with all that is known of it. */
#include <kernel/printk.h>
#include <asm/stacktrace.h>
#include "slab.h"

/* The half of an address in an object's word, made whole; NULL: nobody is known. */
void *slab_user(u32 word)
{
	if (word == SLAB_FRESH || word <= SLAB_IN_SLAB(SLAB_END))
		return NULL;
	word &= ~SLAB_FREE;
	return (void *)(unsigned long)(long)(s32)word;
}

/* Why no object of @wanted begins at @p. */
static const char *reason(const struct kmem_cache *wanted, const void *p,
			  const struct kmem_cache **found)
{
	const struct page *page;
	unsigned long offset, index;

	*found = NULL;
	if (!virt_addr_valid(p))
		return "not an address of RAM";
	page = virt_to_page(p);
	if (!(page->flags & PG_slab))
		return "not memory of a cache";
	*found = page->slab->cache;
	offset = (unsigned long)p & (*found)->mask;
	index = slab_index(*found, offset);
	if (index >= (*found)->nr_objects)
		return "behind the objects";
	if (offset != index * (*found)->size)
		return "not the start of an object";
	return wanted && wanted != *found ? "not of this cache" : "free";
}

/* Who called: a report of KASAN's, or else the backtrace. */
static void report_stack(const char *type, const void *p, unsigned long caller)
{
	if (IS_ENABLED(CONFIG_KASAN))
		kasan_report_invalid_free(type, p, caller);
	else
		dump_stack();
}

void slab_report_bad(const char *what, const struct kmem_cache *wanted, const void *p,
		     unsigned long caller)
{
	const struct kmem_cache *found;
	const char *why = reason(wanted, p, &found);

	pr_err("slab: invalid %s of 0x%016lx in cache %s by %pS: %s%s%s\n", what, (unsigned long)p,
	       wanted  ? wanted->name
	       : found ? found->name
		       : "none",
	       (void *)caller, why, wanted && found && wanted != found ? ", but of " : "",
	       wanted && found && wanted != found ? found->name : "");
	/* Of kmalloc()'s pages nothing is left but what their shadow says. */
	report_stack(!found && kasan_is_free(p) ? "double-free" : "invalid-free", p, caller);
}

void slab_report_double(const struct kmem_cache *cache, const void *p, unsigned long caller,
			u32 before)
{
	void *user = slab_user(before);

	if (user)
		pr_err("slab: double free of 0x%016lx in cache %s by %pS, freed by %pS\n",
		       (unsigned long)p, cache->name, (void *)caller, user);
	else
		pr_err("slab: double free of 0x%016lx in cache %s by %pS\n", (unsigned long)p,
		       cache->name, (void *)caller);
	report_stack("double-free", p, caller);
}

void slab_report_damage(const struct slab *slab, const struct kmem_cache *cache)
{
	pr_err("slab: overwritten list of what is free at 0x%016lx in cache %s; %u objects lost\n",
	       (unsigned long)slab->base, cache->name, slab->nr_free);
}
