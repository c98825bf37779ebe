# SPDX-License-Identifier: BSD-2-Clause
# Each store to an entry and each barrier of the engine is seen by pgtable_watch.c.
tests += pgtable
pgtable-common := mm/engine/spec.c $(patsubst $(TOP)/%,%,$(wildcard $(TOP)/mm/engine/pgtable*.c)) \
	$(addprefix pgtable_,mem.c watch.c hart.c hw.c model.c ops.c look.c check.c random.c)
pgtable-src := $(pgtable-common) $(addprefix pgtable_,pairs.c refuse.c trees.c shared.c)
pgtable-cflags := -include pgtable_watch.h
# The engine itself is built like all the others.
pgtable-test-cflags := -O2
