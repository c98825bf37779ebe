#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Layout of sources: clang-format, tabs, blanks, line length, licence line."""
import io
import os
import re
import shutil
import subprocess
import tokenize

from tree import files, finish, is_source, read

# One version, as two rarely agree; scripts/setup.sh installs it.
CLANG_FORMAT = "clang-format-19"
STYLE = read(".clang-format")
COLUMNS = next(int(line.split()[1]) for line in STYLE if line.startswith("ColumnLimit:"))
LOOPS = re.compile(r"#define\s+((?:list_)?for_each_\w+)\(")
NO_BLANK_CHECKS = (".patch", ".diff", ".dtb", ".png")


def width(line):
    return len(line.expandtabs(8))


def check_tabs(name, lines):
    """Tabs in Python, but for those in strings: assembly and device trees have them."""
    for token in tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline):
        if token.type in (tokenize.INDENT, tokenize.COMMENT) and "\t" in token.string:
            yield name, token.start[0], "tab"


def check_lines(name, lines):
    if name.endswith(NO_BLANK_CHECKS) or not lines:
        return
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield name, number, "blanks at the end of the line"
        if name.endswith((".c", ".h", ".S")) and re.match(r" {8}", line):
            yield name, number, "indented with blanks, not tabs"
        if name.endswith((".c", ".h", ".S", ".py")) and width(line) > COLUMNS:
            yield name, number, f"{width(line)} columns, {COLUMNS} are allowed"
    if name.endswith(".py"):
        yield from check_tabs(name, lines)
    if lines[-1] or lines[-2:] == ["", ""]:
        yield name, len(lines), "the file does not end with exactly one newline"


def check_loops(name, lines):
    """Macros that begin a loop: what clang-format is not told of, it takes for a call."""
    for number, line in enumerate(lines, 1):
        match = LOOPS.match(line)
        if match and f"  - {match[1]}" not in STYLE:
            yield name, number, f"ForEachMacros of .clang-format lack {match[1]}"


def check_licence(name, lines):
    if not is_source(name, lines):
        return
    at = 1 if lines[0].startswith("#!") else 0
    if "SPDX-License-Identifier: BSD-2-Clause" not in "".join(lines[at:at + 1]):
        yield name, at + 1, "no SPDX-License-Identifier line"


def check_clang_format(names):
    tool = os.environ.get("CLANG_FORMAT", CLANG_FORMAT)
    if not shutil.which(tool):
        return [("scripts/check/format.py", 1, f"{tool} is not installed: scripts/setup.sh test")]
    done = subprocess.run([tool, "--dry-run", "-Werror", *names],
                          capture_output=True, text=True, check=False)
    first = {}
    for name, line in re.findall(r"^(\S+?):(\d+):\d+: error", done.stderr, re.M):
        first.setdefault(name, line)
    return [(name, line, f"not as {tool} writes it") for name, line in first.items()]


def main():
    problems = []
    c_files = []
    for name in files():
        lines = read(name)
        problems += check_lines(name, lines)
        problems += check_licence(name, lines)
        if name.endswith((".c", ".h")):
            c_files.append(name)
            problems += check_loops(name, lines)
    finish(problems + check_clang_format(c_files))


if __name__ == "__main__":
    main()
