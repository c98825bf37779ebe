# SPDX-License-Identifier: BSD-2-Clause
tests += lineedit
lineedit-src := monitor/lineedit.c lib/string.c lib/mem.c lib/vsprintf.c lineedit_term.c
lineedit-cflags := -include cairn_rename.h -fno-builtin
