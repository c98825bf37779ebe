// SPDX-License-Identifier: BSD-2-Clause
/* The host tests' runner: see host.h. */
#include "host.h"

#include <time.h>

unsigned long host_failures;
uint64_t host_seed;
static uint64_t state;
static const char *skipped;

uint64_t host_rand(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

unsigned long host_work(unsigned long count)
{
	const char *work = getenv("WORK");

	return work ? (unsigned long)((double)count * strtod(work, NULL)) : count;
}

void host_skip(const char *reason)
{
	skipped = reason;
}

int host_main(const char *program, const struct host_case *cases, int nr)
{
	const char *seed = getenv("SEED");
	int failed = 0;

	host_seed = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n# seed %llu\n", nr, (unsigned long long)host_seed);
	for (int i = 0; i < nr; i++) {
		/* Each case starts from the seed alone, so it repeats alone too. */
		state = host_seed * 0x9e3779b97f4a7c15ULL + (uint64_t)i + 1;
		host_failures = 0;
		skipped = NULL;
		cases[i].run();
		printf("%sok %d - %s%s%s\n", host_failures ? "not " : "", i + 1, cases[i].name,
		       skipped ? " # SKIP " : "", skipped ? skipped : "");
		if (host_failures) {
			failed++;
			printf("# repeat with: SEED=%llu %s\n", (unsigned long long)host_seed,
			       program);
		}
	}
	return failed ? 1 : 0;
}
