// SPDX-License-Identifier: BSD-2-Clause
/*
 * peek and poke: memory by virtual address, or with "pa:" in front by physical address:
 * of devices through ioremap(), of the rest through a fixed slot. A fault is an answer
 * here, not an oops.
 */
#include <kernel/errno.h>
#include <kernel/ioremap.h>
#include <kernel/memblock.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <asm/fixmap.h>
#include <asm/recovery.h>
#include <asm/trap_names.h>

#define PHYS_PREFIX   "pa:"
#define PHYS_LIMIT    (1ULL << 56) /* what an entry can hold */
#define LINE_BYTES    16
#define DEFAULT_BYTES 64
#define MAX_COUNT     0x10000

/* What to touch: count units of size bytes; of a device, at io. */
struct span {
	bool phys;
	u64 addr;
	u64 count;
	unsigned int size;
	void *io;
};

static unsigned int size_of_letter(const char *word)
{
	static const char letters[] = "bhwd";
	const char *found = word[0] && !word[1] ? strchr(letters, word[0]) : NULL;

	return found ? 1U << (found - letters) : 0;
}

static int unknown_size(const char *word)
{
	monitor_error("%s: neither b, h, w nor d", word);
	return -EINVAL;
}

static int parse_target(const char *word, struct span *span)
{
	size_t prefix = strlen(PHYS_PREFIX);

	span->phys = !strncmp(word, PHYS_PREFIX, prefix);
	if (!span->phys)
		return monitor_parse_address(word, &span->addr);
	if (monitor_parse_number(word + prefix, &span->addr))
		return -EINVAL;
	if (span->addr >= PHYS_LIMIT) {
		monitor_error("%s: physical addresses have 56 bits", word);
		return -EINVAL;
	}
	return 0;
}

/* Without a letter, the largest unit the address is a multiple of. */
static int settle_size(const char *word, struct span *span)
{
	if (!span->size)
		for (span->size = 8; span->addr % span->size;)
			span->size /= 2;
	if (span->addr % span->size) {
		monitor_error("%s: not a multiple of %u", word, span->size);
		return -EINVAL;
	}
	return 0;
}

/* Where ioremap() refuses, the slot it is: for what is RAM in part, or past the limit. */
static void open_span(struct span *span)
{
	if (span->phys && !memblock_is_memory(span->addr))
		span->io = ioremap(span->addr, span->count * span->size);
}

static void close_span(struct span *span)
{
	iounmap(span->io);
	clear_fixmap(FIX_PHYS);
}

/* The virtual address to use for the unit at @addr. */
static unsigned long reach(const struct span *span, u64 addr)
{
	if (!span->phys)
		return addr;
	if (span->io)
		return (unsigned long)span->io + (addr - span->addr);
	clear_fixmap(FIX_PHYS);
	set_fixmap(FIX_PHYS, addr & PAGE_MASK, PAGE_KERNEL);
	return fix_to_virt(FIX_PHYS) + (addr & ~PAGE_MASK);
}

static void explain(const struct span *span, u64 addr, const struct pt_regs *trap)
{
	monitor_error("%s0x%016llx: %s%s", span->phys ? PHYS_PREFIX : "", addr,
		      trap_name(trap->cause),
		      span->phys ? ": PMP or the bus refused it" : "; `walk` shows why");
}

static void show_text(const u8 *bytes, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		console_printf("%c", bytes[i] >= ' ' && bytes[i] < 0x7f ? bytes[i] : '.');
	console_printf("\n");
}

/* One line; *done advances past what could be read. */
static int dump_line(const struct span *span, u64 *done)
{
	unsigned int digits = 2 * span->size, per_line = LINE_BYTES / span->size, n;
	struct pt_regs trap;
	u8 bytes[LINE_BYTES];
	int err = 0;

	for (n = 0; n < per_line && *done < span->count; n++, (*done)++) {
		u64 addr = span->addr + *done * span->size, value;

		err = probe_read(reach(span, addr), span->size, &value, &trap);
		if (err) {
			console_printf("%s", n ? "\n" : "");
			explain(span, addr, &trap);
			return err;
		}
		if (!n)
			console_printf("%s%016llx:", span->phys ? PHYS_PREFIX : "", addr);
		console_printf(" %0*llx", (int)digits, value);
		memcpy(bytes + n * span->size, &value, span->size);
	}
	console_printf("%*s", (int)((per_line - n) * (digits + 1) + 2), "");
	show_text(bytes, n * span->size);
	return 0;
}

static int cmd_peek(int argc, char **argv)
{
	struct span span = { 0 };
	u64 done = 0;
	int err = parse_target(argv[1], &span);

	for (int i = 2; !err && i < argc; i++) {
		unsigned int size = size_of_letter(argv[i]);

		if (size)
			span.size = size;
		else if (strchr("0123456789", argv[i][0]))
			err = monitor_parse_number(argv[i], &span.count);
		else
			err = unknown_size(argv[i]);
		if (!err && span.count > MAX_COUNT) {
			monitor_error("%s: %u at most", argv[i], MAX_COUNT);
			return -EINVAL;
		}
	}
	if (err || settle_size(argv[1], &span))
		return -EINVAL;
	span.count = span.count ? span.count : DEFAULT_BYTES / span.size;
	open_span(&span);
	while (!err && done < span.count)
		err = dump_line(&span, &done);
	close_span(&span);
	return err;
}

MONITOR_COMMAND(peek, "ADDR [COUNT] [b|h|w|d]", "read memory; pa:ADDR is a physical address",
		cmd_peek, NULL);

static int cmd_poke(int argc, char **argv)
{
	struct span span = { 0 };
	struct pt_regs trap;
	u64 value;
	int err;

	if (parse_target(argv[1], &span) || monitor_parse_number(argv[2], &value))
		return -EINVAL;
	if (argc == 4) {
		span.size = size_of_letter(argv[3]);
		if (!span.size)
			return unknown_size(argv[3]);
	}
	if (settle_size(argv[1], &span))
		return -EINVAL;
	if (span.size < 8 && value >> (8 * span.size)) {
		monitor_error("%s: more than %u byte%s", argv[2], span.size,
			      span.size == 1 ? "" : "s");
		return -EINVAL;
	}
	span.count = 1;
	open_span(&span);
	err = probe_write(reach(&span, span.addr), span.size, value, &trap);
	if (err)
		explain(&span, span.addr, &trap);
	close_span(&span);
	return err;
}

MONITOR_COMMAND(poke, "ADDR VALUE [b|h|w|d]", "write memory, 1, 2, 4 or 8 bytes at once", cmd_poke,
		NULL);
