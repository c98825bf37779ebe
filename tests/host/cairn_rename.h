/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/string.c and lib/vsprintf.c define functions the host's C library has
 * too, and the host's are wanted twice over: as the other side of each
 * comparison, and because ASan intercepts them. So the kernel's files are
 * compiled with `-include cairn_rename.h`, which turns each name FOO into
 * cairn_FOO, and the tests include cairn.h, which reads the kernel's headers
 * under the same renaming and then takes it back.
 *
 * No include guard: with CAIRN_RENAME_UNDO set it does the reverse.
 */
#ifndef CAIRN_RENAME_UNDO

#define memcpy    cairn_memcpy
#define memmove   cairn_memmove
#define memset    cairn_memset
#define memcmp    cairn_memcmp
#define memchr    cairn_memchr
#define strlen    cairn_strlen
#define strnlen   cairn_strnlen
#define strcmp    cairn_strcmp
#define strncmp   cairn_strncmp
#define strchr    cairn_strchr
#define vsnprintf cairn_vsnprintf
#define snprintf  cairn_snprintf

#else

#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef vsnprintf
#undef snprintf

#endif
