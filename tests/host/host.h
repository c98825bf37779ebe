/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_H
#define HOST_H

/*
 * The few words every host test program shares: checks that count, a seeded
 * random source, and TAP on stdout. A program's main() is host_main() of a table.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct host_case {
	const char *name;
	void (*run)(void);
};

extern unsigned long host_failures; /* failed checks of the running case */
extern uint64_t host_seed;          /* SEED= of the environment, else from the clock */

/* xorshift64*: the same numbers for the same seed on every machine. */
uint64_t host_rand(void);
static inline uint64_t host_rand_below(uint64_t n)
{
	return host_rand() % n;
}

/* How much random work to do: default count times the environment's WORK= (1). */
unsigned long host_work(unsigned long count);

/* The running case can't be done here: its line says "# SKIP @reason". */
void host_skip(const char *reason);

#define CHECK(cond)                                                                   \
	do {                                                                          \
		if (!(cond)) {                                                        \
			host_failures++;                                              \
			printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #cond); \
		}                                                                     \
	} while (0)

#define CHECK_EQ(a, b)                                                                             \
	do {                                                                                       \
		long long _a = (long long)(a), _b = (long long)(b);                                \
		if (_a != _b) {                                                                    \
			host_failures++;                                                           \
			printf("# %s:%d: %s is %lld (0x%llx), not %s = %lld (0x%llx)\n", __FILE__, \
			       __LINE__, #a, _a, _a, #b, _b, _b);                                  \
		}                                                                                  \
	} while (0)

/* Prints TAP, the seed, and for a failed case the command that repeats it. */
int host_main(const char *program, const struct host_case *cases, int nr);

#define HOST_MAIN(cases)                                                                 \
	int main(int argc, char **argv)                                                  \
	{                                                                                \
		(void)argc;                                                              \
		return host_main(argv[0], cases, (int)(sizeof(cases) / sizeof(*cases))); \
	}

#endif
