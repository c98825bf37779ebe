#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
A function is declared in the header of its source's stem: those of x.c and x_y.c in x.h.

    stems.py [--list]    --list names the functions that are elsewhere

At least so many in a hundred, a bound that follows the share. No include climbs.
"""
import os
import re
import sys
from collections import defaultdict

from pieces import read_all
from tree import files, finish, read

AT_LEAST = 80  # per cent; the aim is 90
# Headers of a folder, and Linux's for functions that Linux declares there.
FOLDERS = {
    "kasan/": ("include/kernel/kasan.h", "kasan/kasan.h"),
    "mm/engine/": ("include/kernel/pgtable.h", "mm/engine/engine.h"),
    "mm/page/": ("include/kernel/gfp.h", "include/kernel/mm.h"),
    "drivers/irqchip/irq.c": ("include/kernel/interrupt.h",),
    "lib/mem.c": ("include/kernel/string.h",),
}
# What the compiler and assembly call is declared for nobody.
UNDECLARED = re.compile(r"__(asan|ubsan_handle|kasan_check|stack_chk)_")


def stem(name):
    return os.path.basename(name).rsplit(".", 1)[0]


def at_home(source, header):
    return (stem(source) == stem(header) or stem(source).startswith(stem(header) + "_")
            or any(source.startswith(place) and header in headers
                   for place, headers in FOLDERS.items()))


def sort(kernel):
    """(functions at home, [(piece, name, headers)] of the others)"""
    declared, home, others = defaultdict(set), 0, []
    for piece in kernel:
        if piece.file.endswith(".h") and not piece.kind:
            for name in piece.names:
                declared[name].add(piece.file)
    for piece in kernel:
        for name in piece.names if piece.kind == "function" else ():
            headers = declared.get(name)
            if not headers or UNDECLARED.match(name):
                continue
            if any(at_home(piece.file, header) for header in headers):
                home += 1
            else:
                others.append((piece, name, sorted(headers)))
    return home, others


def climbing():
    for name in files():
        if name.endswith((".c", ".h", ".S")):
            for number, line in enumerate(read(name), 1):
                if re.match(r"#\s*include\s+[\"<]\.\./", line):
                    yield name, number, "includes what lies above: name it from the top of the tree"


def main():
    home, others = sort(read_all()[0])
    share = 100 * home // (home + len(others))
    told = [(piece.file, piece.line, f"{name}() is declared in {', '.join(headers)}")
            for piece, name, headers in others]
    problems = list(climbing())
    if "--list" in sys.argv:
        problems += sorted(told)
        print(f"{home} of {home + len(others)} functions are declared in the header of their stem")
    elif share < AT_LEAST:
        problems += sorted(told)
        problems.append(("scripts/check/stems.py", 1, f"{share} % of the functions are declared in "
                         f"the header of their stem, {AT_LEAST} % at least"))
    elif share >= AT_LEAST + 5:
        problems.append(("scripts/check/stems.py", 1, f"AT_LEAST can be {share} now"))
    finish(problems)


if __name__ == "__main__":
    main()
