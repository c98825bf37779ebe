// SPDX-License-Identifier: BSD-2-Clause
/* Monitor commands about the running system: cmdline, log, reboot, poweroff. */
#include <kernel/cmdline.h>
#include <kernel/delay.h>
#include <kernel/errno.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>

#define LOG_LINE 512

static int cmd_cmdline(int argc, char **argv)
{
	static const char *const values[] = {
		[PARAM_FLAG] = "",        [PARAM_NUMBER] = "=N",  [PARAM_SIZE] = "=SIZE",
		[PARAM_STRING] = "=TEXT", [PARAM_EACH] = "=TEXT",
	};
	char spelled[40];

	console_printf("\"");
	console_write(boot_command_line, strlen(boot_command_line));
	console_printf("\"\n");
	for (const struct param *p = cmdline_params(); p->name[0]; p++) {
		if (p->type == PARAM_EARLY || p->type == PARAM_CHOICE)
			snprintf(spelled, sizeof(spelled), "%s%s%s", p->name, p->choices ? "=" : "",
				 p->choices ? p->choices : "");
		else
			snprintf(spelled, sizeof(spelled), "%s%s", p->name, values[p->type]);
		console_printf("%-24s %s\n", spelled, p->help);
	}
	return 0;
}

MONITOR_COMMAND(cmdline, "", "the command line, and what it may say", cmd_cmdline, NULL);

static int cmd_log(int argc, char **argv)
{
	char line[LOG_LINE];
	u64 lines = ~0ULL, skip = 0, total = 0, cursor = 0;
	int level;

	if (argc > 1 && monitor_parse_number(argv[1], &lines))
		return -EINVAL;
	while (log_read(&cursor, line, sizeof(line), &level) >= 0)
		total++;
	skip = total > lines ? total - lines : 0;
	cursor = 0;
	for (u64 i = 0; log_read(&cursor, line, sizeof(line), &level) >= 0; i++) {
		if (i < skip)
			continue;
		console_printf("<%d> ", level);
		console_write(line, strlen(line));
		console_write("\n", 1);
	}
	return 0;
}

MONITOR_COMMAND(log, "[N]", "the kernel log with levels, or its last N lines", cmd_log, NULL);

static int cmd_sleep(int argc, char **argv)
{
	u64 msecs;

	if (monitor_parse_number(argv[1], &msecs))
		return -ENOENT;
	if (msecs > INT_MAX) {
		monitor_error("%s: at most %d ms", argv[1], INT_MAX);
		return -ERANGE;
	}
	msleep((unsigned int)msecs);
	return 0;
}

MONITOR_COMMAND(sleep, "MSECS", "wait, in wfi", cmd_sleep, NULL);

static int cmd_reboot(int argc, char **argv)
{
	machine_restart();
}

MONITOR_COMMAND(reboot, "", "restart the machine", cmd_reboot, NULL);

static int cmd_poweroff(int argc, char **argv)
{
	machine_power_off(false);
}

MONITOR_COMMAND(poweroff, "", "switch the machine off", cmd_poweroff, NULL);
