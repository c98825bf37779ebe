# SPDX-License-Identifier: BSD-2-Clause
tests += memblock
memblock-src := mm/memblock.c mm/memblock_look.c memblock_walk.c
