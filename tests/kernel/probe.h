/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_KERNEL_PROBE_H
#define TESTS_KERNEL_PROBE_H

#include <kernel/ktest.h>
#include <asm/csr.h>
#include <asm/recovery.h>

/* Accesses that say what became of them: the cause of the trap, or NO_FAULT. */
#define NO_FAULT (~0UL)

static inline unsigned long fault_cause(int err, unsigned long addr, const struct pt_regs *trap)
{
	if (!err)
		return NO_FAULT;
	if (trap->badaddr != addr)
		ktest_fail(__FILE__, __LINE__, "stval is 0x%lx for an access to 0x%lx",
			   trap->badaddr, addr);
	return trap->cause;
}

static inline unsigned long read_cause(unsigned long addr)
{
	struct pt_regs trap;
	u64 value;

	return fault_cause(probe_read(addr, 8, &value, &trap), addr, &trap);
}

/* What is there, whether or not it is anybody's. */
static inline u64 peek(unsigned long addr)
{
	struct pt_regs trap;
	u64 value = 0;

	if (probe_read(addr, 8, &value, &trap))
		ktest_fail(__FILE__, __LINE__, "0x%lx cannot be read", addr);
	return value;
}

/* Writes what is there already, or 0 where it cannot be read. */
static inline unsigned long write_cause(unsigned long addr)
{
	struct pt_regs trap;
	u64 value = 0;

	if (probe_read(addr, 8, &value, &trap))
		value = 0;
	return fault_cause(probe_write(addr, 8, value, &trap), addr, &trap);
}

static int call_void(void *func)
{
	((void (*)(void))func)();
	return 0;
}

/** probe_exec() - call an address as a void function. Return: as catch_trap() */
static inline int probe_exec(unsigned long addr, struct pt_regs *trap)
{
	return catch_trap(call_void, (void *)addr, trap);
}

static inline unsigned long exec_cause(unsigned long addr)
{
	struct pt_regs trap;

	return fault_cause(probe_exec(addr, &trap), addr, &trap);
}

/* Deeper than any stack; the bound only tells the compiler that there is one. */
static __unused int overflow_stack(void *arg)
{
	volatile char fill[512];
	unsigned long depth = (unsigned long)arg;

	fill[0] = 1;
	fill[511] = depth < 10000 ? (char)overflow_stack((void *)(depth + 1)) : 0;
	return fill[0] + fill[511];
}

/* What an address allows. */
static const struct access {
	const char *name;
	unsigned long read, write, exec;
} __unused r_x = { "R-X", NO_FAULT, EXC_STORE_PAGE_FAULT, NO_FAULT },
	   r__ = { "R--", NO_FAULT, EXC_STORE_PAGE_FAULT, EXC_INST_PAGE_FAULT },
	   rw_ = { "RW-", NO_FAULT, NO_FAULT, EXC_INST_PAGE_FAULT },
	   none = { "---", EXC_LOAD_PAGE_FAULT, EXC_STORE_PAGE_FAULT, EXC_INST_PAGE_FAULT };

static inline void expect_access(const char *what, unsigned long addr, const struct access *access)
{
	const struct access got = { "", read_cause(addr), write_cause(addr), exec_cause(addr) };

	if (got.read != access->read || got.write != access->write || got.exec != access->exec)
		ktest_fail(__FILE__, __LINE__,
			   "%s at 0x%lx is not %s: read %ld, write %ld, exec %ld", what, addr,
			   access->name, (long)got.read, (long)got.write, (long)got.exec);
}

/* Four times the compressed `ret`: where an execution that must fail does not. */
#define FOUR_RETS 0x8082808280828082UL

#endif
