#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Lines of the kernel's code, neither blank nor only comment: of each room, and in all.

    lines.py [COMMIT]    of a commit, instead of the files as they are

Counted are .c, .h and .S outside tests/, linker scripts too.
"""
import re
import subprocess
import sys
from collections import Counter

from tree import files, read, run

COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\')|/\*.*?\*/|//[^\n]*', re.S)
ASSEMBLY = re.compile(r"^\s*#(\s.*)?$", re.M)


def code_lines(name, text):
    text = COMMENT.sub(lambda m: m.group(1) or re.sub(r"[^\n]", "", m.group()), text)
    if name.endswith(".S") and not name.endswith(".lds.S"):
        text = ASSEMBLY.sub("", text)
    return sum(bool(line.strip()) for line in text.split("\n"))


def room(name):
    """The folder, up to two deep; all of include/ and of arch/riscv/include/ is one."""
    parts = name.split("/")[:-1]
    return "/".join(parts[:3] if parts[0] == "arch" else parts[:1 if parts[0] == "include" else 2])


def main():
    commit = sys.argv[1] if sys.argv[1:] else None
    names = run("git", "ls-tree", "-r", "--name-only", commit).split() if commit else files()
    count = Counter()
    for name in names:
        if name.endswith((".c", ".h", ".S")) and not name.startswith("tests/"):
            text = run("git", "show", f"{commit}:{name}") if commit else "\n".join(read(name))
            count[room(name)] += code_lines(name, text)
    for place, number in sorted(count.items()):
        print(f"{number:7,} {place}/")
    print(f"{sum(count.values()):7,} in all")


if __name__ == "__main__":
    main()
