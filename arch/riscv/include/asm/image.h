/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_IMAGE_H
#define ASM_IMAGE_H

/*
 * The 64-byte header boot loaders read (Linux Documentation/arch/riscv/
 * boot-image-header.rst, header version 0.2).
 */

#define IMAGE_TEXT_OFFSET 0x200000     /* bytes above the base of DRAM */
#define IMAGE_FLAGS       0            /* bit 0: kernel is little endian */
#define IMAGE_VERSION     0x2          /* major << 16 | minor */
#define IMAGE_MAGIC       0x5643534952 /* "RISCV\0\0\0", deprecated, still read */
#define IMAGE_MAGIC2      0x05435352   /* "RSC\x05" */

#endif
