# SPDX-License-Identifier: BSD-2-Clause
"""What the checks share: the files of the tree, comments, and how to complain."""
import os
import re
import subprocess
import sys

TOOLS = os.environ.get("CROSS_COMPILE", "riscv64-unknown-elf-")
OUT = os.environ.get("O", "build")
CODE = (".c", ".h", ".S", ".py", ".sh", ".mk")


def files():
    """All files of the tree: Git's and new ones; without Git, all but what is built."""
    git = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"],
                         capture_output=True, text=True, check=False)
    if git.returncode == 0 and git.stdout:
        names = git.stdout.splitlines()
    else:
        names = [os.path.relpath(os.path.join(d, f)) for d, _, fs in os.walk(".") for f in fs]
        names = [n for n in names if not n.startswith((OUT + "/", "build/", ".git/"))]
    return sorted(n for n in names if os.path.isfile(n))


def read(name):
    """The lines of a text file; none for a binary one."""
    with open(name, "rb") as f:
        data = f.read()
    return [] if b"\0" in data else data.decode("utf-8", "replace").split("\n")


def is_source(name, lines):
    base = os.path.basename(name)
    return (name.endswith(CODE) or base in ("Makefile", "Kconfig") or
            bool(lines) and lines[0].startswith("#!"))


def comments(name, lines):
    """(first line number, text) of each comment; in prose, of each paragraph."""
    text = "\n".join(lines)
    if name.endswith((".c", ".h", ".S")):
        found = re.finditer(r"/\*.*?\*/|(//[^\n]*\n?)+|\"(\\.|[^\"\\\n])*\"", text, re.S)
    else:
        found = re.finditer(r"([^\n]*\S[^\n]*\n?)+", text)
    for match in found:
        yield text.count("\n", 0, match.start()) + 1, match.group()


def run(*command):
    """The output of a command that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}:1: {done.stderr.strip()}")
    return done.stdout


def finish(problems):
    """Print (file, line, text) and end the program."""
    for name, line, text in problems:
        print(f"{name}:{line}: {text}")
    sys.exit(1 if problems else 0)
