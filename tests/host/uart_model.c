// SPDX-License-Identifier: BSD-2-Clause
#include "uart_model.h"

#include <kernel/types.h>
#include <stdint.h>

#define BASE 0x100000

struct uart_model model;
static u64 now;

volatile u8 *model_regs(void)
{
	return (volatile u8 *)(uintptr_t)BASE;
}

u64 rdtime(void)
{
	return now += 10;
}

u32 ticks_per_second(void)
{
	return 1000000;
}

unsigned int model_unsent(void)
{
	if (!model.char_time || model.line_free <= now)
		return 0;
	return (unsigned int)((model.line_free - now + model.char_time - 1) / model.char_time);
}

static unsigned int in_fifo(void)
{
	unsigned int unsent = model_unsent();

	return unsent ? unsent - 1 : 0;
}

static void send(u32 value)
{
	if (in_fifo() >= (model.kind == MODEL_SIFIVE ? 8 : 16))
		model.wrong++; /* there is no room: it is lost */
	model.line_free = (model.line_free > now ? model.line_free : now) + model.char_time;
	if (model.nr_sent < sizeof(model.sent) - 1)
		model.sent[model.nr_sent++] = (char)value;
}

static u32 receive(void)
{
	return model.typed && *model.typed ? (u8)*model.typed++ : 0;
}

static bool waiting(void)
{
	return model.typed && *model.typed;
}

static u32 read_16550(unsigned int reg)
{
	switch (reg) {
	case 0:
		return model.lcr & 0x80 ? model.dll : receive();
	case 1:
		return model.lcr & 0x80 ? model.dlm : model.ier;
	case 2:
		return (model.fcr & 1 ? 0xc0 : 0) | (model.busy_detect            ? 7
						     : waiting() && model.ier & 1 ? 4
										  : 1);
	case 3:
		if (model.busy)
			model.busy--;
		return model.lcr;
	case 4:
		return model.mcr;
	case 5:
		return (model.stuck ? 0 : !in_fifo() << 5 | !model_unsent() << 6) | waiting();
	case 31:
		model.busy_detect = false;
		return model.busy > 0;
	default:
		model.wrong++;
		return 0;
	}
}

static void write_16550(unsigned int reg, u8 value)
{
	switch (reg) {
	case 0:
		if (model.lcr & 0x80)
			model.dll = value;
		else
			send(value);
		break;
	case 1:
		*(model.lcr & 0x80 ? &model.dlm : &model.ier) = value;
		break;
	case 2:
		model.fcr = value;
		break;
	case 3:
		if (model.busy) {
			model.busy_detect = true;
			break;
		}
		model.lcr = value;
		model.busy = model.busy_again;
		model.busy_again = 0;
		break;
	case 4:
		model.mcr = value;
		break;
	default:
		model.wrong++;
	}
}

static u32 read_sifive(unsigned int offset)
{
	switch (offset) {
	case 0x00:
		return model.stuck || in_fifo() >= 8 ? 0x80000000u : 0;
	case 0x04:
		return waiting() ? receive() : 0x80000000u;
	case 0x08:
		return model.txctrl;
	case 0x0c:
		return model.rxctrl;
	case 0x10:
		return model.ie;
	case 0x14:
		return (u32)waiting() << 1 | (!model.stuck && in_fifo() < (model.txctrl >> 16 & 7));
	default:
		model.wrong++;
		return 0;
	}
}

static void write_sifive(unsigned int offset, u32 value)
{
	switch (offset) {
	case 0x00:
		if (model.txctrl & 1)
			send(value);
		break;
	case 0x08:
		model.txctrl = value;
		break;
	case 0x0c:
		model.rxctrl = value;
		break;
	case 0x10:
		model.ie = value;
		break;
	default:
		model.wrong++;
	}
}

/* The offset of an access that may be, else -1. */
static long offset_of(const volatile void *addr, unsigned int width)
{
	uintptr_t offset = (uintptr_t)addr - BASE;
	unsigned int step = model.kind == MODEL_SIFIVE ? 4 : 1u << model.shift;

	if (offset + width <= model.size && offset % step == 0 &&
	    width == (model.kind == MODEL_SIFIVE ? 4 : model.width))
		return (long)offset;
	model.wrong++;
	return -1;
}

u32 model_read(const volatile void *addr, unsigned int width)
{
	long offset = offset_of(addr, width);

	now++;
	if (offset < 0 || model.kind == MODEL_NONE)
		return 0;
	if (model.kind == MODEL_SIFIVE)
		return read_sifive((unsigned int)offset);
	/* The upper bytes of a register are not defined. */
	return read_16550((unsigned int)offset >> model.shift) | (width == 4 ? 0x5a00 : 0);
}

void model_write(u32 value, volatile void *addr, unsigned int width)
{
	long offset = offset_of(addr, width);

	if (offset < 0 || model.kind == MODEL_NONE)
		return;
	if (model.kind == MODEL_SIFIVE)
		write_sifive((unsigned int)offset, value);
	else
		write_16550((unsigned int)offset >> model.shift, (u8)value);
}

bool model_raised(void)
{
	if (model.kind == MODEL_SIFIVE)
		return waiting() && model.ie & 2;
	return model.busy_detect || (waiting() && model.ier & 1);
}
