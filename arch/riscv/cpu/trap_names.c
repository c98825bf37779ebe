// SPDX-License-Identifier: BSD-2-Clause
/* Trap causes in words. Arrays, not pointers: also read before paging. */
#include <kernel/types.h>
#include <asm/csr.h>
#include <asm/trap_names.h>

static const char exceptions[][32] = {
	"instruction address misaligned",
	"instruction access fault",
	"illegal instruction",
	"breakpoint",
	"load address misaligned",
	"load access fault",
	"store address misaligned",
	"store access fault",
	"environment call from U-mode",
	"environment call from S-mode",
	"environment call from VS",
	"cause 11",
	"instruction page fault",
	"load page fault",
	"cause 14",
	"store page fault",
	"double trap",
	"cause 17",
	"software check",
	"hardware error",
};

const char *trap_name(unsigned long cause)
{
	if (cause & CAUSE_INTERRUPT)
		return "unexpected interrupt";
	return cause < ARRAY_SIZE(exceptions) ? exceptions[cause] : "unknown cause";
}
