// SPDX-License-Identifier: BSD-2-Clause
/* All tests of the engine, which is built without its fast paths here: see pgtable_slow.mk. */
#include "pgtable_test.c"
