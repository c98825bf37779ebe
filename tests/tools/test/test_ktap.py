# SPDX-License-Identifier: BSD-2-Clause
"""The KTAP reader must not take for a pass what is none."""
import ktap
import pytest

GOOD = """\
boot: something else
KTAP version 1
1..3
    KTAP version 1
    # Subtest: first
    1..3
    ok 1 one
    noise at the margin of nothing
    # tests/kernel/first_test.c:3: why it failed
    not ok 2 two
    ok 3 three # SKIP no such thing
not ok 1 first
    KTAP version 1
    # Subtest: second
    1..1
        KTAP version 1
        1..1
        ok 1 deepest
    ok 1 deeper
ok 2 second
panic: noise
ok 3 flat
ktest: passed=3 failed=1 skipped=1
after
"""


def test_good():
    report = ktap.parse(GOOD)
    assert [(path, t.ok, t.directive) for path, t in report.leaves()] == [
        ("first.one", True, ""), ("first.two", False, ""), ("first.three", True, "SKIP"),
        ("second.deeper.deepest", True, ""), ("flat", True, "")]
    assert (report.passed, report.failed, report.skipped) == (3, 1, 1)
    first = report.tests[0]
    assert first.children[1].diagnostics == ["tests/kernel/first_test.c:3: why it failed"]
    assert first.children[2].reason == "no such thing"


def test_truncated_at_every_line():
    lines = GOOD.splitlines()
    for n in range(len(lines) - 1):  # without "after" it is still complete
        with pytest.raises(ktap.Error):
            ktap.parse("\n".join(lines[:n]))
    ktap.parse("\n".join(lines[:-1]))


def test_any_line_missing():
    lines = GOOD.splitlines()
    harmless = [i for i, line in enumerate(lines) if not ktap.is_ktap(line.strip())]
    for n in range(len(lines)):
        text = "\n".join(lines[:n] + lines[n + 1:])
        if n in harmless:
            ktap.parse(text)
        else:
            with pytest.raises(ktap.Error):
                ktap.parse(text)


def test_any_line_twice():
    lines = GOOD.splitlines()
    for n, line in enumerate(lines):
        if ktap.is_ktap(line.strip()):
            with pytest.raises(ktap.Error):
                ktap.parse("\n".join(lines[:n] + [line] + lines[n:]))


@pytest.mark.parametrize("old, new", [
    ("1..3\n    KTAP", "1..2\n    KTAP"),          # more tests than planned
    ("1..3\n    KTAP", "1..4\n    KTAP"),          # fewer
    ("    1..1\n", "    1..0\n"),                  # an empty plan
    ("ok 3 three", "ok 2 three"),                  # a number twice
    ("ok 3 three", "ok 4 three"),                  # a number left out
    ("ok 3 three", "ok 3 two"),                    # a name twice
    ("ok 3 three", "ok 3"),                        # no name
    ("# SKIP no such thing", "# SKIP"),            # no reason
    ("# SKIP no such thing", "# XFAIL later"),      # an unknown directive
    ("not ok 1 first", "ok 1 first"),              # ok in spite of a failed subtest
    ("ok 2 second", "not ok 2 second"),            # not ok though all passed
    ("ok 3 flat\n", "ok 3 flat\nok 4 more\n"),     # behind the plan
    ("ok 3 flat\n", "    ok 1 stray\nok 3 flat\n"),
    ("passed=3", "passed=4"),
    ("failed=1", "failed=0"),
    ("skipped=1", "skipped=0"),
    ("ktest: passed", "ktest: ran"),               # no summary
])
def test_damaged(old, new):
    assert old in GOOD
    with pytest.raises(ktap.Error):
        ktap.parse(GOOD.replace(old, new, 1))


def test_empty():
    for text in ("", "KTAP version 1\n", "1..1\nok 1 x\nktest: passed=1 failed=0 skipped=0\n"):
        with pytest.raises(ktap.Error):
            ktap.parse(text)
