# SPDX-License-Identifier: BSD-2-Clause
# The firmware's console: with DBCN, and as it was before.
tests += sbi_console
sbi_console-src := drivers/tty/sbi_console.c
