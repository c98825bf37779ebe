# SPDX-License-Identifier: BSD-2-Clause
"""
`make bench`: boots the matrix of modes, builds and RAM, stores what was counted, and sets it
beside the baseline and beside Linux.

    bench.py run [GLOB...]   boot the cells MODE-BUILD-RAM whose names match, all by default
    bench.py update          make the last run's cells those of the baseline
"""
import fnmatch
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import artifacts
import machine
from elftools.elf.elffile import ELFFile

CPUS = {"sv57": "rv64", "sv48": "rv64,sv57=off", "sv39": "rv64,sv57=off,sv48=off"}
BUILDS = {"plain": "defconfig", "kasan": "kasan_defconfig",
          "kasan_outline": "kasan_calls_defconfig"}
# Rows of their own: what needs another machine. (RAM, fields of the boot, benchmarks)
VARIANTS = {
    "plain_2harts": ("1G", lambda mode: {"smp": 2}, "call_*,fence_*"),
    "plain_svnapot": ("16G", lambda mode: {"cpu": f"{CPUS[mode]},svnapot=on"},
                      "map_1g_by_64k,tlb_*"),
}
RAMS = ("256M", "1G", "16G", "256G", "4T", "64T")
ICOUNT = ("-icount", "shift=0,sleep=off")
TOP = artifacts.TOP / "tests/bench"
BASELINE, LINUX, RESULTS = TOP / "baseline.json", TOP / "linux.json", artifacts.OUT / "bench.json"
SAME = ("gcc", "qemu", "opensbi")  # counts are compared where these are equal
LISTED = 0.02
LEAST = 0.05  # instructions: what rounding makes of small numbers
HUGE = machine.size("64T")
HUGE_NEEDS = 10 << 30  # QEMU's own tables of 64 TiB


def counted(mode, name="first", glob="*", ram="1G", **fields):
    """A boot that counts; @name only tells two equal ones apart."""
    if machine.size(ram) > machine.size("1G"):
        back = f"memory-backend-ram,id=m0,size={ram},reserve=off"
        fields |= {"machine": "virt,memory-backend=m0", "extra": ("-object", back, *ICOUNT)}
    return machine.Boot(**{"name": f"figures-{mode}-{name}", "cpu": CPUS[mode], "ram": ram,
                           "extra": ICOUNT, "append":
                           f'quiet run="log; mode; mem; bench {glob}; poweroff"'} | fields)


@dataclass(frozen=True)
class Cell:
    mode: str
    build: str
    ram: str

    @property
    def name(self):
        return f"{self.mode}-{self.build}-{self.ram}"

    def boot(self):
        """All benchmarks with 1 GiB; with other RAM what might depend on it."""
        name, glob = f"{self.build}-{self.ram}", "*" if self.ram == "1G" else "pa*,w*"
        if self.build in VARIANTS:
            _, fields, glob = VARIANTS[self.build]
            return counted(self.mode, name, glob, self.ram, time_limit=1800, **fields(self.mode))
        return counted(self.mode, name, glob, self.ram, build=BUILDS[self.build], time_limit=1800)


CELLS = [Cell(m, b, r) for r in RAMS for b in BUILDS for m in CPUS]
CELLS += [Cell(m, b, ram) for b, (ram, _, _) in VARIANTS.items() for m in CPUS]


def results(lines):
    """{name: {min, median, unit}} of the lines `bench:`; {skipped: why} where one says so."""
    found = {}
    for line in lines:
        if bench := re.match(r"bench: name=(\S+) .*\bmin=([\d.]+) median=([\d.]+)", line):
            found[bench[1]] = {"min": float(bench[2]), "median": float(bench[3]),
                               "unit": "instructions/op"}
        elif none := re.match(r'bench: name=(\S+) .*skipped="(.*)"', line):
            found[none[1]] = {"skipped": none[2]}
    return found


def of_boot(lines):
    """{milestone: instructions since entry}"""
    marks = {}
    for line in lines:
        if found := re.match(r"(?:<\d> ?)?boot: instret (.*)", line):
            marks |= {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", found[1])}
    return marks


def in_mib(amount):
    number, unit = amount.split()
    return round(float(number) * machine.size(f"1{unit[0]}") / (1 << 20), 3)


def measured(outcome):
    """What a boot says, as a cell of the JSON file."""
    text, cell = outcome.text, {}
    if mapped := re.search(r"^RAM .* mapped ([\d.]+ \S+),", text, re.M):
        cell["mapped"] = mapped[1]
    if touched := re.search(r"^touched ([\d.]+ \S+)", text, re.M):
        cell["touched_mib"] = in_mib(touched[1])
    if tables := re.search(r"^tables +(\d+) in use", text, re.M):
        cell["tables"] = int(tables[1])
    cell["boot"] = of_boot(outcome.lines)
    cell["results"] = results(outcome.lines)
    if outcome.end != "exit 0" or not cell["boot"]:
        last = [line for line in outcome.lines if line.strip()][-1:] or [""]
        cell = {"skipped": f"{outcome.end}: {last[0]}"}
    return cell


def available():
    found = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(found[1]) << 10


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return (done.stdout.splitlines() or ["unknown"])[0]


def compiler(config):
    """The compiler that built an image, from what it left in it."""
    with open(artifacts.config(config) / "cairn.elf", "rb") as file:
        notes = ELFFile(file).get_section_by_name(".comment").data()
    return re.sub(r"[^ -~]+", " ", notes.decode()).strip()


def conditions(text):
    """What the counts depend on, and where they are from. @text: of a boot."""
    opensbi = re.search(r"^OpenSBI (\S+)", text, re.M)
    return {
        "gcc": compiler("defconfig"),
        "qemu": first_line("qemu-system-riscv64", "--version"),
        "opensbi": opensbi[1] if opensbi else "unknown",
        "commit": first_line("git", "describe", "--always", "--dirty"),
        "machine": "virt, one hart but where the build says 2harts, -icount shift=0,sleep=off",
        "counted": "instructions retired in all modes since the entry (boot), per operation "
                   "(results)",
    }


def differences(old, new):
    """[(what, old, new)] of the conditions that make counts incomparable."""
    return [(k, old.get(k), new.get(k)) for k in SAME if old.get(k) != new.get(k)]


def numbers(cell):
    """{key: number} of all that is compared."""
    found = {f"boot.{k}": v for k, v in cell.get("boot", {}).items()}
    if "tables" in cell:
        found["tables"] = cell["tables"]
    return found | {k: v["median"] for k, v in cell.get("results", {}).items() if "median" in v}


def changes(old, new, above):
    """[(key, old, new)] of the figures of two cells that differ by more than @above (0.02)."""
    was, found = numbers(old), numbers(new)
    return [(k, was[k], found[k]) for k in was if k in found
            and abs(found[k] - was[k]) > above * was[k] + LEAST]


def share(old, new):
    return f"{old:g} -> {new:g}" + (f" ({new / old - 1:+.1%})" if old else "")


def key(cell):
    return cell["mode"], cell["build"], cell["ram"]


def load(path):
    return json.loads(path.read_text()) if path.exists() else {"conditions": {}, "cells": []}


def dump(data, path):
    """JSON with one result to a line, so that a difference can be read."""
    def value(item, depth):
        flat = json.dumps(item)
        if len(flat) < 90 and not (isinstance(item, dict) and depth < 3):
            return flat
        pad = " " * (depth + 1)
        if isinstance(item, list):
            return "[\n" + ",\n".join(pad + value(i, depth + 1) for i in item) + f"\n{pad[1:]}]"
        if isinstance(item, dict):
            return "{\n" + ",\n".join(f"{pad}{json.dumps(k)}: {value(v, depth + 1)}"
                                      for k, v in item.items()) + f"\n{pad[1:]}}}"
        return flat
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value(data, 0) + "\n")


def report_changes(base, data):
    before = {key(c): c for c in base["cells"]}
    for what, old, new in differences(base["conditions"], data["conditions"]):
        print(f"bench: {what} is {new}, the baseline's was {old}: counts cannot be compared")
    for cell in data["cells"]:
        for name, old, new in changes(before.get(key(cell), {}), cell, LISTED):
            print(f"bench: {'-'.join(key(cell))} {name}: {share(old, new)}")


def report_linux(data):
    """Ours, Linux's, and the ratio, wherever the same was counted."""
    ours = {key(c): numbers(c) for c in data["cells"]}
    print(f"{'cell':<20} {'figure':<24} {'ours':>14} {'Linux':>14} {'ratio':>7}")
    for row in load(LINUX).get("figures", []):
        mine = ours.get(key(row), {}).get(row["ours"])
        if mine is not None:
            print(f"{'-'.join(key(row)):<20} {row['ours']:<24} {mine:>14,g} {row['value']:>14,g}"
                  f" {mine / row['value']:>7.3f}")


def measure(cell):
    if machine.size(cell.ram) >= HUGE and available() < HUGE_NEEDS:
        return {"skipped": "QEMU itself takes 6 GiB for it, which this machine has not free"}, ""
    outcome = machine.run(cell.boot())
    found = measured(outcome)
    print(f"bench: {cell.name}: {found.get('skipped', found.get('boot'))}", flush=True)
    return found, outcome.text


def run(globs):
    chosen = [c for c in CELLS if any(fnmatch.fnmatch(c.name, g) for g in globs or ["*"])]
    if not chosen:
        sys.exit(f"bench: no cell matches {' '.join(globs)}; they are MODE-BUILD-RAM: "
                 + " ".join(c.name for c in CELLS))
    small = [c for c in chosen if machine.size(c.ram) < HUGE]
    with ThreadPoolExecutor(int(os.environ.get("JOBS", len(os.sched_getaffinity(0))))) as pool:
        found = list(pool.map(measure, small))
    found += [measure(c) for c in chosen if c not in small]
    said = "".join(text for _, text in found)
    data = {"conditions": conditions(said), "cells": [
        {"mode": c.mode, "build": c.build, "ram": c.ram} | cell
        for c, (cell, _) in zip(small + [c for c in chosen if c not in small], found)]}
    dump(data, RESULTS)
    report_linux(data)
    report_changes(load(BASELINE), data)
    print(f"bench: {len(chosen)} cells in {RESULTS}")


def update():
    if not RESULTS.exists():
        sys.exit(f"bench: no {RESULTS}: `make bench` first")
    data, base = load(RESULTS), load(BASELINE)
    if differences(base["conditions"], data["conditions"]):
        base["cells"] = []
    cells = {key(c): c for c in base["cells"]} | {key(c): c for c in data["cells"]}
    order = [(c.mode, c.build, c.ram) for c in CELLS]
    dump({"conditions": data["conditions"],
          "cells": sorted(cells.values(), key=lambda c: order.index(key(c)))}, BASELINE)
    return False


if __name__ == "__main__":
    sys.exit(update() if sys.argv[1:] == ["update"] else run(sys.argv[2:]))
