# SPDX-License-Identifier: BSD-2-Clause
"""scripts/check/requirements.py accepts the committed table and refuses wrong ones."""
import subprocess

import artifacts
import pytest

CHECK = artifacts.TOP / "scripts/check/requirements.py"


def check(path):
    return subprocess.run([CHECK, *path], stdout=subprocess.PIPE, text=True, check=False)


def test_committed_table():
    done = check([])
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("row, says", [
    ("a\tb", "three fields"),
    ("a\tb\t", "three fields"),
    ("a\tb\thost:args\na\tb\thost:args", "already"),
    ("a\tb\thost:nothing", "host:nothing"),
    ("a\tb\thost:args::no such case", "no such case"),
    ("a\tb\thost:args; ktest:walk.nothing", "ktest:walk.nothing"),
    ("a\tb\tktest:nothing", "ktest:nothing"),
    ("a\tb\tqemu:test_image.py::test_nothing", "test_nothing"),
    ("a\tb\tqemu:test_odd_input.py::test_tree[nothing]", "nothing"),
    ("a\tb\tcell:cpu=nothing", "cpu=nothing"),
    ("a\tb\tcell:smp=1,tree=first-disabled", "first-disabled"),
    ("a\tb\tcheck:nothing", "check:nothing"),
    ("a\tb\tsource:Makefile::no such text there", "no such text"),
    ("a\tb\tunknown:x", "unknown:x"),
    ("a\tb\tlater: sometime", "sometime"),
])
def test_wrong_row(row, says, tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text(row + "\n")
    done = check([path])
    assert done.returncode == 1
    assert says in done.stdout


def test_right_rows(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text("# a comment\n\nx\tb\tnot applicable: why\ny\tb\tlater: harts; host:args\n")
    assert check([path]).returncode == 0
