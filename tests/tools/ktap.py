# SPDX-License-Identifier: BSD-2-Clause
"""
A strict reader of KTAP version 1 in a console log, and of the line the kernel ends
it with. Whatever is missing, doubled or cut off is an error: a log that stops early
must never look like a pass. Lines that are no KTAP may stand anywhere.
"""
import re
from dataclasses import dataclass, field

VERSION = "KTAP version 1"
PLAN = re.compile(r"1\.\.(\d+)$")
RESULT = re.compile(r"(not )?ok (\d+)(?: (?:- )?([^#]*[^# ]))?(?: +# ?(\w+)(?: +(.*))?)?$")
SUMMARY = re.compile(r"ktest: passed=(\d+) failed=(\d+) skipped=(\d+)$")
STEP = "    "


class Error(Exception):
    """The log is no complete KTAP."""


@dataclass
class Test:
    name: str
    ok: bool
    directive: str = ""
    reason: str = ""
    children: list = field(default_factory=list)
    diagnostics: list = field(default_factory=list)


@dataclass
class Report:
    tests: list
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def leaves(self):
        """[(path, test)] of the tests without subtests; a path is "suite.case"."""
        def walk(prefix, tests):
            for test in tests:
                path = f"{prefix}.{test.name}" if prefix else test.name
                if test.children:
                    yield from walk(path, test.children)
                else:
                    yield path, test
        return list(walk("", self.tests))


def parse(text):
    """The Report in a log; raises Error."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line == VERSION]
    if len(starts) != 1:
        raise Error(f"{len(starts)} lines '{VERSION}' at the margin, not one")
    tests, after = _list(lines, starts[0] + 1, "")
    return _summary(lines[after:], tests)


def is_ktap(text):
    return text == VERSION or any(p.match(text) for p in (PLAN, RESULT, SUMMARY))


def _list(lines, at, indent):
    """One plan and its tests, from behind its version line to its last result."""
    tests, planned, children, notes = [], None, None, []
    while planned is None or len(tests) < planned:
        if at == len(lines):
            raise Error(f"the log ends after {len(tests)} of {planned} tests")
        line, at = lines[at], at + 1
        if line == indent + STEP + VERSION:
            if planned is None or children is not None:
                raise Error(f"line {at}: subtests of no test")
            children, at = _list(lines, at, indent + STEP)
        elif not is_ktap(line.strip()):
            if line.startswith(indent + "# "):
                notes.append(line.strip()[2:])
        elif not line.startswith(indent) or line[len(indent)] == " ":
            raise Error(f"line {at}: {line!r} after {len(tests)} of {planned} tests")
        elif PLAN.match(line[len(indent):]):
            if planned is not None:
                raise Error(f"line {at}: a second plan")
            planned = int(PLAN.match(line[len(indent):]).group(1))
            if not planned:
                raise Error(f"line {at}: a plan of no tests")
        else:
            match = RESULT.match(line[len(indent):])
            if not match:
                raise Error(f"line {at}: {line!r} after {len(tests)} of {planned} tests")
            if planned is None:
                raise Error(f"line {at}: a result before the plan")
            tests.append(_result(match, at, tests, children or []))
            tests[-1].diagnostics, notes, children = notes, [], None
    return tests, at


def _result(match, at, before, children):
    failed, number, name, directive, reason = match.groups()
    test = Test(name or "", not failed, directive or "", reason or "", children)
    if int(number) != len(before) + 1:
        raise Error(f"line {at}: number {number}, due is {len(before) + 1}")
    if not test.name or test.name in [b.name for b in before]:
        raise Error(f"line {at}: no name, or one that was there already")
    if test.directive not in ("", "SKIP") or (test.directive and not test.reason):
        raise Error(f"line {at}: only '# SKIP reason' is known")
    if children and test.ok != all(child.ok for child in children):
        raise Error(f"line {at}: the result is not that of its subtests")
    return test


def _summary(rest, tests):
    found = [SUMMARY.match(line) for line in rest if is_ktap(line.strip())]
    if len(found) != 1 or not found[0]:
        raise Error("behind the last test there is not exactly the line 'ktest: passed=...'")
    report = Report(tests, *map(int, found[0].groups()))
    leaves = [test for _, test in report.leaves()]
    counted = (sum(t.ok and not t.directive for t in leaves), sum(not t.ok for t in leaves),
               sum(t.ok and t.directive == "SKIP" for t in leaves))
    if counted != (report.passed, report.failed, report.skipped):
        raise Error(f"{found[0].group(0)!r}, but counted are {counted}")
    return report
