/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_CPUFEATURE_H
#define ASM_CPUFEATURE_H

#include <kernel/types.h>

/* Extensions the kernel uses; rows in cpufeature.c. */
enum riscv_ext {
	RISCV_ISA_EXT_SVNAPOT,
	RISCV_ISA_EXT_SVPBMT,
	RISCV_ISA_EXT_SVINVAL,
	RISCV_ISA_EXT_SVADU,
	RISCV_ISA_EXT_SVADE,
	RISCV_ISA_EXT_SVVPTC,
	RISCV_ISA_EXT_SSTC,
	NR_RISCV_EXTS,
};

/* What the hart was seen to do when the extension was tried. */
enum hart_does {
	HART_UNSEEN, /* not tried, or there is nothing to see */
	HART_DOES,
	HART_FAULTS,
	HART_DIFFERS, /* no fault, but not what the extension says */
	NR_HART_DOES,
};

/**
 * struct riscv_ext_state - what is known of one extension
 * @listed: every hart that may run the kernel lists it in the device tree
 * @does:   of this hart
 */
struct riscv_ext_state {
	bool listed;
	enum hart_does does;
};

extern struct riscv_ext_state riscv_ext_state[NR_RISCV_EXTS];

/** riscv_ext_name() - as the device tree writes it */
const char *riscv_ext_name(enum riscv_ext ext);

/** riscv_ext_bit() - the extension of a name, as a bit; 0: none of these */
unsigned long riscv_ext_bit(const char *name);

/** hart_does_text() - an observation as the object of "the hart" */
const char *hart_does_text(enum hart_does does);

/**
 * riscv_ext_usable() - the rule: listed and seen, or listed where nothing can be seen
 * @state: of all extensions. A pure function.
 */
bool riscv_ext_usable(const struct riscv_ext_state state[NR_RISCV_EXTS], enum riscv_ext ext);

/** riscv_ext_broken() - whether the device tree promises what the hart does not do; pure */
bool riscv_ext_broken(const struct riscv_ext_state state[NR_RISCV_EXTS], enum riscv_ext ext);

/**
 * cpu_lacks() - the first extension in use that this hart, when it is tried, does not do
 * A door up to the memory side. Context: as svprobe(), on one hart at a time.
 * Return: its name; NULL: it does all.
 */
const char *cpu_lacks(void);

/** riscv_fill_hwcap() - decide what is used, from what was listed and seen, and say so */
void riscv_fill_hwcap(void);

/* What riscv_fill_hwcap() decided, a bit for each extension. */
extern unsigned long riscv_ext_used;

/** riscv_has_extension() - whether to use it; false until riscv_fill_hwcap() */
static inline bool riscv_has_extension(enum riscv_ext ext)
{
	return riscv_ext_used >> ext & 1;
}

#endif
