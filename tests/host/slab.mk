# SPDX-License-Identifier: BSD-2-Clause
tests += slab
slab-src := mm/slab.c mm/slab_slow.c mm/slab_pages.c mm/slab_report.c mm/slab_common.c mm/kmalloc.c \
	mm/mempool.c lib/fault-inject.c slab_mem.c slab_walk.c
slab-cflags := -include slab_hart.h -Wno-unused-parameter
slab-test-cflags := -include slab_hart.h -Wno-unused-parameter
