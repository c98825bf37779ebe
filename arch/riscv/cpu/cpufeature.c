// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which extensions are used: those the device tree lists for every hart and this hart was
 * seen to do. boot/ reads the tree, the memory side tries the hart; the decision is here.
 */
#include <kernel/printk.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#include <asm/cpufeature.h>
#include <asm/errata.h>

struct riscv_ext_state riscv_ext_state[NR_RISCV_EXTS];
unsigned long riscv_ext_used;

/*
 * unseen: no access tells whether a hart has it. Svvptc promises that valid bits are seen
 * soon; a hart without it may be as fast. So the device tree alone decides.
 */
static const struct {
	char name[8]; /* begins with "s" */
	bool unseen;
} ext_row[NR_RISCV_EXTS] = {
	[RISCV_ISA_EXT_SVNAPOT] = { "svnapot", false },
	[RISCV_ISA_EXT_SVPBMT] = { "svpbmt", false },
	[RISCV_ISA_EXT_SVINVAL] = { "svinval", false },
	[RISCV_ISA_EXT_SVADU] = { "svadu", false },
	[RISCV_ISA_EXT_SVADE] = { "svade", false },
	[RISCV_ISA_EXT_SVVPTC] = { "svvptc", true },
	[RISCV_ISA_EXT_SSTC] = { "sstc", false },
};

const char *riscv_ext_name(enum riscv_ext ext)
{
	return ext_row[ext].name;
}

/* Most names that begin alike differ in the third letter: no call for them. */
unsigned long riscv_ext_bit(const char *name)
{
	if (!name[0] || !name[1])
		return 0;
	for (unsigned int ext = 0; ext < NR_RISCV_EXTS; ext++)
		if (name[2] == ext_row[ext].name[2] && !strcmp(name, ext_row[ext].name))
			return 1UL << ext;
	return 0;
}

const char *hart_does_text(enum hart_does does)
{
	static const char texts[NR_HART_DOES][20] = {
		[HART_UNSEEN] = "cannot show it",
		[HART_DOES] = "does it",
		[HART_FAULTS] = "faults on it",
		[HART_DIFFERS] = "does otherwise",
	};

	return texts[does];
}

bool riscv_ext_usable(const struct riscv_ext_state state[NR_RISCV_EXTS], enum riscv_ext ext)
{
	return state[ext].listed && (state[ext].does == HART_DOES || ext_row[ext].unseen);
}

bool riscv_ext_broken(const struct riscv_ext_state state[NR_RISCV_EXTS], enum riscv_ext ext)
{
	/* With both, a hart starts Svade's way; Svadu waits until the firmware is asked. */
	if (ext == RISCV_ISA_EXT_SVADU && state[RISCV_ISA_EXT_SVADE].listed)
		return false;
	return state[ext].listed && !riscv_ext_usable(state, ext);
}

void riscv_fill_hwcap(void)
{
	char names[NR_RISCV_EXTS * (sizeof(ext_row[0].name) + 1)] = "none";
	size_t len = 0;

	for (unsigned int ext = 0; ext < NR_RISCV_EXTS; ext++) {
		if (riscv_ext_usable(riscv_ext_state, ext)) {
			riscv_ext_used |= 1UL << ext;
			len += (size_t)scnprintf(names + len, sizeof(names) - len, "%s%s",
						 len ? "," : "", ext_row[ext].name);
		}
		if (riscv_ext_broken(riscv_ext_state, ext))
			pr_notice("cpu: device tree lists %s, but the hart %s: not used\n",
				  ext_row[ext].name, hart_does_text(riscv_ext_state[ext].does));
	}
	pr_info("cpu: uses=%s\n", names);
}

/* The boot hart was asked in setup_vm(), by errata.c, which cannot print: it is built for there. */
void errata_init(void)
{
	static unsigned long said;
	unsigned long found = boot_record.errata;

	if (said)
		found = errata_probe() & ~(1UL << ERRATUM_MEMORY_TYPES); /* too late for those */
	boot_record.errata |= found;
	for (unsigned int erratum = 0; erratum < NR_ERRATA; erratum++)
		if (found & ~said & 1UL << erratum)
			pr_info("cpu: erratum=\"%s\"\n", erratum_name(erratum));
	said |= found | 1UL << NR_ERRATA;
}
