/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CAIRN_H
#define CAIRN_H

/*
 * The kernel's string.h and vsprintf.h beside the host's: the kernel's
 * functions are called cairn_memcpy() and so on. See cairn_rename.h.
 */

/* Nothing the kernel's headers include declares a renamed function itself. */
#include "cairn_rename.h"
#include <kernel/string.h>
#include <kernel/vsprintf.h>
#define CAIRN_RENAME_UNDO
#include "cairn_rename.h"
#undef CAIRN_RENAME_UNDO

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#endif
