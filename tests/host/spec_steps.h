/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SPEC_STEPS_H
#define SPEC_STEPS_H

#include <kernel/spec.h>

/* The step of Priv 20250508 §12.3.2 that a rule is part of; 0: before the first, or allowed. */
static inline unsigned int spec_step(enum spec_rule rule)
{
	static const unsigned char steps[NR_SPEC_RULES] = {
		[SPEC_NO_TABLE] = 2,   [SPEC_INVALID] = 3,    [SPEC_WRITE_ONLY] = 3,
		[SPEC_RESERVED] = 3,   [SPEC_NO_LEAF] = 4,    [SPEC_POINTER_BITS] = 3,
		[SPEC_PBMT_3] = 3,     [SPEC_NO_SVPBMT] = 3,  [SPEC_NAPOT_SIZE] = 3,
		[SPEC_NO_SVNAPOT] = 3, [SPEC_MISALIGNED] = 5, [SPEC_USER_FETCH] = 6,
		[SPEC_NO_SUM] = 6,     [SPEC_NOT_USER] = 6,   [SPEC_NO_X] = 8,
		[SPEC_NO_R] = 8,       [SPEC_NO_W] = 8,       [SPEC_NO_A] = 9,
		[SPEC_NO_D] = 9,
	};

	return steps[rule];
}

#endif
