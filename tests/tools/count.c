// SPDX-License-Identifier: BSD-2-Clause
/*
 * A plugin of QEMU that counts what the guest runs, in firmware and kernel, on all harts:
 * -plugin count.so,out=FILE. A block that a trap leaves counts as a whole.
 *
 * No package has the header: declared is what version 4 of the interface (QEMU 9.0 and
 * later) promises of the calls used here.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;

struct per_hart { /* a counter of each hart */
	struct qemu_plugin_scoreboard *score;
	size_t offset;
};

#define INLINE_ADD_U64 0

struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
uint64_t qemu_plugin_u64_sum(struct per_hart counter);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*call)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(struct qemu_plugin_tb *tb, int operation,
						       struct per_hart counter, uint64_t value);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*call)(plugin_id, void *), void *data);
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

int qemu_plugin_version = 4; /* QEMU looks for it */
static struct per_hart counter;

static void block_translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb, INLINE_ADD_U64, counter,
							  qemu_plugin_tb_n_insns(tb));
}

static void ended(plugin_id id, void *path)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return;
	fprintf(out, "%" PRIu64 "\n", qemu_plugin_u64_sum(counter));
	fclose(out);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4) != 0)
		return 1;
	counter.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
	qemu_plugin_register_atexit_cb(id, ended, strdup(argv[0] + 4));
	return 0;
}
