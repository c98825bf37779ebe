/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KASAN_SHARED_H
#define KASAN_SHARED_H

#include "arch/riscv/early/kasan_shared.h"

/* Once translation is on. @shadow: addresses of pages of shadow. */

/** kasan_shadow_shared() - whether it is one of the two */
bool kasan_shadow_shared(unsigned long shadow);

/**
 * kasan_share() - make it one of the two, all of a range that has no shadow of its own
 * Return: 0, -ENOMEM, -EEXIST
 */
int __must_check kasan_share(unsigned long start, unsigned long end, enum kasan_shared_kind kind);

/** kasan_own() - put @nr pages in its place, that read the same. Return: as kasan_share() */
int __must_check kasan_own(unsigned long shadow, phys_addr_t pages, unsigned int nr);

#endif
