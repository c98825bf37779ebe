# SPDX-License-Identifier: BSD-2-Clause
tests += memblock
memblock-src := mm/memblock/memblock.c memblock_walk.c
