# SPDX-License-Identifier: BSD-2-Clause
"""
A strict reader of KTAP version 1 in a console log, and of the line the kernel ends
it with. Whatever is missing, doubled or cut off is an error: a log that stops early
must never look like a pass.
"""
import re
from dataclasses import dataclass, field

RESULT = re.compile(r"(not )?ok (\d+)(?: (?:- )?([^#]*?))?\s*(?:# *(\w+)\b *(.*))?$")
PLAN = re.compile(r"1\.\.(\d+)$")
SUMMARY = re.compile(r"ktest: passed=(\d+) failed=(\d+) skipped=(\d+)$")
STEP = "  "


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
    passed: int
    failed: int
    skipped: int

    def leaves(self):
        """(path, test) of each test without subtests; the path is "suite.case"."""
        def walk(prefix, tests):
            for test in tests:
                path = f"{prefix}.{test.name}" if prefix else test.name
                if test.children:
                    yield from walk(path, test.children)
                else:
                    yield path, test
        return list(walk("", self.tests))


def parse(text):
    """The Report in a log that also holds other lines; raises Error."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line == "KTAP version 1"]
    if not starts:
        raise Error("no line 'KTAP version 1'")
    if len(starts) > 1:
        raise Error(f"{len(starts)} lines 'KTAP version 1': one run prints one")
    tests, after = _level(lines, starts[0] + 1, 0)
    for line in lines[after:]:
        if PLAN.match(line.strip()) or RESULT.match(line.strip()):
            raise Error(f"behind the last planned test: {line!r}")
    return _summary(lines[after:], tests)


def _level(lines, at, depth):
    """The tests of one plan: reads up to its last one."""
    indent = STEP * depth
    tests, pending, notes, planned = [], None, [], None
    while planned is None or len(tests) < planned:
        if at == len(lines):
            raise Error(f"the log ends after {len(tests)} of {planned} tests"
                        + (f" of {lines_name(tests)}" if tests else ""))
        line, at = lines[at], at + 1
        if SUMMARY.match(line):
            raise Error(f"the summary comes after {len(tests)} of {planned} tests")
        body = line[len(indent):] if line.startswith(indent) else None
        if body == STEP + "KTAP version 1" or (body and PLAN.match(body[len(STEP):])
                                                and body.startswith(STEP)):
            if pending is not None:
                raise Error(f"two lists of subtests before one result: {line!r}")
            pending, at = _level(lines, at if "KTAP" in body else at - 1, depth + 1)
        elif body is None or body.startswith(" "):
            continue
        elif PLAN.match(body):
            if planned is not None:
                raise Error(f"a second plan: {line!r}")
            planned = int(PLAN.match(body).group(1))
            if tests:
                raise Error("the plan comes after the first test")
        elif body.startswith("# "):
            notes.append(body[2:])
        elif RESULT.match(body):
            tests.append(_result(RESULT.match(body), len(tests) + 1, planned, pending or []))
            tests[-1].diagnostics, notes, pending = notes, [], None
    return tests, at


def lines_name(tests):
    return f"the list whose last is {tests[-1].name!r}"


def _result(match, number, planned, children):
    failed, got, name, directive, reason = match.groups()
    if planned is None:
        raise Error(f"a result without a plan: {match.string!r}")
    if int(got) != number:
        raise Error(f"number {got} where {number} was due: {match.string!r}")
    test = Test(name or "", not failed, directive or "", reason or "", children)
    if test.directive not in ("", "SKIP", "XFAIL", "TODO"):
        raise Error(f"unknown directive: {match.string!r}")
    if test.directive and not test.reason:
        raise Error(f"a directive without a reason: {match.string!r}")
    if test.ok and any(not child.ok for child in children):
        raise Error(f"ok in spite of a failed subtest: {match.string!r}")
    if not test.ok and children and all(child.ok for child in children):
        raise Error(f"not ok though all subtests are: {match.string!r}")
    return test


def _summary(rest, tests):
    found = [m for m in map(SUMMARY.match, rest) if m]
    if len(found) != 1:
        raise Error(f"{len(found)} lines 'ktest: passed=' behind the tests, not one")
    report = Report(tests, *map(int, found[0].groups()))
    leaves = [test for _, test in report.leaves()]
    counted = (sum(t.ok and t.directive != "SKIP" for t in leaves),
               sum(not t.ok for t in leaves),
               sum(t.ok and t.directive == "SKIP" for t in leaves))
    if counted != (report.passed, report.failed, report.skipped):
        raise Error(f"the summary says {found[0].group(0)!r}, the tests say {counted}")
    return report
