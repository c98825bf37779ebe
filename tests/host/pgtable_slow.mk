# SPDX-License-Identifier: BSD-2-Clause
# All tests of the engine once more, for an engine without fast paths: it alone is built anew.
tests += pgtable_slow
pgtable_slow-src := $(filter mm/%,$(pgtable-src))
pgtable_slow-cflags := $(pgtable-cflags) -include pgtable_slow.h
pgtable_slow-test-cflags := $(pgtable-test-cflags)
.DEFAULT_GOAL := all
$(B)/pgtable_slow_test: $(patsubst %.c,$(B)/pgtable/%.o,$(filter-out mm/%,$(pgtable-src)))
