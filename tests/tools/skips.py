# SPDX-License-Identifier: BSD-2-Clause
"""tests/skips.txt: the only tests that may be skipped, where, and why."""
import fnmatch

import artifacts
import ktap
import pytest

FILE = artifacts.TOP / "tests/skips.txt"


def rows(text):
    """[(environment, glob, reason)]; raises ValueError on a line that is no row."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith("#"):
            fields = line.split("\t")
            if len(fields) != 3 or not all(fields):
                raise ValueError(f"skips.txt:{number}: three fields between tabs are needed")
            found.append(tuple(fields))
    return found


def allowed(test, reason, environment, table=None):
    """Whether a skip is listed. @environment: {axis: value}; "*" in the list is any."""
    for where, glob, why in rows(FILE.read_text()) if table is None else table:
        here = where == "*" or all(environment.get(w.split("=", 1)[0]) == w.split("=", 1)[1]
                                   for w in where.split(","))
        if here and fnmatch.fnmatchcase(test, glob) and why == reason:
            return True
    return False


def check_ktap(text, environment):
    """Every case in a log passed, and what was skipped is listed."""
    leaves = ktap.parse(text).leaves()
    assert leaves and [path for path, test in leaves if not test.ok] == []
    assert [(path, test.reason) for path, test in leaves if test.directive == "SKIP"
            and not allowed(path, test.reason, environment)] == []


def skip(test, reason, environment=None):
    """Skip the running pytest test, if the list allows it; fail it otherwise."""
    if not allowed(test, reason, environment or {}):
        pytest.fail(f"{test} may not be skipped ({reason}): no such row in tests/skips.txt")
    pytest.skip(reason)
