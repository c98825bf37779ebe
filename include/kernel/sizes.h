/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_SIZES_H
#define KERNEL_SIZES_H

#define SZ_4K  (1UL << 12)
#define SZ_64K (1UL << 16)
#define SZ_1M  (1UL << 20)
#define SZ_2M  (1UL << 21)
#define SZ_4M  (1UL << 22)
#define SZ_16M (1UL << 24)
#define SZ_1G  (1UL << 30)
#define SZ_4G  (1UL << 32)

/* a is a power of two in all of these. */
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define ALIGN(x, a)      ALIGN_DOWN((x) + ((__typeof__(x))(a) - 1), a)
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)

#endif
