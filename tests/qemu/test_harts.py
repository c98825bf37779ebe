# SPDX-License-Identifier: BSD-2-Clause
"""Harts a device tree may have, and what is said of those that stay out."""
import entries
import ktap
import machine
import pytest
import test_figures


def cpus(text):
    return f"/ {{ cpus {{ {text} }}; }};"


LEFT_OUT = "smp: hart {} left out: {}"
# name; harts of the machine; device tree; command line; what is said
ODD = [
    ("twice", 2, cpus("cpu@1 { reg = <0>; };"), "",
     [LEFT_OUT.format(0, "the device tree has it twice"), "smp: harts=1 of=1"]),
    ("far-id", 2, cpus("#address-cells = <2>; cpu@0 { reg = <0 0>; }; cpu@1 { reg = <0x100 0>; };"),
     "", [LEFT_OUT.format(1 << 40, "the firmware does not start it"), "smp: harts=1 of=2"]),
    ("disabled", 3, cpus('cpu@1 { status = "disabled"; };'), "",
     [LEFT_OUT.format(1, "the device tree disables it"), "smp: harts=2 of=2"]),
    ("no-mmu", 2, cpus('cpu@1 { mmu-type = "riscv,none"; };'), "",
     [LEFT_OUT.format(1, "the device tree says it has no MMU"), "smp: harts=1 of=1"]),
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
    assert [line for line in outcome.lines if line.startswith("smp: ")] == said
    ends_well(outcome)


@pytest.mark.parametrize("boot, smp", [
    (entries.boot(f"harts-{n}", smp=n, bootargs="ktest=smp"), n) for n in (3, 8, 32)],
    ids=lambda v: getattr(v, "name", ""))
def test_many_harts(boot, smp, outcome):
    assert f"smp: harts={smp} of={smp}" in outcome.lines
    ends_well(outcome)


ASKED = ('run=\\"hart start 99; hart stop 0; hart stop x; hart go 1; hart stop 1; hart; '
         'poweroff\\"')


@pytest.mark.parametrize("boot", [entries.boot("harts-asked", smp=2, bootargs=ASKED)],
                         ids=lambda b: b.name)
def test_hart_command(boot, outcome):
    said = [line for line in outcome.lines if line.startswith(("hart", "usage"))]
    assert said == [
        "hart: 99: there is no such hart", "hart: 0: the monitor runs on it",
        "hart: x: not a number", "usage: hart [start|stop] [HARTID]",
        "hart0   cpu0   online    calls=0 retried-faults=0",
        "hart1   cpu1   stopped   calls=0 retried-faults=0"]


@pytest.mark.parametrize("boot", [
    machine.Boot(name=f"harts-split-{mode}", cpu=cpu, smp=2,
                 append="quiet ktest_work=334 ktest=smp.split_merge*")
    for mode, cpu in test_figures.CPUS.items()], ids=lambda b: b.name)
def test_split_under_another_hart(boot, outcome):
    """100,200 splits and merges of a block that another hart reads and writes."""
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"


def ends_well(outcome):
    assert not [t for t in outcome.lines if "panic" in t or "error" in t]
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"
