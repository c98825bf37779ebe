// SPDX-License-Identifier: BSD-2-Clause
/* Calls that fail on purpose. Harts that count at the same time may lose a count. */
#include <kernel/errno.h>
#include <kernel/fault-inject.h>
#include <kernel/string.h>

int setup_fault_attr(struct fault_attr *attr, const char *text)
{
	unsigned long long value[4];
	char *end;

	for (unsigned int i = 0; i < ARRAY_SIZE(value); i++) {
		bool minus = *text == '-';

		value[i] = memparse(text + minus, &end);
		if (end == text + minus || *end != (i + 1 < ARRAY_SIZE(value) ? ',' : '\0'))
			return -EINVAL;
		value[i] = minus ? -value[i] : value[i];
		text = end + 1;
	}
	*attr = (struct fault_attr){ value[0], value[1], (long)value[2], (long)value[3], 0 };
	return 0;
}

/* The same sequence in each boot. */
static unsigned long random(void)
{
	static unsigned long state = 1;

	state = state * 6364136223846793005UL + 1442695040888963407UL;
	return state >> 33;
}

bool should_fail(struct fault_attr *attr, size_t size)
{
	if (!attr->interval || !attr->times)
		return false;
	if (attr->space > (long)size) {
		attr->space -= (long)size;
		return false;
	}
	if (++attr->count % attr->interval || random() % 100 >= attr->probability)
		return false;
	if (attr->times > 0)
		attr->times--;
	return true;
}
