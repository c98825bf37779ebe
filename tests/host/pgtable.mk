# SPDX-License-Identifier: BSD-2-Clause
# Each store to an entry and each barrier of the engine is seen by pgtable_mem.c.
tests += pgtable
pgtable-src := mm/pgtable.c pgtable_mem.c pgtable_model.c pgtable_hw.c pgtable_random.c
pgtable-cflags := -include pgtable_watch.h
# A third of the time; the engine itself is built like all the others.
pgtable-test-cflags := -O2
