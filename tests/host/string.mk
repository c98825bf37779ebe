# SPDX-License-Identifier: BSD-2-Clause
tests += string
string-src := lib/string.c lib/mem.c
string-cflags := -include cairn_rename.h -fno-builtin
string-test-cflags := -fno-builtin
