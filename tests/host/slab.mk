# SPDX-License-Identifier: BSD-2-Clause
tests += slab
slab-src := mm/slab/slab.c mm/slab/slab_slow.c mm/slab/slab_pages.c mm/slab/slab_report.c mm/slab/slab_common.c \
	lib/fault-inject.c slab_mem.c slab_walk.c
slab-cflags := -include slab_hart.h -Wno-unused-parameter
slab-test-cflags := -include slab_hart.h -Wno-unused-parameter
