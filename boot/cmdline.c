// SPDX-License-Identifier: BSD-2-Clause
/* The command line: one table of typed parameters. Its grammar is in lib/args.c. */
#include <kernel/args.h>
#include <kernel/cmdline.h>
#include <kernel/devicetree.h>
#include <kernel/errno.h>
#include <kernel/kasan.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <kernel/watchdog.h>
#include <asm/boot_record.h>

char boot_command_line[COMMAND_LINE_SIZE] __noinit;
struct cmdline_options cmdline = { .loglevel = LOGLEVEL_DEFAULT,
				   .maxharts = ~0ULL,
				   .ktest_work = 1 };

/* Values of PARAM_STRING point in here. */
static char values[COMMAND_LINE_SIZE] __noinit;

/* It was read before paging; what is left is to say what was wrong. */
static const char *earlycon_read(const char *text)
{
	const char *why = earlycon_wrong(&boot_record.earlycon);
	static char said[96];

	snprintf(said, sizeof(said), "%s: the firmware's console is used", why);
	return why ? said : NULL;
}

static param_take_t *take_earlycon = earlycon_read;
static param_take_t *take_earlyfw = early_init_firmware;

static const struct param params[] = {
	{ "bench", PARAM_STRING, &cmdline.bench, NULL, "GLOB: run benchmarks, then go on" },
	{ "console", PARAM_STRING, &cmdline.console, NULL,
	  "sbi|uart|NODE: print through the firmware, or a UART if there is one" },
	{ "debug", PARAM_FLAG, &cmdline.debug, NULL, "print debug messages too" },
	{ "earlycon", PARAM_EACH, &take_earlycon, NULL,
	  "sbi|UART[,mmio|mmio32],ADDR: print there until devices are there" },
	{ "earlyfw", PARAM_EACH, &take_earlyfw, NULL,
	  "ADDR,SIZE: firmware's memory that the device tree does not name" },
	{ "fail_page_alloc", PARAM_STRING, &cmdline.fail_page_alloc, NULL,
	  "INTERVAL,PROBABILITY,SPACE,TIMES: let allocations of pages fail" },
	{ "failslab", PARAM_STRING, &cmdline.failslab, NULL,
	  "INTERVAL,PROBABILITY,SPACE,TIMES: let allocations of objects fail" },
#ifdef CONFIG_KASAN
	{ "kasan", PARAM_CHOICE, &kasan_fault, "report|panic",
	  "whether a bad memory access ends the machine" },
	{ "kasan_multi_shot", PARAM_FLAG, &kasan_multi_shot, NULL,
	  "report each bad access, not only the first" },
#endif
	{ "ktest", PARAM_STRING, &cmdline.ktest, NULL, "GLOB: run tests, then power off" },
	{ "ktest_shuffle", PARAM_NUMBER, &cmdline.ktest_shuffle, NULL,
	  "SEED: run tests in another order" },
	{ "ktest_work", PARAM_NUMBER, &cmdline.ktest_work, NULL,
	  "N: repeat what is repeated N times as often" },
	{ "loglevel", PARAM_NUMBER, &cmdline.loglevel, NULL, "0-8: print messages below it" },
	{ "maxharts", PARAM_NUMBER, &cmdline.maxharts, NULL, "N: start at most so many harts" },
	{ "mem", PARAM_SIZE, &cmdline.mem, NULL, "SIZE[KMGT]: use only so much RAM" },
	{ "no4lvl", PARAM_EARLY, NULL, NULL, "use at most sv39" },
	{ "no5lvl", PARAM_EARLY, NULL, NULL, "use at most sv48" },
	{ "paging", PARAM_EARLY, NULL, "sv39|sv48|sv57", "use at most this paging mode" },
	{ "panic_on_oops", PARAM_NUMBER, &panic_on_oops, NULL, "1: a report ends the machine" },
	{ "panic_on_warn", PARAM_NUMBER, &panic_on_warn, NULL, "1: a warning ends the machine" },
	{ "quiet", PARAM_FLAG, &cmdline.quiet, NULL, "print errors only" },
	{ "run", PARAM_STRING, &cmdline.run, NULL, "\"COMMAND; ...\": run monitor commands" },
	{ "watchdog_thresh", PARAM_NUMBER, &watchdog_thresh, NULL,
	  "SECONDS: a hart is stuck after it, 0: never (10)" },
	{ "", PARAM_FLAG, NULL, NULL, NULL },
};

const struct param *cmdline_params(void)
{
	return params;
}

static bool is_choice(const char *choices, const char *value)
{
	while (choices) {
		const char *end = strchr(choices, '|');
		const size_t len = end ? (size_t)(end - choices) : strlen(choices);

		if (len == strlen(value) && !memcmp(choices, value, len))
			return true;
		choices = end ? end + 1 : NULL;
	}
	return false;
}

/* Return: NULL, or what is wrong with the value. */
static const char *set_param(const struct param *param, char *value)
{
	unsigned long long number;
	char *end;

	if (param->type == PARAM_FLAG || (param->type == PARAM_EARLY && !param->choices)) {
		if (value)
			return "takes no value";
		if (param->value)
			*(bool *)param->value = true;
		return NULL;
	}
	if (param->type == PARAM_EACH)
		return (*(param_take_t **)param->value)(value ? value : "");
	if (!value)
		return "needs a value";
	if (param->choices && !is_choice(param->choices, value))
		return "unknown value";
	if (param->type == PARAM_EARLY)
		return NULL;
	if (param->type == PARAM_STRING || param->type == PARAM_CHOICE) {
		*(char **)param->value = value;
		return NULL;
	}
	number = memparse(value, &end);
	if (end == value || *end || (param->type == PARAM_NUMBER && kstrtoull(value, 0, &number)))
		return "not a number";
	*(u64 *)param->value = number;
	return NULL;
}

static const struct param *find_param(const struct param *table, const char *name)
{
	for (const struct param *p = table; p->name[0]; p++)
		if (p->name[0] == name[0] && !strcmp(p->name, name)) /* few begin alike */
			return p;
	return NULL;
}

/* @store: as parse_params() has it; what is put there is of no use later. */
static void list_unknown(const struct param *table, const char *text, size_t len, char *store)
{
	const size_t room = len + 1;
	bool any = false;

	while (args_next(&text, &len, store, room)) {
		const char *value = args_value(store);

		if (find_param(table, store))
			continue;
		if (!any)
			pr_notice("cmdline: unknown, ignored:");
		pr_cont(" %s%s%s", store, value ? "=" : "", value ? value : "");
		any = true;
	}
	if (any)
		pr_cont("\n");
}

void parse_params(const struct param *table, const char *text, size_t len, char *store)
{
	const char *end = store + len + 1;
	int more;

	list_unknown(table, text, len, store);
	while ((more = args_next(&text, &len, store, (size_t)(end - store)))) {
		const size_t size = strlen(store) + 1;
		char *value = args_value(store);
		const struct param *param = find_param(table, store);
		const char *wrong = param ? set_param(param, value) : NULL;

		if (more < 0)
			wrong = "a quote is not closed";
		if (wrong)
			pr_warn("cmdline: %s%s%s: %s\n", store, value ? "=" : "",
				value ? value : "", wrong);
		store += size;
	}
}

void parse_args(const char *text, size_t len)
{
	if (len >= COMMAND_LINE_SIZE)
		panic("command line of %lu bytes: at most %u are possible", len,
		      COMMAND_LINE_SIZE - 1);
	memcpy(boot_command_line, text, len);
	boot_command_line[len] = '\0';
	parse_params(params, boot_command_line, len, values);
}
