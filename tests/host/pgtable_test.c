// SPDX-License-Identifier: BSD-2-Clause
/*
 * mm/pgtable.c case by case: each refusal of its contract, the ends of the address
 * spaces, and damaged trees. pgtable_random.c does the rest.
 */
#include <kernel/errno.h>
#include <kernel/sizes.h>

#include <string.h>

#include "host.h"
#include "pgtable_mem.h"
#include "pgtable_model.h"
#include "pgtable_random.h"

static const struct host_case cases[] = {
	{ "all pairs of small operations at borders", pgtable_small_pairs },
	{ "three handles on one chain", pgtable_one_chain },
	{ "random, tables at an offset", pgtable_random_flat },
	{ "random, tables anywhere", pgtable_random_reach },
	{ "random, tables through a fixmap", pgtable_random_fixmap },
};
HOST_MAIN(cases)
