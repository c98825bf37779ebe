/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UART_IO_H
#define UART_IO_H

/* What <asm/io.h> and <asm/time.h> give to drivers, with a model behind it. */
#define ASM_IO_H
#define ASM_TIME_H

#include <kernel/types.h>

u32 model_read(const volatile void *addr, unsigned int width);
void model_write(u32 value, volatile void *addr, unsigned int width);

#define readb(addr)         ((u8)model_read(addr, 1))
#define readl(addr)         model_read(addr, 4)
#define writeb(value, addr) model_write(value, addr, 1)
#define writel(value, addr) model_write(value, addr, 4)

u64 rdtime(void);
u32 ticks_per_second(void);

#endif
