#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
No room without a tenant: what nothing outside tests/ uses.

Of functions, variables, macros, inline functions and enumerators that others can see, of the
command line's parameters and of Kconfig's options. What only the unused uses is unused too. And
functions that no other file uses, which should be static. What stays all the same is a row of
tenants.tsv, with its reason; a row that nothing needs is an error.
"""
import fnmatch
import re
from collections import defaultdict

from pieces import read_all
from tree import files, finish, read

KEPT = "scripts/check/tenants.tsv"
KCONFIG, CMDLINE = "Kconfig", "boot/cmdline.c"
KINDS = ("function", "variable", "inline function", "macro", "enumerator")


def seen(chunk):
    """Whether others can see what it defines; guards of headers do not count."""
    if chunk.kind in ("macro", "enumerator", "inline function"):
        return chunk.file.endswith(".h")
    return chunk.kind in KINDS


def unused(kernel, kept):
    """
    {name: chunk} of what nothing uses. What a dead chunk uses is not used by that, so look
    again until nothing changes; what is kept is alive.
    """
    subjects = {name: chunk for chunk in kernel if seen(chunk) for name in chunk.names
                if not re.match(r"\w+_H$", name)}
    dead = {}
    while True:
        users = defaultdict(int)
        for chunk in kernel:
            if chunk.kind in KINDS and chunk.names and all(n in dead for n in chunk.names):
                continue
            for word in chunk.words - set(chunk.names):
                users[word] += 1
        more = {name: chunk for name, chunk in subjects.items()
                if name not in dead and not users[name] and not kept(name)}
        if not more:
            return dead
        dead.update(more)


def lonely(kernel, tests, dead):
    """Functions that only their own file uses."""
    users = defaultdict(set)
    for chunk in kernel + tests:
        for word in chunk.words - set(chunk.names):
            users[word].add(chunk.file)
    for chunk in kernel:
        for name in chunk.names:
            if (chunk.kind in ("function", "variable") and name not in dead
                    and users[name] == {chunk.file}):
                yield name, chunk


def options():
    """(name, line) of Kconfig's options that no makefile, source or script asks for."""
    text = ""
    for name in files():
        if name.endswith((".c", ".h", ".S", ".mk", ".sh", ".py")) or name == "Makefile":
            if not name.startswith("tests/") or name == "tests/tests.mk":
                text += "\n".join(read(name))
    used = set(re.findall(r"\bCONFIG_(\w+)", text))
    for number, line in enumerate(read(KCONFIG), 1):
        match = re.match(r"config (\w+)", line)
        if match and match.group(1) not in used:
            yield match.group(1), number


def parameters(kernel):
    """(name, line) of the command line's parameters whose value nothing reads."""
    lines = read(CMDLINE)
    raw = "\n".join("\n".join(read(c)) for c in {chunk.file for chunk in kernel} - {CMDLINE})
    text = "\n".join(lines)
    for match in re.finditer(r"\{\s*\"(\w+)\", PARAM_(\w+), (?:&(\w+)(?:\.(\w+))?|NULL)", text):
        name, kind, value, field = match.groups()
        pattern = rf"\b{value}\.{field}\b" if field else rf"\b{value}\b" if value else f'"{name}"'
        rest = text[:match.start()] + text[match.end():]
        if kind == "EACH":
            continue  # a function takes it
        if not re.search(pattern, raw + rest):
            yield name, text.count("\n", 0, match.start()) + 1


def main():
    rows = [line.split("\t") for line in read(KEPT) if line and not line.startswith("#")]
    needed = set()

    def keep(*names):
        """Whether a row keeps one of them: a name, or a kind and a name."""
        hits = {row[0] for row in rows if any(fnmatch.fnmatchcase(n, row[0]) for n in names)}
        needed.update(hits)
        return bool(hits)

    kernel, tests = read_all()
    problems = [(chunk.file, chunk.line, f"nothing outside tests/ uses the {chunk.kind} {name}")
                for name, chunk in unused(kernel, keep).items()]
    dead = {name for *_, text in problems for name in [text.split()[-1]]}
    problems += [(chunk.file, chunk.line, f"nothing else uses {name}: make it static")
                 for name, chunk in lonely(kernel, tests, dead) if not keep(name)]
    problems += [(KCONFIG, line, f"nothing asks for the option {name}")
                 for name, line in options() if not keep("CONFIG_" + name)]
    problems += [(CMDLINE, line, f"nothing outside tests/ reads the parameter {name}")
                 for name, line in parameters(kernel) if not keep(name + "=")]
    problems += [(KEPT, read(KEPT).index("\t".join(row)) + 1,
                  f"{row[0]} needs no row" if len(row) == 2 else "not: name, tab, reason")
                 for row in rows if row[0] not in needed or len(row) != 2]
    finish(sorted(problems))


if __name__ == "__main__":
    main()
