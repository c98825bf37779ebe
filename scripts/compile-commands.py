#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Write compile_commands.json from the Makefile's variables:

  compile-commands.py OUT COMMAND SUFFIX SOURCE... [-- COMMAND SUFFIX SOURCE...]

OUT is the build folder; COMMAND compiles, SUFFIX is where below OUT the objects go.
"""
import json
import os
import shlex
import sys


def groups(words):
    group = []
    for word in words:
        if word == "--":
            yield group
            group = []
        else:
            group.append(word)
    yield group


def main():
    out, entries = sys.argv[1], []
    for command, suffix, *sources in groups(sys.argv[2:]):
        for source in sources:
            obj = os.path.join(out, suffix, os.path.splitext(source)[0] + ".o")
            entries.append({
                "directory": os.getcwd(), "file": source, "output": obj,
                "arguments": shlex.split(command) + ["-c", "-o", obj, source],
            })
    json.dump(entries, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
