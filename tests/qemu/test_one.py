# SPDX-License-Identifier: BSD-2-Clause
"""
The tests in the image that --ktest=GLOB names, in each paging mode (tests/tools/mutants.py).
In the debug build, which has them all but KASAN's, on two harts.
"""
import cells
import ktap
import pytest


def pytest_generate_tests(metafunc):
    glob = metafunc.config.getoption("ktest")
    build = "kasan" if glob.startswith("kasan") else "debug"
    found = [cells.cell({"cpu": mode, "build": build, "smp": "2"}).boot(f"ktest={glob}")
             for mode in ("sv57", "sv48", "sv39")]
    metafunc.parametrize("boot", found, ids=[b.cpu for b in found])


def test_ktest(boot, outcome):
    report = ktap.parse(outcome.text)
    assert [path for path, test in report.leaves() if not test.ok] == []
    assert outcome.end == "exit 0"
