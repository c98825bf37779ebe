# SPDX-License-Identifier: BSD-2-Clause
"""
KASAN's own tests in each mode, with more RAM than is there to shadow and with an initrd; all
suites under KASAN; what a report does, and that it comes whole. `make test` runs some of the
rows, `make matrix` all.
"""
import itertools
import re

import artifacts
import figures
import ktap
import machine
import pytest
import skips
from archives import TEXT, TRAILER, entry
from bench import CPUS, ICOUNT
from figures import KASAN

OUTLINE = "kasan_outline_defconfig"
UBSAN = "kasan_ubsan_defconfig"
CLANG = ["clang_" + KASAN, "clang_" + OUTLINE]
RAM = ["1G", "256G", "16T"]
LIMITS = {"no5lvl": "sv48", "no4lvl": "sv39", "paging=sv57": "sv57", "paging=sv48": "sv48",
          "paging=sv39": "sv39"}


def sparse(name, ram, **fields):
    """A machine of which only that RAM is there that is touched."""
    extra = fields.pop("extra", ())
    back = f"memory-backend-ram,id=m0,size={ram},reserve=off"
    return machine.Boot(name=f"kasan-{name}", machine="virt,memory-backend=m0", ram=ram,
                        extra=("-object", back, *extra), **fields)


def scale(build, mode, ram, smp):
    return sparse(f"{build}-{mode}-{ram}-{smp}", ram, cpu=CPUS[mode], smp=smp, build=build,
                  append="ktest=kasan*")


def all_suites(build, mode, limit="", glob="*"):
    return machine.Boot(name=f"kasan-all-{build}-{mode}-{limit}-{glob}", build=build,
                        cpu=CPUS[mode], smp=2, append=f"{limit} ktest={glob}".strip(),
                        time_limit=600)


def with_initrd(build):
    data = entry("file", TEXT.encode()) + TRAILER + bytes(3)
    path = artifacts.store("initrd", "bin", data)
    return machine.Boot(name=f"kasan-{build}-initrd", build=build, append="ktest=kasan_map",
                        extra=("-initrd", str(path)))


# Any two values of mode, RAM, build and number of harts meet; the rest is all of them.
SCALES = [scale([KASAN, OUTLINE][(m + r) % 2], mode, ram, 4 if (m - r) % 3 == 1 else 1)
          for m, mode in enumerate(CPUS) for r, ram in enumerate(RAM)]
ALL_SCALES = [scale(*row) for row in itertools.product([KASAN, OUTLINE], CPUS, RAM, [1, 4])]
BOOTS = [*SCALES, *map(with_initrd, [KASAN, OUTLINE]),
         *(all_suites(KASAN, mode) for mode in CPUS if mode != "sv57")] # that: test_shuffled.py
ALL_BOOTS = [*ALL_SCALES, *(all_suites(UBSAN, "sv57", limit) for limit in LIMITS),
             *(all_suites(b, mode) for b in [KASAN, OUTLINE, UBSAN, *CLANG] for mode in CPUS)]


def pytest_generate_tests(metafunc):
    full = metafunc.config.getoption("cells") == "matrix"
    if metafunc.function is test_kasan:
        found = list(dict.fromkeys([*BOOTS, *(ALL_BOOTS if full else [])]))
        metafunc.parametrize("boot", found, ids=[b.name for b in found])
    elif metafunc.function is test_cost_is_not_the_size:  # 16 TiB cost QEMU itself seconds
        metafunc.parametrize("boot", [[cost(mode, ram) for ram in (RAM if full else RAM[:2])]
                                      for mode in CPUS], ids=list(CPUS))


def test_kasan(boot, outcome):
    mode = LIMITS.get(boot.append.split()[0])
    assert not mode or f"boot: mode={mode} " in outcome.text
    skips.check_ktap(outcome.text, {"ram": boot.ram})
    assert outcome.end == "exit 0"


def cost(mode, ram):
    return sparse(f"cost-{mode}-{ram}", ram, cpu=CPUS[mode], build=KASAN,
                  append='quiet run="log; mem; poweroff"', extra=ICOUNT)


def test_cost_is_not_the_size(boot, outcomes):
    """The boot, and the RAM that it takes, are as those with 1 GiB."""
    found = [figures.counted(o) for o in outcomes]
    small = found[0]["kasan.boot.allocators"]
    assert all(f["kasan.boot.allocators"] <= 1.1 * small for f in found)
    assert all(f["kasan.boot.touched"] <= 6 for f in found)


# --- What a report does ---

def policy(words):
    run = "crash heap-oob; crash heap-uaf; kasan; shadow 0; poweroff"
    return machine.Boot(name=f"kasan-policy-{words}", build=KASAN,
                        append=f'quiet {words} run="{run}"')


@pytest.mark.parametrize("boot, kinds, said, panics", [
    (policy(words), kinds, said, panics) for words, kinds, said, panics in [
        ("", 1, "one report, then it goes on", []),
        ("kasan=report", 1, "one report, then it goes on", []),
        ("kasan_multi_shot", 2, "each report, then it goes on", []),
        ("kasan=panic", 1, None, ["panic: kasan=panic"]),
        ("kasan=panic kasan_multi_shot", 1, None, ["panic: kasan=panic"]),
        ("panic_on_warn=1", 1, None, ["panic: panic_on_warn"]),
        ("panic_on_warn=1 kasan_multi_shot", 2, "each report, then it goes on", []),
    ]], ids=lambda p: p.name if isinstance(p, machine.Boot) else "")
def test_policy(boot, kinds, said, panics, outcome):
    found = re.findall(r"^BUG: KASAN: (\S+) in bad_store\+", outcome.text, re.M)
    assert found == ["slab-out-of-bounds", "slab-use-after-free"][:kinds]
    assert [t for t in outcome.lines if t.startswith("panic: ")] == panics
    if said:
        assert f"printed     {said}" in outcome.lines
        assert re.search(r"^reports     2, the last: slab-use-after-free at 0x", outcome.text, re.M)
        assert "shadow: 0: has no shadow; accesses there fault" in outcome.lines
        assert outcome.end == "exit 0"
    else:
        assert not re.search("^checks ", outcome.text, re.M)


RULER = "=" * 66
REPORT = re.compile(
    r"BUG: KASAN: slab-use-after-free in read_here\+\S+\n"
    r"read of size 1 at address 0x\w+ by hart\d\n"
    r"backtrace:\n(?:  \[<\w+>\] \S+\n)+"
    r"0 bytes inside of the 128 bytes 0x\w+-0x\w+ of cache kmalloc-128, free\n"
    r"allocated by hart\d:\n(?:  \[<\w+>\] \S+\n)+"
    r"freed by hart\d:\n(?:  \[<\w+>\] \S+\n)+"
    r"memory around it, a byte of shadow for each 8:\n"
    r"(?: \w{16}:(?: \w\w){16}\n){2}>\w{16}:(?: \w\w){16}\n +\^\n(?: \w{16}:(?: \w\w){16}\n){2}")
CROWD = machine.Boot(name="kasan-crowd", build=KASAN, smp=4, time_limit=300,
                     append="quiet kasan_multi_shot ktest=kasan_report.all_harts")


@pytest.mark.parametrize("boot", [CROWD], ids=["4"])
def test_reports_are_whole(boot, outcome):
    """Four harts report at the same time, and no line of one is in another one's."""
    parts = outcome.text.split(RULER + "\n")
    reports = parts[1::2]
    assert len(reports) >= 40
    assert [r for r in reports if not REPORT.fullmatch(r)] == []
    assert len(set(re.findall(r"by (hart\d)\nbacktrace", outcome.text))) > 1
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"
