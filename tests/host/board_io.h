/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BOARD_IO_H
#define BOARD_IO_H

/* What harts and devices give, with models behind it. */
#include "uart_io.h"
#include <asm/csr.h>

#undef csr_read
#define csr_read(csr) 0

/* The host's programs have one too. */
#define _start image_start

/* The kernel's messages, one after the other. */
extern char board_log[1 << 16];

#endif
