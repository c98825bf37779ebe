# SPDX-License-Identifier: BSD-2-Clause
# Random calls in large numbers. What watches the engine need not be watched itself.
tests += pgtable_soak
pgtable_soak-src = $(pgtable-common)
pgtable_soak-cflags = $(pgtable-cflags) -O2
pgtable_soak-test-cflags := -O2 -fno-sanitize=all
