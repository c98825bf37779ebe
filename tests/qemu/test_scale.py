# SPDX-License-Identifier: BSD-2-Clause
"""
From 64 MiB to 64 TiB: what a boot costs does not grow with RAM, and all of it can be used,
up to the last page. QEMU gets sparse RAM: only what the guest touches is there.
"""
import os
import re
from dataclasses import dataclass

import figures
import machine
import pytest
from bench import CPUS, ICOUNT
from figures import KASAN

SIZES = ["64M", "128M", "1G", "16G", "256G", "4T"]
MATRIX = ["64T"]  # QEMU itself takes GiB for it, and minutes
LINEAR_MAP = {"sv39": machine.size("160G")}
RUN = "log; mem; test page_alloc.last_block,page_alloc.orders; poweroff"
MIB = 1 << 20
UNITS = {"KiB": 1 << 10, "MiB": MIB, "GiB": 1 << 30, "TiB": 1 << 40}


@dataclass(frozen=True)
class Scale:
    mode: str
    ram: str

    def boot(self):
        back = f"memory-backend-ram,id=m0,size={self.ram},reserve=off"
        return machine.Boot(name=f"scale-{self.mode}-{self.ram}", machine="virt,memory-backend=m0",
                            cpu=CPUS[self.mode], ram=self.ram, time_limit=600,
                            append=f'quiet run="{RUN}"',
                            extra=("-object", back, *ICOUNT))


def pytest_generate_tests(metafunc):
    if "scale" in metafunc.fixturenames:
        sizes = SIZES + (MATRIX if metafunc.config.getoption("cells") == "matrix" else [])
        found = [Scale(mode, ram) for ram in sizes for mode in CPUS]
        names = [f"{s.mode}-{s.ram}" for s in found]
        metafunc.parametrize("scale, boot", [(s, [s.boot(), Scale(s.mode, "1G").boot()])
                                             for s in found], ids=names)


def amount(text):
    number, unit = text.split()
    return float(number) * UNITS[unit]


def test_scale(scale, boot, outcomes):
    outcome, at_1g = outcomes
    assert outcome.end == "exit 0"
    assert [t for t in outcome.lines if t.startswith("ktest: passed=2 failed=0")]
    blocks = next(re.search(r"blocks of 16 MiB online: (\d+) of (\d+)", t) for t in outcome.lines
                  if t.startswith("pages "))
    mapped = min(machine.size(scale.ram), LINEAR_MAP.get(scale.mode, 1 << 60))
    assert int(blocks[1]) == 1
    assert int(blocks[2]) == mapped >> 24
    touched = next(re.match(r"touched (\S+ \S+) at the most", t) for t in outcome.lines
                   if t.startswith("touched"))
    assert amount(touched[1]) <= (1 if machine.size(scale.ram) <= 1 << 30 else 2) * MIB
    cost = figures.counted(outcome)["boot.allocators"]
    assert cost <= 600000
    assert cost <= 1.1 * figures.counted(at_1g)["boot.allocators"]


# RAM in a sparse file: what is in it afterwards was written by somebody.
FILE = f"/dev/shm/cairn-ram-{os.getpid()}"  # counts by the page
IN_FILE = machine.Boot(name="scale-touched", machine="virt,memory-backend=m0", ram="1G",
                       append='quiet run="mem; poweroff"',
                       extra=("-object",
                              f"memory-backend-file,id=m0,size=1G,share=on,mem-path={FILE}"))


@pytest.mark.parametrize("boot", [IN_FILE], ids=["1G"])
def test_touched(boot, outcome):
    """Firmware, image and device tree take 1.5 MiB; the kernel beside them at most 1 MiB."""
    try:
        assert outcome.end == "exit 0"
        assert os.stat(FILE).st_blocks * 512 <= 5 * MIB // 2
    finally:
        os.unlink(FILE)


# Eight harts bring hundreds of blocks online, under KASAN each with its shadow; the memfd counts
# by the page too.
HARTS = [machine.Boot(
    name=f"scale-harts-{build}", machine="virt,memory-backend=m0", ram="16G", smp=8, build=build,
    time_limit=600, append='quiet run="test page_alloc_smp.blocks_at_once; mem; poweroff"',
    extra=("-object", "memory-backend-memfd,id=m0,size=16G,share=on,reserve=off"))
    for build in ("defconfig", KASAN)]


@pytest.mark.parametrize("boot", HARTS, ids=lambda b: b.build)
def test_harts(boot, outcome):
    assert [t for t in outcome.lines if t.startswith("ktest: passed=1 failed=0 skipped=0")]
    blocks = re.search(r"blocks of 16 MiB online: (\d+) of 1024", outcome.text)
    assert int(blocks[1]) > 300
    assert outcome.end == "exit 0"


# As much as mem= says, of RAM from one end of the linear map to the other.
LIMITED = machine.Boot(
    name="scale-limited", machine="virt,memory-backend=m0", ram="4T",
    append=f'quiet mem=3G run="{RUN}"',
    extra=("-object", "memory-backend-ram,id=m0,size=4T,reserve=off"))


@pytest.mark.parametrize("boot", [LIMITED], ids=["3G"])
def test_limit(boot, outcome):
    assert [t for t in outcome.lines if t.startswith("ktest: passed=2 failed=0 skipped=0")]
    assert "blocks of 16 MiB online: 1 of 192" in outcome.text
    assert outcome.end == "exit 0"
