# SPDX-License-Identifier: BSD-2-Clause
"""tests/mutants.yaml and tests/mutants stay usable: each applies and names a test that exists."""
import collections

import artifacts
import mutants
import testnames

ROW = {"name", "test", "why", "file", "old", "new"}


def test_rows():
    every = mutants.every()
    names = collections.Counter(m["name"] for m in every)
    assert not [name for name, times in names.items() if times > 1]
    assert not [m["name"] for m in every if "patch" not in m and set(m) != ROW]
    assert not [m["name"] for m in every if not m["why"] or "old" in m and m["old"] == m["new"]]


def test_tests_exist():
    names = {m["test"] for m in mutants.every()} - {"boot"}
    assert not [name for name in sorted(names) if not testnames.exists(name)]


def test_apply():
    wrong = {m["name"]: mutants.apply(m, artifacts.TOP, check=True) for m in mutants.every()}
    assert not {name: text for name, text in wrong.items() if text}
