// SPDX-License-Identifier: BSD-2-Clause
/* Text and names as the linked kernel makes them; all formats are tested on the host. */
#include <kernel/monitor.h>
#include <kernel/kallsyms.h>
#include <kernel/ktest.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <asm/sections.h>

static void formats(void)
{
	char s[64];

	EXPECT_EQ(snprintf(s, sizeof(s), "%d %u %x %lx %llx", -1, 4294967295U, 0xabcU, -1UL, 1ULL),
		  36);
	EXPECT_STREQ(s, "-1 4294967295 abc ffffffffffffffff 1");
	snprintf(s, sizeof(s), "%5d|%-5d|%05d|%.*s|%c%%", 42, 42, 42, 2, "abc", 'c');
	EXPECT_STREQ(s, "   42|42   |00042|ab|c%");
	snprintf(s, sizeof(s), "%p %pe", (void *)0x1234, (void *)-12L);
	EXPECT_STREQ(s, "0x0000000000001234 -ENOMEM");
	EXPECT_EQ(snprintf(s, 4, "%s", "abcdef"), 6);
	EXPECT_STREQ(s, "abc");
	EXPECT_EQ(scnprintf(s, 4, "%s", "abcdef"), 3);
}

static void symbols(void)
{
	unsigned long addr = (unsigned long)monitor, offset = 0, size = 0;
	char s[64], wanted[64];
	const char *name = kallsyms_lookup(addr + 4, &offset, &size);

	EXPECT(name && !strcmp(name, "monitor"));
	EXPECT_EQ(offset, 4);
	EXPECT(size > 4 && size < 0x1000);
	EXPECT_EQ(kallsyms_lookup_name("monitor"), addr);
	EXPECT_EQ(kallsyms_lookup_name("monito"), 0);
	snprintf(wanted, sizeof(wanted), "monitor+0x4/0x%lx", size);
	snprintf(s, sizeof(s), "%pS", (void *)(addr + 4));
	EXPECT_STREQ(s, wanted);
	snprintf(s, sizeof(s), "%ps", (void *)(addr + 4));
	EXPECT_STREQ(s, "monitor");
}

/* The last byte of one function is its own, the next is the next's. */
static void symbol_borders(void)
{
	unsigned long addr = (unsigned long)monitor, offset, size;
	const char *name;

	EXPECT(kallsyms_lookup(addr, &offset, &size));
	name = kallsyms_lookup(addr + size - 1, &offset, &size);
	EXPECT(name && !strcmp(name, "monitor"));
	name = kallsyms_lookup(addr + size, &offset, &size);
	EXPECT(name && strcmp(name, "monitor"));
	EXPECT_EQ(offset, 0);
	name = kallsyms_lookup(addr - 1, &offset, &size);
	EXPECT(name && strcmp(name, "monitor"));
	EXPECT_EQ(offset, size - 1);
}

static void no_symbol(void)
{
	const unsigned long addr[] = { 0, (unsigned long)_start - 1, (unsigned long)_etext,
				       (unsigned long)_rodata, -1UL };
	unsigned long offset, size;
	char s[64], wanted[64];

	for (size_t i = 0; i < ARRAY_SIZE(addr); i++) {
		EXPECT(!kallsyms_lookup(addr[i], &offset, &size));
		snprintf(s, sizeof(s), "%pS", (void *)addr[i]);
		snprintf(wanted, sizeof(wanted), "0x%016lx", addr[i]);
		EXPECT_STREQ(s, wanted);
	}
}

static const struct ktest_case cases[] = {
	{ "formats", formats },
	{ "symbols", symbols },
	{ "symbol_borders", symbol_borders },
	{ "no_symbol", no_symbol },
};
KTEST_SUITE(vsprintf, cases);
