#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Each row of tests/requirements.tsv names tests that exist, or says why there is none.
Prints FILE:LINE: TEXT for what is wrong; exit status 0 when nothing is.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/tools"))
import testnames  # noqa: E402

# What later work proves; a row says which, and is looked at again when that is done.
LATER = ("engine", "harts", "memory", "firmware", "boards", "guests")


def wrong(fields, seen):
    if len(fields) != 3 or not all(fields):
        yield "three fields between tabs: id, behaviour, test"
        return
    ident, _, tests = fields
    if ident in seen:
        yield f"{ident} was there already"
    if tests.startswith("not applicable: "):
        return
    for name in tests.split("; "):
        if name.startswith("later: "):
            if name.removeprefix("later: ") not in LATER:
                yield f"{name!r}: one of {', '.join(LATER)}"
        elif not testnames.exists(name):
            yield f"there is no test {name!r}"


def main(path):
    seen, failed = set(), False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        for text in wrong(fields, seen):
            print(f"{path.name}:{number}: {text}")
            failed = True
        seen.add(fields[0])
    return failed


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else testnames.TOP / "tests/requirements.tsv"))
