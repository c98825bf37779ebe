// SPDX-License-Identifier: BSD-2-Clause
/*
 * The random calls of pgtable_random.c in large numbers, a process for each geometry.
 * GEOMETRY= in the environment picks one.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "pgtable_random.h"

static void run_geometry(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		host_rand(); /* each has its own numbers */
	random_calls(pgtable_geometry(1 + nr / 3, 3 + nr % 3), host_work(200000));
	exit(host_failures ? 1 : 0);
}

static void wait_for_one(void)
{
	int status;

	if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		host_failures++;
}

static void test_random(void)
{
	const char *only = getenv("GEOMETRY");
	unsigned int found = 0;
	long running = 0, most = sysconf(_SC_NPROCESSORS_ONLN);

	for (unsigned int nr = 0; nr < 6; nr++) {
		if (only && strcmp(only, pgtable_geometry(1 + nr / 3, 3 + nr % 3)->name))
			continue;
		found++;
		if (running == most) {
			wait_for_one();
			running--;
		}
		fflush(stdout);
		if (!fork())
			run_geometry(nr);
		running++;
	}
	while (running--)
		wait_for_one();
	if (!found) {
		printf("# GEOMETRY=%s: there is none of this name\n", only);
		host_failures++;
	}
}

static const struct host_case cases[] = {
	{ "random calls in each geometry", test_random },
};
HOST_MAIN(cases)
