#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Files of at most 500 lines, functions of at most 60, all assembly of the kernel at most 700; the
linker script is none. At the top of scripts/ at most 18 programs, each of which a makefile or
another program names. Each room of the drawing in architecture.md has a README.md of 5 to 15 lines.

A file or function that needs more is named in Documentation/explanation/decisions.md on
a line that also says "lines": `mm/x.c` or `x()`, and why.
"""
import ast
import os
import re

from stairs import Picture
from tree import files, finish, is_source, read

FILE_LINES, FUNCTION_LINES, ASSEMBLY_LINES = 500, 60, 700
PROGRAMS = 18
README_LINES = range(5, 16)
DECISIONS = "Documentation/explanation/decisions.md"


def allowed():
    lines = read(DECISIONS) if os.path.exists(DECISIONS) else []
    return {word for line in lines if "lines" in line for word in re.findall(r"`([^`]+)`", line)}


def c_functions(lines):
    """(name, first line, length): a body is what stands between { and } in column 0."""
    head = opened = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            opened = head
        elif line.startswith("}"):
            match = opened and re.search(r"(\w+)\(", " ".join(lines[opened - 1:number]))
            if match:
                yield match.group(1), opened, number - opened + 1
            head = opened = None
        elif not line or line.startswith(("#", "/", " *")) or line.endswith(";"):
            head = head if opened else None
        elif not head:
            head = number


def py_functions(lines):
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.FunctionDef):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def programs(sources):
    """@sources: {name: lines}; tests do not count as who names one."""
    found = [name for name in files() if re.fullmatch("scripts/[^/]+", name)]
    if len(found) > PROGRAMS:
        yield "scripts", 1, f"{len(found)} programs, {PROGRAMS} are allowed"
    for name in found:
        base = os.path.basename(name)
        word = re.compile(rf"\b{re.escape(base)}\b|import {re.escape(os.path.splitext(base)[0])}\b")
        if not any(word.search("\n".join(lines)) for other, lines in sources.items()
                   if other != name and "/test_" not in other):
            yield name, 1, "neither a makefile nor another program names it"


def readmes():
    for room in sorted(Picture().floor):
        name = room + "README.md"
        if not os.path.exists(name):
            yield name, 1, f"{room} has no README.md: what lives there, who may call it"
        elif len(read(name)) - 1 not in README_LINES:
            yield name, 1, (f"{len(read(name)) - 1} lines, {README_LINES.start} to "
                            f"{README_LINES.stop - 1} are allowed")


def main():
    problems, assembly, exceptions, sources = [], 0, allowed(), {}
    for name in files():
        lines = read(name)[:-1]
        if not is_source(name, lines):
            continue
        sources[name] = lines
        if len(lines) > FILE_LINES and name not in exceptions:
            problems.append((name, len(lines), f"{len(lines)} lines, {FILE_LINES} are allowed"))
        if name.endswith(".S") and not name.endswith(".lds.S") and not name.startswith("tests/"):
            assembly += len(lines)
        functions = (c_functions(lines) if name.endswith((".c", ".h")) else
                     py_functions(lines) if name.endswith(".py") else ())
        for function, start, length in functions:
            if length > FUNCTION_LINES and f"{function}()" not in exceptions:
                problems.append((name, start, f"{function}() has {length} lines, "
                                 f"{FUNCTION_LINES} are allowed"))
    if assembly > ASSEMBLY_LINES and "*.S" not in exceptions:
        problems.append(("arch/riscv/early/head.S", 1, f"all .S files together have {assembly} "
                         f"lines, {ASSEMBLY_LINES} are allowed"))
    finish([*problems, *programs(sources), *readmes()])


if __name__ == "__main__":
    main()
