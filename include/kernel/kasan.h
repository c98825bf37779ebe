/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_KASAN_H
#define KERNEL_KASAN_H

#include <kernel/kasan-checks.h>
#include <kernel/types.h>
#include <asm/kasan.h>

/*
 * KASAN: each 8 bytes of the kernel's memory have a byte of shadow, which says how many of
 * them may be accessed; the compiler puts a check of it in front of each access. Names and
 * meaning are Linux's. What allocates memory says here what may be accessed; without
 * CONFIG_KASAN nothing of this is left.
 */

#ifdef CONFIG_KASAN

/**
 * kasan_init_globals() - forbid what lies between the image's variables
 * Context: boot, the first thing once translation is on.
 */
void kasan_init_globals(void);

/**
 * kasan_init() - give shadow to the linear map, vmalloc's region and the page metadata
 * Context: boot, once, after setup_vm_final(); nothing of them was accessed before by
 * instrumented code.
 */
void kasan_init(void);

/** kasan_has_shadow() - whether the shadow of an address is mapped */
bool kasan_has_shadow(unsigned long addr);

/** kasan_shadow_byte() - the shadow of an address that has some; it has none itself */
u8 kasan_shadow_byte(unsigned long addr);

/** kasan_show() - print what lies at an address that has shadow, and the shadow around it */
void kasan_show(unsigned long addr);

/** kasan_set_lowest() - from here up to KASAN_TOP there is shadow too, from now on */
void kasan_set_lowest(unsigned long addr);

/**
 * kasan_poison() - forbid accesses
 * @addr, @size: multiples of 8
 * @value: KASAN_*, the reason
 *
 * kasan_unpoison() - allow them
 * @addr: a multiple of 8; @size: any
 *
 * Context: any. The memory has shadow of its own (all but RAM that is not online).
 */
void kasan_poison(const void *addr, size_t size, u8 value);
void kasan_unpoison(const void *addr, size_t size);

/**
 * kasan_online() - give RAM that comes online shadow of its own
 * @start, @size: the RAM; its shadow reads as before
 * @pages: for the shadow, a page for each KASAN_GRANULE_SIZE pages of RAM
 * Return: how many of them it took, the first ones.
 */
unsigned int kasan_online(phys_addr_t start, unsigned long size, const phys_addr_t *pages);

/** kasan_stack_abandoned() - allow all below @sp: frames there were left without returning */
void kasan_stack_abandoned(const void *low, const void *sp);

/**
 * kasan_disable_current(), kasan_enable_current() - what this hart does in between is not
 * reported. They nest.
 */
void kasan_disable_current(void);
void kasan_enable_current(void);

/**
 * kasan_explain_fault() - whose shadow an address is that nothing is mapped at
 * In front of the report of a page fault: the access that was checked, if there was one.
 */
void kasan_explain_fault(unsigned long addr);

/**
 * struct kasan_hooks - what the memory side knows, asked while a report is printed
 * @bug_type: a better name for an access to @addr, whose shadow is @shadow, or NULL
 * @describe: print what lies at @addr
 */
struct kasan_hooks {
	const char *(*bug_type)(unsigned long addr, u8 shadow);
	void (*describe)(unsigned long addr);
};
/* Return: those that were there. */
const struct kasan_hooks *kasan_set_hooks(const struct kasan_hooks *hooks);

/**
 * kasan_set_area_hook() - what describes an address in vmalloc()'s region
 * @describe_area: prints which area it is in or next to. Context: a report.
 */
void kasan_set_area_hook(void (*describe_area)(unsigned long addr));

/** kasan_show_place() - print where @addr lies, seen from some memory; the line goes on */
void kasan_show_place(unsigned long addr, unsigned long start, unsigned long size);

/** kasan_report_invalid_free() - of @p, by the code at @ip; @type: "double-free", ... */
void kasan_report_invalid_free(const char *type, const void *p, unsigned long ip);

/** kasan_check_byte() - check an access to a byte, in code without checks too */
static inline bool kasan_check_byte(const void *p)
{
	return __kasan_check_read(p, 1);
}

/**
 * kasan_quarantine_flush() - let all objects that were freed be used again
 * Context: any. Return: whether there were any.
 */
bool kasan_quarantine_flush(void);

/** kasan_quarantine_bytes() - what they take */
unsigned long kasan_quarantine_bytes(void);

/** kasan_pages() - pages that KASAN itself has from the allocator, for good */
unsigned long kasan_pages(void);

/**
 * struct kasan_report_info - the last report, for tests; @nr: how many there were, printed or not
 */
struct kasan_report_info {
	unsigned long nr;
	const char *type;
	unsigned long addr, size, ip;
	bool write;
};
extern struct kasan_report_info kasan_last_report;

static inline unsigned long kasan_nr_reports(void)
{
	return kasan_last_report.nr;
}

/** kasan_multi_shot - whether more than the first report is printed */
extern bool kasan_multi_shot;

/** kasan_fault - "panic": a report ends the machine; else NULL or "report" */
extern char *kasan_fault;

#else

/* clang-format off */
static inline void kasan_init_globals(void) {}
static inline void kasan_init(void) {}
static inline void kasan_poison(const void *addr, size_t size, u8 value) {}
static inline void kasan_unpoison(const void *addr, size_t size) {}
static inline unsigned int kasan_online(phys_addr_t start, unsigned long size,
					const phys_addr_t *pages) { return 0; }
static inline void kasan_set_area_hook(void (*describe_area)(unsigned long addr)) {}
static inline void kasan_stack_abandoned(const void *low, const void *sp) {}
static inline void kasan_disable_current(void) {}
static inline void kasan_enable_current(void) {}
static inline void kasan_explain_fault(unsigned long addr) {}
static inline void kasan_report_invalid_free(const char *type, const void *p, unsigned long ip) {}
static inline bool kasan_quarantine_flush(void) { return false; }
static inline unsigned long kasan_nr_reports(void) { return 0; }
static inline bool kasan_check_byte(const void *p) { return true; }
static inline unsigned long kasan_pages(void) { return 0; }
/* clang-format on */

#endif

/**
 * kasan_fakestack_give() - memory for hart @cpu, kasan_fakestack_size() bytes, 0 without
 * CONFIG_KASAN_USE_AFTER_RETURN: uses of variables of functions that have returned are looked for
 * from here on
 * Context: boot. A hart that gets none has its variables on the stack.
 */
#ifdef CONFIG_KASAN_USE_AFTER_RETURN
size_t kasan_fakestack_size(void);
void kasan_fakestack_give(unsigned int cpu, void *memory);
#else
static inline size_t kasan_fakestack_size(void)
{
	return 0;
}
static inline void kasan_fakestack_give(unsigned int cpu, void *memory)
{
}
#endif

#endif
