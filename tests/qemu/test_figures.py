# SPDX-License-Identifier: BSD-2-Clause
"""
What is counted must stay below tests/figures.tsv and near tests/bench/baseline.json, and
must repeat exactly: with one hart and -icount the machine is a clockwork.
"""
import re

import artifacts
import bench
import figures
import machine
import pytest
import skips
from bench import CPUS, counted
from figures import KASAN, rows, value

WORSE = 0.05


@pytest.mark.parametrize("boot", [counted(mode) for mode in CPUS], ids=list(CPUS))
def test_bounds(boot, outcome):
    mode = next(m for m, cpu in CPUS.items() if cpu == boot.cpu)
    found = figures.counted(outcome)
    assert outcome.end == "exit 0"
    assert [line for line in outcome.lines if "failed=" in line] == []
    assert any(name.startswith("bench.") for name in found)
    bound(mode, "", found)


def bound(mode, begin, found):
    asked = [(n, b) for n, m, b in rows()
             if m == mode and re.match(r"(smp\.|kasan\.|tables\.|)", n)[0] == begin]
    missing = [n for n, _ in asked if value(n, found) is None]
    assert asked and missing == []
    over = [f"{n}={value(n, found):g} is over {b:g}" for n, b in asked if value(n, found) > b]
    assert over == []


@pytest.mark.parametrize("boot", [counted(mode, "smp", "call_*", smp=2) for mode in CPUS],
                         ids=list(CPUS))
def test_bounds_of_two_harts(boot, outcome):
    """The emulator runs one hart at a time, and they count together: while one sleeps or is
    not asked to wait, what is counted is the other's."""
    mode = next(m for m, cpu in CPUS.items() if cpu == boot.cpu)
    assert outcome.end == "exit 0"
    bound(mode, "smp.", figures.counted(outcome))


@pytest.mark.parametrize("boot", [counted(mode, "kasan", build=KASAN)
                                  for mode in CPUS], ids=list(CPUS))
def test_bounds_under_kasan(boot, outcome):
    assert outcome.end == "exit 0"
    bound(next(m for m, cpu in CPUS.items() if cpu == boot.cpu), "kasan.", figures.counted(outcome))


@pytest.mark.parametrize("boot", [
    machine.Boot(name=f"figures-{mode}-tables", cpu=cpu, append="quiet ktest=roots.linear_64_tib")
    for mode, cpu in CPUS.items()], ids=list(CPUS))
def test_bounds_of_tables(boot, outcome):
    assert outcome.end == "exit 0"
    mode = next(m for m, cpu in CPUS.items() if cpu == boot.cpu)
    bound(mode, "tables.", figures.counted(outcome))


@pytest.mark.parametrize("boot", [[counted(mode), counted(mode, "second")] for mode in CPUS],
                         ids=list(CPUS))
def test_counts_repeat(boot, outcomes):
    first, second = map(figures.counted, outcomes)
    assert first and first == second
    assert outcomes[0].text == outcomes[1].text


def baseline(mode, build):
    base = bench.load(bench.BASELINE)
    return base["conditions"], next(c for c in base["cells"]
                                    if bench.key(c) == (mode, build, "1G"))


@pytest.mark.parametrize("mode, build, boot", [
    *((mode, "plain", counted(mode)) for mode in CPUS),
    *((mode, "kasan", counted(mode, "kasan", build=KASAN)) for mode in CPUS)],
    ids=[f"{mode}-{build}" for build in ("plain", "kasan") for mode in CPUS])
def test_regression(mode, build, boot, outcome):
    """Better is no failure; `make bench` lists it, and `make bench-update` keeps it."""
    conditions, old = baseline(mode, build)
    if bench.differences(conditions, bench.conditions(outcome.text)):
        skips.skip("bench:regression", "the baseline was counted with another compiler, QEMU or "
                   "OpenSBI")
    new = bench.measured(outcome)
    assert sorted(set(bench.numbers(old)) - set(bench.numbers(new))) == []
    worse = [f"{k}: {bench.share(was, now)}" for k, was, now in
             bench.changes(old, new, WORSE) if now > was]
    assert worse == []


@pytest.mark.parametrize("name, bound", [(n, b) for n, m, b in rows() if n.startswith("image.")])
def test_image_size(name, bound):
    assert (artifacts.config(name.split(".", 1)[1]) / "Image").stat().st_size <= bound


def test_rows_are_known():
    """A misspelt row would bound nothing."""
    for name, mode, _ in rows():
        assert mode in CPUS or (mode == "-" and name.startswith("image."))
