# SPDX-License-Identifier: BSD-2-Clause
"""The table of `make matrix`: its rows, on the terminal and as HTML."""
import io
import re

import machine
import pytest
import report


def outcome(seconds, instructions, name="cell"):
    return machine.Outcome(machine.Boot(name=name), "", "", "exit 0", seconds, instructions)


@pytest.fixture
def made(tmp_path):
    made = report.Report(tmp_path, io.StringIO(), boots=5)
    for turn in range(3):
        made.add("good", "make cell CELL=good", [outcome(turn, 10**6 * turn)], "passed", "")
    made.add("<bad>", "make cell CELL=bad", [outcome(2, 5 * 10**6, "bad#1")], "failed", "")
    made.add("<bad>", "make cell CELL=bad", [outcome(2, 5 * 10**6)], "passed", "")
    made.add("left", "make flow FLOW=left", [], "skipped", "no package")
    return made


def test_rows(made):
    bad, left, good = made.sorted()
    assert (bad.result, bad.time, bad.count) == ("FAILED 1 of 2", "2.0", "5.0")
    assert (left.result, left.time, left.count) == ("skipped", "-", "-")
    assert (good.result, good.time, good.count) == ("passed 3 of 3", "0.0 1.0 2.0", "0.0 1.0 2.0")
    assert list(made.sums().values()) == [3, 4, 1, 1]


def test_not_counted_is_no_number(made):
    made.add("two", "", [outcome(1, None), outcome(1, 7)], "passed", "")
    assert made.rows["two"].count == "-"
    assert made.rows["two"].time == "2.0"


def test_terminal(made, monkeypatch):
    made.show()
    text = made.console.file.getvalue()
    assert "FAILED 1 of 2" in text and "make cell CELL=good" in text and "no package" in text
    monkeypatch.setattr(report, "ROWS_SHOWN", 2)
    made.show()
    text = made.console.file.getvalue()[len(text):]
    assert "make cell CELL=bad" in text and "make cell CELL=good" not in text


def test_html(made):
    text = made.write().read_text()
    rows = re.findall(r'<tr class="(\w+)">(.*?)</tr>', text, re.S)
    assert [kind for kind, _ in rows] == ["failed", "skipped", "passed"]
    assert "&lt;bad&gt;" in rows[0][1] and "logs/bad%231.log" in rows[0][1]
    assert "no package" in rows[1][1]
    assert "<code>make cell CELL=good</code>" in rows[2][1]
