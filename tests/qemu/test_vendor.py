# SPDX-License-Identifier: BSD-2-Clause
"""What depends on who made the machine: errata by ids, firmware's memory, the early console."""
import re
import subprocess

import entries
import machine
import pytest

SIFIVE = "mvendorid=0x489,marchid=0x8000000000000007,mimpid="


def by_name(value):
    return getattr(value, "name", "")


def said(outcome, *starts):
    return [t for t in outcome.lines if t.startswith(starts)]


# --- Errata ---

# cpu, what applies to it
ERRATA = [
    (f"rv64,{SIFIVE}0x20181004", ["SiFive CIP-1200", "SiFive CIP-453"]),
    (f"rv64,sv57=off,sv48=off,{SIFIVE}0x20190919", ["SiFive CIP-1200", "SiFive CIP-453"]),
    (f"rv64,{SIFIVE}0x20200630", ["SiFive CIP-1200"]),
    (f"rv64,{SIFIVE}0x4210427", []),
    # Vendor's ids without, and with, the register that says that it is switched off.
    ("rv64,mvendorid=0x5b7", []),
    ("thead-c906", []),
]


@pytest.mark.parametrize("boot, names", [
    (machine.Boot(name=f"errata-{n}", cpu=cpu, smp=2, append="run=cpu ktest=isa,set_memory"),
     names) for n, (cpu, names) in enumerate(ERRATA)], ids=by_name)
def test_errata(boot, names, outcome):
    """Once each, though two harts have them."""
    assert said(outcome, "cpu: erratum") == [f'cpu: erratum="{name}"' for name in names]
    assert [t.strip() for t in said(outcome, "       erratum")] == [f"erratum {n}" for n in names]
    entries.ends_well(outcome)


# --- Firmware's memory ---

OPENSBI = "/ { reserved-memory { opensbi@85000000 { reg = <0 0x85000000 0 0x1000>; reusable; };" \
    " mmode_resv7@85200000 { reg = <0 0x85200000 0 0x201000>; reusable; }; }; };"

PLACES = [
    ("virt", "rv64"), ("virt", "rv64,sv57=off"), ("virt", "rv64,sv57=off,sv48=off"),
    ("virt", "rv64,svnapot=on"), ("sifive_u", ""),
]


def leaves(ranges, napot):
    """How many leaves map these ranges, which lie in the linear map as they do in RAM."""
    sizes = [1 << 30, 1 << 21, 1 << 16 if napot else 1 << 12, 1 << 12]
    count = 0
    for start, end in ranges:
        while start < end:
            start += next(s for s in sizes if start % s == 0 and end - start >= s)
            count += 1
    return count


@pytest.mark.parametrize("boot", [
    machine.Boot(name=f"firmware-{n}", machine=virt, cpu=cpu, smp=2, ram="1G",
                 append="debug earlyfw=0x84001000,0x3000 earlyfw=0x86000000,2M ktest=perm,walk"
                        ' run=mem')
    for n, (virt, cpu) in enumerate(PLACES)], ids=by_name)
def test_firmware(boot, outcome):
    """perm.firmware_leaves looks at each leaf; here is what that costs, and what is said of it."""
    assert said(outcome, "boot: reserved=earlyfw") == [
        "boot: reserved=earlyfw pa=0x84001000 size=0x3000 map=no",
        "boot: reserved=earlyfw pa=0x86000000 size=0x200000 map=no"]
    base = 0x80000000
    holes = sorted((int(a, 16), int(a, 16) + int(s, 16)) for a, s in re.findall(
        r"boot: reserved=\S+ pa=(\S+) size=(\S+) map=no", "\n".join(outcome.lines)))
    assert len(holes) > 2
    edges = [base, *(edge for hole in holes for edge in hole), base + (1 << 30)]
    napot = "svnapot" in boot.cpu
    divided = leaves(zip(edges[::2], edges[1::2]), napot)
    whole = leaves([(base, base + (1 << 30))], napot)
    (line,) = said(outcome, "boot: linear leaves=")
    assert line.startswith(f"boot: linear leaves={divided} undivided={whole} firmware=")
    (line,) = said(outcome, "linear  ")
    assert line.startswith(f"linear  {divided} leaves; {whole} if none of firmware's ranges (")
    entries.ends_well(outcome)


@pytest.mark.parametrize("boot", [
    entries.boot("firmware-named", text=OPENSBI, bootargs="ktest=perm.firmware* run=mem")],
    ids=by_name)
def test_firmware_by_name(boot, outcome):
    """OpenSBI's are left out whatever the tree says of them."""
    assert {"boot: reserved=opensbi@85000000 pa=0x85000000 size=0x1000 map=no",
            "boot: reserved=mmode_resv7@85200000 pa=0x85200000 size=0x201000 map=no",
            } <= set(outcome.lines)
    entries.ends_well(outcome)


BAD_RANGES = {
    "": "not ADDR,SIZE",
    "=x": "not ADDR,SIZE",
    "=0x84000000": "not ADDR,SIZE",
    "=0x84000000,": "not ADDR,SIZE",
    "=0x84000000,4Kx": "not ADDR,SIZE",
    "=0x84000000,0": "an empty range, or one that wraps round",
    "=0x84000000,0xffffffffffffffff": "an empty range, or one that wraps round",
    "=0x80200000,1": "the image lies there",
    "=0x80000000,0x200001": "the image lies there",
    "=0x8fe00000,2M": "the device tree lies there, or what was reserved before",
}


@pytest.mark.parametrize("boot", [
    machine.Boot(name="firmware-bad", append="ktest=perm.firmware* " +
                 " ".join(f"earlyfw{text}" for text in BAD_RANGES))], ids=by_name)
def test_bad_firmware(boot, outcome):
    assert said(outcome, "cmdline: ") == [f"cmdline: earlyfw{text}: {why}"
                                          for text, why in BAD_RANGES.items()]
    assert not said(outcome, "boot: reserved=earlyfw")
    entries.ends_well(outcome)


# --- The early console ---

GOOD_CONSOLES = ["=sbi", "", "=uart8250,mmio,0x10000000", "=uart8250,0x10000000,115200n8",
                 "=ns16550a,mmio,0x10000000"]

# What is wrong, and why.
BAD_CONSOLES = {
    "=nonsense": "unknown value",
    "=uart8250": "no usable address",
    "=uart8250,mmio16,0x10000000": "no usable address",
    "=uart8250,mmio,0x84000000": "RAM is there",
    "=uart8250,mmio,0x20000": "nothing answers there",
    "=sifive,0x10010000": "nothing answers there",
    "=uart8250,mmio32,0x10000000": "nothing answers there", # the registers lie side by side
    "=uart8250,mmio,0x10001000": "it does not send", # virtio
}


@pytest.mark.parametrize("boot", [
    machine.Boot(name=f"earlycon-{n}", append=f"earlycon{text} ktest=vsprintf,perm")
    for n, text in enumerate(GOOD_CONSOLES)], ids=by_name)
def test_earlycon(boot, outcome):
    """Each line once. That it does go to the UART is test_other_uart's."""
    for line in ("boot: satp try=sv57", "boot: version=", "tty: ns16550a at 0x10000000 irq=10"):
        assert len(said(outcome, line)) == 1
    assert not said(outcome, "cmdline: ")
    entries.ends_well(outcome)


@pytest.mark.parametrize("boot, text, why", [
    (machine.Boot(name=f"earlycon-bad-{n}", append=f"earlycon{text} ktest=vsprintf"), text, why)
    for n, (text, why) in enumerate(BAD_CONSOLES.items())], ids=by_name)
def test_bad_earlycon(boot, text, why, outcome):
    """It is named, and all is printed by the firmware, from the first line on."""
    assert said(outcome, "cmdline: ") == [
        f"cmdline: earlycon{text}: {why}: the firmware's console is used"]
    for line in ("boot: satp try=sv57", "boot: version=", "tty: ns16550a at 0x10000000 irq=10"):
        assert len(said(outcome, line)) == 1
    entries.ends_well(outcome)


@pytest.mark.parametrize("boot, why", [
    (entries.boot("earlycon-no-stdout", bootargs="earlycon ktest=vsprintf",
                  text="/ { chosen { /delete-property/ stdout-path; }; };"),
     "the device tree has no usable stdout-path"),
    (entries.boot("earlycon-odd-stdout", bootargs="earlycon ktest=vsprintf",
                  text='/ { chosen { stdout-path = "/cpus"; }; };'),
     "stdout-path is no UART that Cairn can use"),
], ids=by_name)
def test_bad_stdout(boot, why, outcome):
    assert said(outcome, "cmdline: ") == [
        f"cmdline: earlycon: {why}: the firmware's console is used"]
    entries.ends_well(outcome)


@pytest.mark.parametrize("append, early", [
    ("earlycon=sifive,0x10011000", True), ("console=sbi", False)], ids=["asked", "not-asked"])
def test_other_uart(tmp_path, append, early):
    """Two UARTs: what is printed before the drivers, before paging too, goes to the one asked."""
    other = tmp_path / "other"
    boot = machine.Boot(name="earlycon-other", machine="sifive_u", cpu="", smp=2,
                        append=f"{append} run=poweroff",
                        extra=("-serial", "mon:stdio", "-serial", f"file:{other}"))
    first = subprocess.run(boot.command(), stdin=subprocess.DEVNULL, capture_output=True,
                           timeout=machine.TIME_LIMIT, check=False).stdout.decode("latin-1")
    text = other.read_text("latin-1")
    assert ("boot: satp try=sv39" in text) == early
    assert ("boot: satp try=sv39" in first) != early
    assert ("boot: mode=sv39" in text) == early
    assert "mem: freed=" in first and "mem: freed=" not in text
