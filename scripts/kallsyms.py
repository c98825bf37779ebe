#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Turn `nm -n` of the image on stdin into the symbol tables of lib/kallsyms.c.

Only code has names: the tables lie behind all code, so adding them moves none of it.
"""
import re
import sys


def functions(lines):
    """(offset from _start, name), ascending, one name for each address."""
    symbols = [line.split() for line in lines]
    address = {f[2]: int(f[0], 16) for f in symbols if len(f) == 3}
    start, end = address["_start"], address["_etext"]
    found = {}
    for value, kind, name in (f for f in symbols if len(f) == 3):
        offset = int(value, 16) - start
        if kind in "tT" and 0 <= offset < end - start and re.match(r"[A-Za-z_]", name):
            found.setdefault(offset, name)
    return sorted(found.items()), end - start


def main():
    table, size = ([], 0) if "--empty" in sys.argv else functions(sys.stdin.readlines())
    out = ['.section .kallsyms, "a"', ".balign 8"]

    def words(label, values):
        out.append(f".globl {label}\n{label}:")
        out.extend(f"\t.word {v}" for v in values)

    words("kallsyms_count", [len(table)])
    words("kallsyms_offsets", [offset for offset, _ in table] + [size])
    starts, names, pos = [], [], 0
    for _, name in table:
        starts.append(pos)
        names.append(f'\t.asciz "{name}"')
        pos += len(name) + 1
    words("kallsyms_name_offsets", starts)
    out.append(".globl kallsyms_names\nkallsyms_names:")
    out.extend(names or ['\t.byte 0'])
    print("\n".join(out))


if __name__ == "__main__":
    main()
