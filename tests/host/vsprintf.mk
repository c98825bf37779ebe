# SPDX-License-Identifier: BSD-2-Clause
tests += vsprintf
vsprintf-src := lib/vsprintf.c lib/string.c lib/mem.c
vsprintf-cflags := -include cairn_rename.h -fno-builtin
# Formats made at run time, and ones that are wrong on purpose.
vsprintf-test-cflags := -Wno-format -Wno-format-overflow -Wno-format-truncation -Wno-format-security
