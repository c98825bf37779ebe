# SPDX-License-Identifier: BSD-2-Clause
"""Of the image's suites, a cell of the cover runs some: none is left out, of no axis's value."""
import fnmatch

import cells
import pytest
import testnames

GROUPS = {name: value["suites"].split(",")
          for name, value in cells.table()["axes"]["suites"].items() if name != "all"}
SUITES = [s for s in testnames.suites() if not s.startswith("kasan")]  # those are a build's


def groups_of(suite):
    return [name for name, globs in GROUPS.items()
            if any(fnmatch.fnmatchcase(suite, glob) for glob in globs)]


@pytest.mark.parametrize("suite", SUITES)
def test_suite_is_in_one_group(suite):
    assert len(groups_of(suite)) == 1


def test_each_value_meets_each_group():
    """But for images that have no such suites."""
    met = {(axis, value, cell["suites"]) for cell in cells.chosen("cover")
           for axis, value in cell.values}
    able = [(axis, value) for axis, values in cells.axes().items() if axis != "suites"
            for value in values if cells.legal({axis: value, "suites": "tables"})]
    assert [(*one, group) for one in able for group in GROUPS if (*one, group) not in met] == []


def test_matrix_runs_all():
    assert {cell["suites"] for cell in cells.chosen("matrix")} == {"all"}
