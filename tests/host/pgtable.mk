# SPDX-License-Identifier: BSD-2-Clause
# Each store to an entry and each barrier of the engine is seen by pgtable_watch.c.
# pgtable: cases and few random calls; pgtable_soak: many.
tests += pgtable pgtable_soak
pgtable-common := $(patsubst ../../%,%,$(wildcard ../../mm/pgtable*.c)) pgtable_mem.c pgtable_watch.c pgtable_hart.c \
	pgtable_hw.c pgtable_model.c pgtable_ops.c pgtable_look.c pgtable_check.c pgtable_random.c
pgtable-src := $(pgtable-common) pgtable_pairs.c pgtable_refuse.c pgtable_trees.c
pgtable_soak-src := $(pgtable-common)
pgtable-cflags := -include pgtable_watch.h
pgtable_soak-cflags := $(pgtable-cflags)
# The engine is built like all the others; what watches it need not be watched.
pgtable-test-cflags := -O2
pgtable_soak-test-cflags := -O2 -fno-sanitize=all
