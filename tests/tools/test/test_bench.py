# SPDX-License-Identifier: BSD-2-Clause
"""What `make bench` reads, keeps and compares, on texts and numbers made up."""
import json
import re
from types import SimpleNamespace

import bench
import pytest

LOG = """OpenSBI v1.5
boot: instret mmu_on=10 final_tables=200
tables    20 in use; the boot began with 11 in the image
RAM     1 GiB, mapped 1023.6 MiB, reserved 1.2 MiB, left to the page allocator 1022.8 MiB
touched 268 KiB at the most, besides the image
bench: name=walk mode=sv57 unit=instret min=59.02 median=60.00 n=1024
bench: name=tlb_1g_1g mode=sv57 unit=instret skipped="no 1 GiB of RAM for one leaf"
bench: name=trap mode=sv57 unit=instret failed="err == -EFAULT"
"""
CELL = {"mode": "sv57", "build": "plain", "ram": "1G"}


def outcome(text, end="exit 0"):
    return SimpleNamespace(text=text, lines=text.splitlines(), end=end)


def test_measured():
    cell = bench.measured(outcome(LOG))
    assert cell["boot"] == {"mmu_on": 10, "final_tables": 200}
    assert (cell["tables"], cell["mapped"], cell["touched_mib"]) == (20, "1023.6 MiB", 0.262)
    assert cell["results"] == {
        "walk": {"min": 59.02, "median": 60.0, "unit": "instructions/op"},
        "tlb_1g_1g": {"skipped": "no 1 GiB of RAM for one leaf"}}
    assert bench.numbers(cell) == {"boot.mmu_on": 10, "boot.final_tables": 200, "tables": 20,
                                   "walk": 60.0}


@pytest.mark.parametrize("text, end", [(LOG, "time limit"), ("qemu: no memory\n", "exit 1")])
def test_what_did_not_boot_says_why(text, end):
    cell = bench.measured(outcome(text, end))
    assert list(cell) == ["skipped"] and cell["skipped"].startswith(end)


@pytest.mark.parametrize("old, new, above, found", [
    (100, 105, 0.05, False), (100, 105.1, 0.05, True), (100, 94, 0.05, True),
    (100, 102, 0.02, False), (100, 102.1, 0.02, True),
    (0.98, 1.02, 0.02, False),  # rounding
])
def test_changes(old, new, above, found):
    cells = [CELL | {"boot": {"prompt": v}} for v in (old, new)]
    assert bench.changes(*cells, above) == ([("boot.prompt", old, new)] if found else [])


def test_other_compilers_are_not_compared():
    here = {"gcc": "12", "qemu": "10", "opensbi": "v1.5", "commit": "a"}
    assert bench.differences(here, here | {"commit": "b"}) == []
    assert bench.differences(here, here | {"gcc": "14"}) == [("gcc", "12", "14")]


@pytest.fixture
def files(tmp_path, monkeypatch):
    for name in ("BASELINE", "RESULTS"):
        monkeypatch.setattr(bench, name, tmp_path / f"{name}.json")

    def put(name, gcc, *cells):
        bench.dump({"conditions": {"gcc": gcc}, "cells": list(cells)}, getattr(bench, name))
    return put


def test_update(files):
    """Cells counted anew replace the old ones; those of another compiler do not stay."""
    old, new = CELL | {"tables": 1}, CELL | {"tables": 2}
    other = CELL | {"ram": "4T", "skipped": "why"}
    files("BASELINE", "12", old, other)
    files("RESULTS", "12", new)
    bench.update()
    assert bench.load(bench.BASELINE)["cells"] == [new, other]
    files("RESULTS", "14", new)
    bench.update()
    assert bench.load(bench.BASELINE) == {"conditions": {"gcc": "14"}, "cells": [new]}


def test_reference_names_each():
    """The rows of the page are the benchmarks there are."""
    sources = "".join(f.read_text() for f in bench.TOP.glob("*_bench.c"))
    there = set(re.findall(r"^BENCH\w*\((\w+),", sources, re.M))
    there |= {f"tlb_{leaf}_{size}"
              for leaf, size in re.findall(r"^TLB\((\w+), (\w+),", sources, re.M)}
    page = (bench.TOP.parents[1] / "Documentation/reference/benchmarks.md").read_text()
    rows = re.findall(r"^\| (.*) \|$", page.split("## The files of")[0], re.M)
    assert there == {n for row in rows for n in re.findall(r"`([a-z]\w+_?\w*)`", row)
                     if n != "chosen"}


def test_committed_files():
    """Each cell of the matrix has its row, and Linux's rows name figures of ours."""
    base = bench.load(bench.BASELINE)
    assert [bench.key(c) for c in base["cells"]] == [(c.mode, c.build, c.ram) for c in bench.CELLS]
    assert all("skipped" in c or c["boot"] for c in base["cells"])
    known = {k for c in base["cells"] for k in bench.numbers(c)} | {""}
    linux = json.loads(bench.LINUX.read_text())
    assert [row for row in linux["figures"] if row["ours"] not in known] == []
    assert len(re.findall(r'"median"', bench.BASELINE.read_text())) > 300
