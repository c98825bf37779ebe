# SPDX-License-Identifier: BSD-2-Clause
"""KASAN's own tests with more RAM than is there to shadow, with an initrd; and all others."""
import artifacts
import ktap
import machine
import pytest
import skips
from test_figures import CPUS, ICOUNT, KASAN, figures
from test_initrd import TEXT, TRAILER, entry

BUILDS = [KASAN, "kasan_outline_defconfig"]


def scale(build, mode, ram):
    back = f"memory-backend-ram,id=m0,size={ram},reserve=off"
    return machine.Boot(name=f"kasan-{build}-{mode}-{ram}", machine="virt,memory-backend=m0",
                        cpu=CPUS[mode], ram=ram, smp=4, build=build, append="ktest=kasan*",
                        extra=("-object", back))


def with_initrd(build):
    data = entry("file", TEXT.encode()) + TRAILER + bytes(3)
    path = artifacts.store("initrd", "bin", data)
    return machine.Boot(name=f"kasan-{build}-initrd", build=build, append="ktest=kasan_map",
                        extra=("-initrd", str(path)))


BOOTS = [scale(b, m, ram) for b in BUILDS for m in CPUS for ram in ("256G", "16T")]
BOOTS += [with_initrd(b) for b in BUILDS]
BOOTS += [machine.Boot(name=f"kasan-all-{mode}", build=build, cpu=cpu, smp=2, append="ktest=*",
                       time_limit=400)
          for (mode, cpu), build in zip(CPUS.items(), [BUILDS[0], BUILDS[1], BUILDS[0]])]


@pytest.mark.parametrize("boot", BOOTS, ids=[b.name for b in BOOTS])
def test_kasan(boot, outcome):
    leaves = ktap.parse(outcome.text).leaves()
    assert leaves and [path for path, test in leaves if not test.ok] == []
    assert [path for path, test in leaves if test.directive == "SKIP"
            and not skips.allowed(path, test.reason, {})] == []
    assert outcome.end == "exit 0"


def cost(mode, ram):
    back = f"memory-backend-ram,id=m0,size={ram},reserve=off"
    return machine.Boot(name=f"kasan-cost-{mode}-{ram}", machine="virt,memory-backend=m0",
                        cpu=CPUS[mode], ram=ram, build=KASAN,
                        append='quiet run="log; mem; poweroff"', extra=("-object", back, *ICOUNT))


@pytest.mark.parametrize("boot", [[cost(mode, ram) for ram in ("1G", "256G", "16T")]
                                  for mode in CPUS], ids=list(CPUS))
def test_cost_is_not_the_size(boot, outcomes):
    """The boot, and the RAM that it takes, are as those with 1 GiB."""
    found = [figures(o) for o in outcomes]
    small = found[0]["kasan.boot.allocators"]
    assert all(f["kasan.boot.allocators"] <= 1.1 * small for f in found)
    assert all(f["kasan.boot.touched"] <= 6 for f in found)
