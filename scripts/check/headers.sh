#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Each header compiles alone, and twice in one file, with the kernel's flags
# (HEADER_CC, from the Makefile).
failed=0
for header in $(find include arch/riscv/include -name '*.h' | sort); do
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
		$HEADER_CC -I. -fsyntax-only -x c - || { echo "$header:1: does not compile alone"; failed=1; }
done
exit $failed
