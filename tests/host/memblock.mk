# SPDX-License-Identifier: BSD-2-Clause
tests += memblock
memblock-src := mm/memblock/memblock.c mm/memblock/memblock_look.c memblock_walk.c
