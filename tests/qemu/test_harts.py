# SPDX-License-Identifier: BSD-2-Clause
"""Harts a device tree may have, and what is said of those that stay out."""
import re

import bench
import entries
import ktap
import machine
import pytest


def cpus(text):
    return f"/ {{ cpus {{ {text} }}; }};"


def from_hart_0(boot, outcome):
    """The firmware's harts draw lots for the boot; the texts here are of a machine where 0 won."""
    for _ in range(30):
        if re.search(r"on hart 0\. Type help", outcome.text):
            break
        outcome = machine.run(boot)
    return outcome


LEFT_OUT = "smp: hart {} left out: {}"
# name; harts of the machine; device tree; command line; what is said
ODD = [
    ("twice", 2, cpus("cpu@1 { reg = <0>; };"), "",
     [LEFT_OUT.format(0, "the device tree has it twice"), "smp: harts=1 of=1"]),
    ("far-id", 2, cpus("#address-cells = <2>; cpu@0 { reg = <0 0>; }; cpu@1 { reg = <0x100 0>; };"),
     "", [LEFT_OUT.format(1 << 40, "the firmware does not start it: it answers -6"),
      "smp: harts=1 of=2"]),
    ("disabled", 3, cpus('cpu@1 { status = "disabled"; };'), "",
     [LEFT_OUT.format(1, "the device tree disables it"), "smp: harts=2 of=2"]),
    ("no-mmu", 2, cpus('cpu@1 { mmu-type = "riscv,none"; };'), "",
     [LEFT_OUT.format(1, "the device tree says it has no MMU"), "smp: harts=1 of=1"]),
    ("mmu-type-less", 2, cpus("cpu@1 { /delete-property/ mmu-type; };"), "",
     [LEFT_OUT.format(1, "the device tree names no MMU for it, but for others"),
      "smp: harts=1 of=1"]),
    ("no-reg", 2, cpus("cpu@1 { /delete-property/ reg; };"), "",
     ["smp: cpu@1 left out: no usable reg", "smp: harts=1 of=1"]),
    ("maxharts-0", 2, "", "maxharts=0",
     ["smp: maxharts=0: the boot hart runs in any case",
      LEFT_OUT.format(1, "maxharts= is reached"), "smp: harts=1 of=1"]),
    ("maxharts-2", 4, "", "maxharts=2",
     [LEFT_OUT.format(2, "maxharts= is reached"), LEFT_OUT.format(3, "maxharts= is reached"),
      "smp: harts=2 of=2"]),
]


@pytest.mark.parametrize("boot, said", [
    (entries.boot(f"harts-{name}", smp=smp, text=text, bootargs=f"ktest=smp,fault {args}"), said)
    for name, smp, text, args, said in ODD], ids=lambda v: getattr(v, "name", ""))
def test_odd_harts(boot, said, outcome):
    outcome = from_hart_0(boot, outcome)
    assert [line for line in outcome.lines if line.startswith("smp: ")] == said
    entries.ends_well(outcome)


@pytest.mark.parametrize("boot, smp", [
    (entries.boot(f"harts-{n}", smp=n, bootargs="ktest=smp"), n) for n in (3, 8, 32)],
    ids=lambda v: getattr(v, "name", ""))
def test_many_harts(boot, smp, outcome):
    assert f"smp: harts={smp} of={smp}" in outcome.lines
    entries.ends_well(outcome)


ASKED = ('run=\\"hart start 99; hart stop 0; hart stop x; hart go 1; hart stop 1; hart; '
         'poweroff\\"')


@pytest.mark.parametrize("boot", [entries.boot("harts-asked", smp=2, bootargs=ASKED)],
                         ids=lambda b: b.name)
def test_hart_command(boot, outcome):
    outcome = from_hart_0(boot, outcome)
    said = [re.sub(r"ticks=\d+", "ticks=N", line) for line in outcome.lines
            if line.startswith(("hart", "usage"))]
    assert said == [
        "hart: 99: there is no such hart", "hart: 0: the monitor runs on it",
        "hart: x: not a number",
        "hart: go: neither start nor stop", "usage: hart [start|stop] [HARTID]",
        "hart0   cpu0   online    ticks=N calls=0 retried-faults=0",
        "hart1   cpu1   stopped   ticks=N calls=0 retried-faults=0"]


@pytest.mark.parametrize("boot", [
    machine.Boot(name=f"harts-timer-sstc-{sstc}", cpu=f"rv64,sstc={sstc}",
                 extra=bench.ICOUNT, append="quiet ktest=smp_timer")
    for sstc in ("on", "off")], ids=lambda b: b.name)
def test_timer_accuracy(boot, outcome):
    """Where time is counted in instructions, a timer is late by what its interrupt takes."""
    late = re.search(r"# late at the most: (\d+) ns", outcome.text)
    assert late and int(late[1]) < 20000
    assert ktap.parse(outcome.text).failed == 0


# Each mode with each number of harts, and all pairs of these with both timers and two controllers;
# by `make test` each mode with three or with eight.
SUITES = [(mode, smp, ("on", "off")[(m + s) % 2], ("none", "aplic-imsic")[(m + s // 2) % 2])
          for m, mode in enumerate(bench.CPUS) for s, smp in enumerate((1, 2, 3, 8))]
FEWER = [row for row in SUITES if row[:2] not in (("sv57", 3), ("sv48", 8), ("sv39", 3))]


def suites(mode, smp, sstc, aia):
    return machine.Boot(name=f"harts-{mode}-{smp}-sstc-{sstc}-{aia}", machine=f"virt,aia={aia}",
                        smp=smp, cpu=f"{bench.CPUS[mode]},sstc={sstc}", time_limit=300,
                        append="quiet ktest=smp*,irq")


def test_suites(boot, outcome):
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"


def pytest_generate_tests(metafunc):
    """Splits and merges of 2 MiB: 6,720 in each mode; 100,160 in each of them by `make matrix`.
    Each waits for the other hart's fence: where cores are busy, a time slice."""
    full = metafunc.config.getoption("cells") == "matrix"
    if metafunc.function is test_suites:
        metafunc.parametrize("boot", [suites(*row) for row in (SUITES if full else FEWER)],
                             ids=lambda b: b.name)
    elif "splits" in metafunc.fixturenames:
        work = 313 if full else 21
        metafunc.parametrize("splits, boot", [
            (320 * work, machine.Boot(
                name=f"harts-split-{mode}", cpu=cpu, smp=2, time_limit=7200 if full else 600,
                append=f"quiet ktest_work={work} ktest=smp_pgtable.split_merge*"))
            for mode, cpu in bench.CPUS.items()], ids=list(bench.CPUS))


def test_split_under_another_hart(splits, boot, outcome):
    """Two harts read and write through blocks that one of them splits and merges."""
    assert f"# splits and merges: {splits};" in outcome.text
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"


# Of vmalloc() and vfree() six times as many rounds as in other boots: a fence or two each.
@pytest.mark.parametrize("boot", [
    machine.Boot(name="harts-vmalloc", smp=2,
                 append="quiet ktest_work=6 ktest=vmalloc.harts_at_once")], ids=lambda b: b.name)
def test_vmalloc_of_two_harts(boot, outcome):
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"


@pytest.mark.parametrize("boot", [
    machine.Boot(name="harts-restart", smp=2, time_limit=600,
                 append="quiet ktest_work=50 ktest=smp.start_stop")], ids=lambda b: b.name)
def test_thousand_restarts(boot, outcome):
    """1,000 times stopped and started: no hart lost, no memory."""
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"


POLICY = 'quiet {} run=\\"crash null 1; crash stack 2; hart; hart start 1; hart; poweroff\\"'


@pytest.mark.parametrize("boot", [
    entries.boot("harts-oops", smp=3, bootargs=POLICY.format("panic_on_oops=0"))],
    ids=lambda b: b.name)
def test_oops_stops_its_hart(boot, outcome):
    outcome = from_hart_0(boot, outcome)
    said = [line.split(" ticks")[0] for line in outcome.lines if line.startswith(("hart", "smp: "))]
    assert said == [
        "smp: hart 1 is stopped; 'hart start 1' starts it anew",
        "smp: hart 2 is stopped; 'hart start 2' starts it anew",
        "hart0   cpu0   online   ", "hart1   cpu1   failed   ", "hart2   cpu2   failed   ",
        "hart0   cpu0   online   ", "hart1   cpu1   online   ", "hart2   cpu2   failed   "]
    assert any("bytes below the stack; this report is on the emergency stack" in line
               for line in outcome.lines)
    assert outcome.end == "exit 0"


@pytest.mark.parametrize("boot", [
    entries.boot("harts-panic-on-oops", smp=3, bootargs=POLICY.format("panic_on_oops=1"))],
    ids=lambda b: b.name)
def test_panic_on_oops(boot, outcome):
    outcome = from_hart_0(boot, outcome)
    panics = [line for line in outcome.lines if line.startswith("panic: ")]
    assert len(panics) == 1 and panics[0].startswith("panic: load page fault at crash_load+")
    assert not any(line.startswith("hart") for line in outcome.lines)
