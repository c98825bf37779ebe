// SPDX-License-Identifier: BSD-2-Clause
/*
 * Names of functions. The tables are made by scripts/kallsyms.py from the linked
 * image: offsets from _start in ascending order, ended by that of _etext, and where
 * each name starts.
 */
#include <kernel/kallsyms.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <asm/sections.h>

extern const u32 kallsyms_count;
extern const u32 kallsyms_offsets[];
extern const u32 kallsyms_name_offsets[];
extern const char kallsyms_names[];

const char *kallsyms_lookup(unsigned long addr, unsigned long *offset, unsigned long *size)
{
	unsigned long rel = addr - (unsigned long)_start;
	u32 low = 0, high = kallsyms_count;

	if (!high || rel < kallsyms_offsets[0] || rel >= kallsyms_offsets[high])
		return NULL;
	while (high - low > 1) {
		u32 mid = low + (high - low) / 2;

		if (kallsyms_offsets[mid] <= rel)
			low = mid;
		else
			high = mid;
	}
	*offset = rel - kallsyms_offsets[low];
	*size = kallsyms_offsets[low + 1] - kallsyms_offsets[low];
	return &kallsyms_names[kallsyms_name_offsets[low]];
}

unsigned long kallsyms_lookup_name(const char *name)
{
	for (u32 i = 0; i < kallsyms_count; i++)
		if (!strcmp(&kallsyms_names[kallsyms_name_offsets[i]], name))
			return (unsigned long)_start + kallsyms_offsets[i];
	return 0;
}

static int symbolize(char *buf, size_t size, unsigned long addr, bool with_offset)
{
	unsigned long offset, length;
	const char *name = kallsyms_lookup(addr, &offset, &length);

	if (!name)
		return 0;
	if (!with_offset)
		return scnprintf(buf, size, "%s", name);
	return scnprintf(buf, size, "%s+0x%lx/0x%lx", name, offset, length);
}

void kallsyms_init(void)
{
	vsprintf_set_symbolizer(symbolize);
}
