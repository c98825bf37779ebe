# SPDX-License-Identifier: BSD-2-Clause
"""tests/figures.tsv, and what the log of a boot says of its figures."""
import re

import artifacts
import bench
from bench import CPUS

FILE = artifacts.TOP / "tests/figures.tsv"
KASAN = "kasan_defconfig"


def rows():
    """[(figure, mode, bound)], a row for * once for each mode."""
    found = []
    for line in FILE.read_text().splitlines():
        if line and not line.startswith("#"):
            name, mode, bound, _ = line.split("\t")
            found += [(name, m, float(bound)) for m in (CPUS if mode == "*" else [mode])]
    return found


def prefix(boot):
    """What the names of a boot's figures begin with."""
    return "smp." if boot.smp > 1 else "kasan." if boot.build == KASAN else ""


def counted(outcome):
    """{name: number} of a log."""
    begin = prefix(outcome.boot)
    found = {f"{begin}boot.{k}": v for k, v in bench.of_boot(outcome.lines).items()}
    found |= {f"{begin}bench.{k}": v["median"]
              for k, v in bench.results(outcome.lines).items() if "median" in v}
    for line in outcome.lines:
        if linear := re.match(r" *# linear map of 64 TiB: (sv\d+) tables=(\d+)", line):
            found[f"tables.{linear[1]}_64t"] = float(linear[2])
        if touched := re.match(r"touched ([\d.]+) MiB", line):
            found[f"{begin}boot.touched"] = float(touched[1])
    return found


def value(name, found):
    """A figure, or the difference of two; None where one was not counted."""
    parts = [found.get(part) for part in name.split("-")]
    return None if None in parts else parts[0] - sum(parts[1:])
