// SPDX-License-Identifier: BSD-2-Clause
/* Drivers of UARTs: the registers they touch, what is sent and received, what is refused. */
#include "fdt_build.h"
#include "host.h"
#include "uart_model.h"

#include <kernel/completion.h>
#include <kernel/driver.h>
#include <kernel/errno.h>
#include <kernel/interrupt.h>
#include <kernel/printk.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- What the drivers need of the kernel --- */

static const struct console *console;
static irq_handler_t handler;
static char firmware_said[64], logged[256];
static bool has_irq;

static void firmware_write(const char *s, size_t len)
{
	strncat(firmware_said, s, len);
}

const struct console *switch_console(const struct console *new)
{
	static const struct console firmware = { .name = "firmware", .write = firmware_write };

	console = new;
	return &firmware;
}

const char *device_map(const struct device *dev, u64 size, volatile u8 **regs, u64 *has, u64 *pa)
{
	(void)dev, (void)has;
	*regs = model_regs();
	*pa = 0x10000000;
	return size > model.size ? "reg is too small" : NULL;
}

int device_irq(const struct device *dev, unsigned int *flags)
{
	(void)dev;
	*flags = 0;
	return has_irq ? 10 : -ENOENT;
}

int request_irq(unsigned int irq, irq_handler_t function, unsigned int flags, const char *name,
		void *dev)
{
	(void)irq, (void)flags, (void)name, (void)dev;
	handler = function;
	return 0;
}

void complete(struct completion *x)
{
	(void)x;
}

void printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(logged, sizeof(logged), fmt + 2, args); /* behind the level */
	va_end(args);
}

/* --- Cases --- */

static struct driver driver = { "ns16550a", ns16550_probe };
static u32 shift, width, clock_frequency, speed;

static const char *probe(void)
{
	static const struct driver_env env = { .uart = true };
	static struct fdt fdt;
	static struct fdt_scan scan;
	struct device dev = { .scan = &scan, .env = &env, .driver = &driver, .console = true };

	build_start();
	build_begin("");
	build_begin("serial");
	if (shift)
		build_u32("reg-shift", shift);
	if (width)
		build_u32("reg-io-width", width);
	if (clock_frequency)
		build_u32("clock-frequency", clock_frequency);
	if (speed)
		build_u32("current-speed", speed);
	build_end();
	build_end();
	CHECK_EQ(fdt_open(&fdt, build_finish()), 0);
	scan.fdt = &fdt;
	dev.node = fdt_find_node(&fdt, "/serial");
	return driver.probe(&dev);
}

static void starts(void)
{
	const char *why = probe();

	CHECK(!why);
	if (why)
		printf("# %s\n", why);
	CHECK(console && !strcmp(console->name, "uart"));
}

static void refused(const char *want)
{
	const char *why = probe();

	CHECK(why && !strcmp(why, want));
	CHECK(!console);
}

/* Both ways, and nothing touched that may not be. */
static void talks(void)
{
	char long_text[100];

	model.char_time = 1042; /* 10 bits at 9600 baud */
	memset(long_text, 'x', sizeof(long_text));
	console->write("some text\r\n", 11);
	CHECK(!strcmp(model.sent, "some text\r\n"));
	console->write(long_text, sizeof(long_text));
	CHECK_EQ(model.nr_sent, 111);
	CHECK(model_unsent()); /* none waits for the end but who asks for it */
	console->flush();
	CHECK_EQ(model_unsent(), 0);
	CHECK_EQ(console->getc(), -EAGAIN);
	model.typed = "ok\xff";
	CHECK_EQ(model_raised(), has_irq);
	if (has_irq) {
		CHECK_EQ(handler(10, NULL), IRQ_HANDLED);
		CHECK(!model_raised());
		CHECK_EQ(handler(10, NULL), IRQ_NONE);
	}
	CHECK_EQ(console->getc(), 'o');
	CHECK_EQ(console->getc(), 'k');
	CHECK_EQ(console->getc(), 0xff);
	CHECK_EQ(console->getc(), -EAGAIN);
	CHECK_EQ(model.wrong, 0);
}

static void is_16550(unsigned int reg_shift, unsigned int io_width)
{
	driver = (struct driver){ "ns16550a", ns16550_probe };
	model.kind = MODEL_16550;
	shift = model.shift = reg_shift;
	model.width = io_width;
	width = io_width == 1 ? 0 : io_width;
	model.size = (5u << reg_shift) + io_width;
}

static void is_designware(void)
{
	is_16550(2, 4);
	driver.compatible = "snps,dw-apb-uart";
	model.kind = MODEL_DESIGNWARE;
	model.size = 0x80;
}

static void is_sifive(void)
{
	driver = (struct driver){ "sifive,uart0", sifive_uart_probe };
	model.kind = MODEL_SIFIVE;
	model.size = 0x1c;
}

static void bytes(void)
{
	is_16550(0, 1);
	starts();
	talks();
}

static void bytes_apart(void)
{
	is_16550(3, 1);
	starts();
	talks();
}

static void polled(void)
{
	is_16550(0, 1);
	has_irq = false;
	starts();
	talks();
}

static void designware(void)
{
	is_designware();
	starts();
	talks();
}

static void designware_busy(void)
{
	is_designware();
	model.busy = model.busy_again = 3;
	clock_frequency = 24000000;
	speed = 115200;
	starts();
	CHECK(!model.busy_detect);
	CHECK_EQ(model.dll, 13);
	CHECK_EQ(model.nr_sent, 0); /* the divisor did not go out as text */
	model.busy_detect = true;   /* an interrupt that only USR ends */
	CHECK_EQ(handler(10, NULL), IRQ_HANDLED);
	CHECK(!model_raised());
	talks();
}

static void designware_always_busy(void)
{
	is_designware();
	model.busy = ~0u;
	refused("its registers do not keep what is written");
	CHECK(!model.busy_detect);
}

static void divisor(void)
{
	is_16550(0, 1);
	clock_frequency = 3686400;
	speed = 115200;
	starts();
	CHECK_EQ(model.dll, 2);
	CHECK_EQ(model.dlm, 0);
	CHECK_EQ(model.lcr, 3);
	talks();
}

static void layouts_refused(void)
{
	is_16550(0, 1);
	width = 2;
	refused("reg-io-width is not 1 or 4, or more than reg-shift has room for");
	width = 4;
	refused("reg-io-width is not 1 or 4, or more than reg-shift has room for");
	shift = 9;
	refused("reg-shift is not 0 to 8");
	is_designware();
	model.size = 0x7c; /* without USR */
	refused("reg is too small");
	CHECK_EQ(model.wrong, 0);
}

static void nothing_there(void)
{
	is_16550(0, 1);
	model.kind = MODEL_NONE;
	refused("its registers do not keep what is written");
}

static void gives_up(void)
{
	is_designware();
	starts();
	model.stuck = true;
	console->write("lost?", 5);
	CHECK(!strcmp(console->name, "firmware"));
	CHECK(!strcmp(firmware_said, "lost?"));
	CHECK(strstr(logged, "the UART does not send: the firmware's console is used"));
	CHECK_EQ(model.ier, 0);
}

/* What was taken before it stuck is not waited for for ever. */
static void gives_up_flushing(void)
{
	is_sifive();
	starts();
	model.stuck = true;
	console->flush();
	CHECK(!strcmp(console->name, "firmware"));
	CHECK(strstr(logged, "the UART does not send: the firmware's console is used"));
}

static void sifive(void)
{
	is_sifive();
	model.rxctrl = 0x30000; /* the firmware's watermark */
	starts();
	CHECK_EQ(model.rxctrl, 1);
	CHECK_EQ(model.txctrl, 0x10001);
	talks();
}

static void sifive_nothing_there(void)
{
	is_sifive();
	model.kind = MODEL_NONE;
	model.width = 4;
	refused("its registers do not keep what is written");
}

/* The drivers know one UART for ever, so each case has a process of its own. */
#define CASE(name)                                \
	static void run_##name(void)              \
	{                                         \
		int status = 1;                   \
		fflush(stdout);                   \
		if (!fork()) {                    \
			has_irq = true;           \
			name();                   \
			fflush(stdout);           \
			_exit(host_failures > 0); \
		}                                 \
		wait(&status);                    \
		CHECK_EQ(status, 0);              \
	}
CASE(bytes)
CASE(bytes_apart)
CASE(polled)
CASE(designware)
CASE(designware_busy)
CASE(designware_always_busy)
CASE(divisor)
CASE(layouts_refused)
CASE(nothing_there)
CASE(gives_up)
CASE(gives_up_flushing)
CASE(sifive)
CASE(sifive_nothing_there)

static const struct host_case cases[] = {
	{ "registers of a byte, side by side", run_bytes },
	{ "registers of a byte, 8 bytes apart", run_bytes_apart },
	{ "no interrupt: polled", run_polled },
	{ "DesignWare: 4 bytes each, 4 bytes apart", run_designware },
	{ "DesignWare: LCR is ignored while busy", run_designware_busy },
	{ "DesignWare: always busy", run_designware_always_busy },
	{ "the speed the tree asks for", run_divisor },
	{ "layouts that cannot be", run_layouts_refused },
	{ "nothing there", run_nothing_there },
	{ "a transmitter that is stuck", run_gives_up },
	{ "a transmitter that is stuck at the end", run_gives_up_flushing },
	{ "SiFive's", run_sifive },
	{ "SiFive's: nothing there", run_sifive_nothing_there },
};
HOST_MAIN(cases)
