# SPDX-License-Identifier: BSD-2-Clause
# The kernel's reading of the specification and the tests', on tables that hold anything.
tests += pgtable_spec
pgtable_spec-src := mm/engine/spec.c mm/engine/pgtable_walk.c pgtable_hw.c
pgtable_spec-test-cflags := -O2 -Wno-unused-parameter
