// SPDX-License-Identifier: BSD-2-Clause
/* What words on a monitor line may mean, and sizes as people say them. */
#include <kernel/errno.h>
#include <kernel/kallsyms.h>
#include <kernel/monitor.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>

#define DUMP_DIGITS 16 /* of an address in a dump, without 0x */

static int parse(const char *word, u64 *value)
{
	bool dumped = strlen(word) == DUMP_DIGITS && word[1] != 'x' && word[1] != 'X';

	return kstrtoull(word, dumped ? 16 : 0, value);
}

static int refuse(const char *word, int err)
{
	monitor_error("%s: %s", word, err == -ERANGE ? "over 64 bits" : "not a number");
	return -EINVAL;
}

int monitor_parse_number(const char *word, u64 *value)
{
	int err = parse(word, value);

	return err ? refuse(word, err) : 0;
}

int monitor_parse_address(const char *word, u64 *value)
{
	const char *plus = strchr(word, '+');
	char name[64];
	u64 offset = 0;
	int err = parse(word, value);

	if (!err || err == -ERANGE)
		return err ? refuse(word, err) : 0;
	if (plus) {
		err = parse(plus + 1, &offset);
		if (err)
			return refuse(plus + 1, err);
	}
	strscpy(name, word, sizeof(name));
	if (plus && (size_t)(plus - word) < sizeof(name))
		name[plus - word] = '\0';
	*value = kallsyms_lookup_name(name);
	if (!*value) {
		monitor_error("%s: neither a number nor a function", name);
		return -EINVAL;
	}
	*value += offset;
	return 0;
}

const char *human_size(u64 bytes, char buf[HUMAN_SIZE_LEN])
{
	static const char units[][4] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int unit = 0;
	u64 whole, tenths;

	while (unit + 1 < ARRAY_SIZE(units) && bytes >> (10 * (unit + 1)))
		unit++;
	whole = bytes >> (10 * unit);
	if (!unit || whole << (10 * unit) == bytes) {
		snprintf(buf, HUMAN_SIZE_LEN, "%llu %s", whole, units[unit]);
	} else {
		/* The rest below one unit, less its last ten bits so that nothing overflows. */
		u64 rest = (bytes - (whole << (10 * unit))) >> (10 * (unit - 1));

		tenths = (rest * 10 + 512) >> 10;
		snprintf(buf, HUMAN_SIZE_LEN, "%llu.%llu %s", whole + tenths / 10, tenths % 10,
			 units[unit]);
	}
	return buf;
}
