# SPDX-License-Identifier: BSD-2-Clause
"""Unusual, but right: each of these boots to the end, and sees what it was given."""
import functools
import re

import entries
import machine
import model
import pytest
import trees
from bench import CPUS
from entries import LOAD, TREE

MIB = 1 << 20
RAM_END = 0x90000000  # of 256M
LARGEST = 16 * MIB
END_OF_FRAME = TREE + 2 * MIB
PAGES = f"{entries.suites},page_alloc"  # where RAM is odd


def grown(change, total=LARGEST):
    return functools.partial(change, total=total)


def memory(reg):
    return f"/ {{ memory@80000000 {{ reg = <{reg}>; }}; }};"


def chosen(text):
    return f"/ {{ chosen {{ {text} }}; }};"


TREES = [
    entries.boot("tree-8-byte-aligned", address=TREE + 8),
    entries.boot("tree-over-a-page-border", address=TREE + 0xff8),
    entries.boot("tree-over-a-frame-border", address=END_OF_FRAME - 8),
    entries.boot("tree-in-last-page-of-frame", address=END_OF_FRAME - 4096),
    entries.boot("tree-behind-image", address=lambda: entries.symbol("_end")),
    entries.boot("tree-below-image", address=LOAD - 0x8000,
                 change=grown(trees.padded_behind, 0x8000)),
    entries.boot("tree-at-end-of-ram", address=RAM_END - 0x8000,
                 change=grown(trees.padded_behind, 0x8000)),
    entries.boot("tree-16M", change=grown(trees.padded_behind)),
    entries.boot("tree-16M-property", change=grown(trees.padded_by_property)),
    entries.boot("tree-16M-nops", change=grown(trees.padded_by_nops)),
    entries.boot("tree-16M-last-page", address=END_OF_FRAME - 4096,
                 change=grown(trees.padded_by_property)),
    entries.boot("tree-16M-last-8-bytes", address=END_OF_FRAME - 8,
                 change=grown(trees.padded_by_property)),
    # QEMU puts its own tree at the end of RAM: the one we hand over claims less of it.
    entries.boot("tree-16M-end-of-ram", address=RAM_END - LARGEST, ram="512M",
                 text=memory("0 0x80000000 0 0x10000000"), change=grown(trees.padded_by_property)),
    entries.boot("tree-16M-above-4G", address=0x180000000 - LARGEST, ram="5G",
                 text=memory("0 0x80000000 1 0"), change=grown(trees.padded_by_property)),
]


@pytest.mark.parametrize("boot", TREES, ids=lambda b: b.name)
def test_tree(boot, outcome):
    make, _ = boot.files[0]
    where = int(machine.now(boot.enter).split(",")[1].split()[0], 0)
    assert (f"boot: dtb pa={where:#x} size={len(make().read_bytes()):#x} hart=0"
            in outcome.lines)
    entries.ends_well(outcome)


def banks(*ranges):
    return memory(" ".join(f"{a >> 32:#x} {a & 0xffffffff:#x} {n >> 32:#x} {n & 0xffffffff:#x}"
                           for a, n in ranges))


# Holes of a page in RAM of 256 MiB, from 192 MiB on.
HOLES = [(0x8c000000 + i * 0x40000, 0x3f000) for i in range(200)]
# name; banks; what is said of them; bytes
BANKS = [
    ("banks-200", banks((0x80000000, 0xc000000), *HOLES),
     "boot: device tree: 104 banks of RAM left out: there is room for 96",
     0xc000000 + 96 * 0x3f000),
    ("banks-pages", banks((0x80000000, 0xa000000), *[(0x8b000000 + i * 0x3000, 0x1000)
                                                     for i in range(60)]), None,
     0xa000000 + 60 * 0x1000),
    ("banks-tiny-pieces", banks((0x80000800, 0xa000000), (0x8b000801, 0x1000), (0x8c000fff, 2)),
     None, 0xa000000 - 0x1000), # whole pages only
]
BANK_BOOTS = [entries.boot(b[0], text=b[1], bootargs=f"ktest={PAGES}") for b in BANKS]


@pytest.mark.parametrize("boot, want", list(zip(BANK_BOOTS, BANKS)), ids=[b[0] for b in BANKS])
def test_banks(boot, want, outcome):
    _, _, said, size = want
    assert outcome.values("boot: ram ")["bytes"] == str(size)
    assert [t for t in outcome.lines if "banks of RAM" in t] == \
        ([said] if said else [])
    entries.ends_well(outcome)


# Bad and sound ranges, in turn.
BAD_RANGES = banks(
    (0x84000000, 0x6000000), (0x80000000, 0x6000000), (0x82000000, 0x1000), (0x85000000, 0),
    (0xfffffffffffff000, 0x2000), (0x8a000000, 0x2000000), (0x8e000801, 0x1000),
    (1 << 60, 0x100000)) + """
/ { reserved-memory {
    one@86000000 { reg = <0 0x86000000 0 0x300000>; };
    two@86100000 { reg = <0 0x86100000 0 0x100000>; no-map; };
    three@86200800 { reg = <0xffffffff 0xfffff000 0 0x2000 0 0x86200800 0 0x200001>; reusable; };
    four@8bf00000 { reg = <0 0x8bf00000 0 0x10000000>; reusable; };
    five@80401000 { reg = <0 0x80401000 0 0x1000>; };
}; };
""" + chosen("linux,initrd-start = <0 0x8bfff000>; linux,initrd-end = <0 0x8c001000>;")
BANK = "boot: device tree: memory@80000000: "
NODE = "boot: device tree: reserved-memory/"
SAID = [
    BANK + "bank of 0x6000000 bytes at 0x80000000 overlaps others",
    BANK + "bank of 0x1000 bytes at 0x82000000 overlaps others",
    BANK + "bank of 0x0 bytes at 0x85000000 left out: no page",
    BANK + "bad reg: -EOVERFLOW",
    BANK + "bank of 0x1000 bytes at 0x8e000801 left out: no page",
    NODE + "two@86100000: 0x100000 bytes at 0x86100000 overlap what is taken: one@86000000",
    NODE + "three@86200800: bad reg: -EOVERFLOW",
    NODE + "three@86200800: 0x200001 bytes at 0x86200800 overlap what is taken: one@86000000",
    NODE + "five@80401000: 0x1000 bytes at 0x80401000 overlap what is taken: image",
    "boot: 1 MiB of RAM above {end:#x} left out: {mode}'s linear map ends there",
    "initrd: ignored: 0x8bfff000-0x8c001000 does not lie in RAM that is used",
]


@pytest.mark.parametrize("boot, mode", [
    (entries.boot(f"bad-ranges-{mode}", cpu=cpu, text=BAD_RANGES,
                  bootargs="ktest=page_alloc,memblock,layout"), mode)
    for mode, cpu in CPUS.items()], ids=lambda v: getattr(v, "name", ""))
def test_bad_ranges(boot, mode, outcome):
    """Each is named in one line; the rest is used."""
    start, end = model.regions(mode)["linear"]
    base = 0x80000000 - (model.linear_start(mode, 0x80000000, 1 << 64) - start)
    said = [t for t in outcome.lines if any(w in t for w in (
        "overlap", "left out", "bad reg", "ignored"))]
    assert said == [t.format(end=base + end - start, mode=mode) for t in SAID]
    assert outcome.values("boot: ram ")["bytes"] == str(0xc000000)
    entries.ends_well(outcome)


# command line; the mode line's end; what is said of its words
LINES = [
    ('xno4lvl no4lvl=0 paging=sv99 foo=\\"a b\\"', "hart=sv57 dt=sv57 cmdline=none",
     ["cmdline: no4lvl=0: takes no value", "cmdline: paging=sv99: unknown value",
      "cmdline: unknown, ignored: xno4lvl foo=a b"]),
    ('\\"no5lvl x\\" \\"paging=sv48 \\" loglevel=x', "hart=sv57 dt=sv57 cmdline=none",
     ["cmdline: paging=sv48 : unknown value", "cmdline: loglevel=x: not a number",
      "cmdline: unknown, ignored: no5lvl x"]),
    ('\\"no5lvl\\" a a', "hart=sv48+ dt=sv57 cmdline=sv48",
     ["cmdline: unknown, ignored: a a"]),
    ("\\t no4lvl \\n", "hart=sv39+ dt=sv57 cmdline=sv39", []),
    ('paging=\\"sv48\\"', "hart=sv48+ dt=sv57 cmdline=sv48", []),
    ("run='no4lvl \\\"; no4lvl' no5lvl\\\"'", "hart=sv57 dt=sv57 cmdline=none",
     ["cmdline: unknown, ignored: no5lvl'", "cmdline: no5lvl': a quote is not closed"]),
    ("'paging='sv\\\"48\\\" 'no4lvl x", "hart=sv48+ dt=sv57 cmdline=sv48",
     ["cmdline: unknown, ignored: no4lvl x", "cmdline: no4lvl x: a quote is not closed"]),
    ("paging=sv57 paging=sv39 paging=sv48", "hart=sv39+ dt=sv57 cmdline=sv39", []),
]
LINE_BOOTS = [entries.boot(f"cmdline-{n}", bootargs=f"ktest={entries.suites} {line[0]}")
              for n, line in enumerate(LINES)]
# As long as it may be: 2047 bytes, the last word counts.
LINE_BOOTS.append(entries.boot(
    "cmdline-longest", bootargs=f"ktest={entries.suites}".ljust(2040) + " no4lvl"))
LINES.append(("", "hart=sv39+ dt=sv57 cmdline=sv39", []))


@pytest.mark.parametrize("boot, want", [(b, w[1:]) for b, w in zip(LINE_BOOTS, LINES)],
                         ids=[b.name for b in LINE_BOOTS])
def test_command_line(boot, want, outcome):
    mode, said = want
    assert [t for t in outcome.lines if t.startswith("boot: mode=") and t.endswith(mode)]
    assert sorted(t for t in outcome.lines if t.startswith("cmdline: ")) == sorted(said)
    entries.ends_well(outcome)


IDENTITY_SATP = """
    la t0, table
    srli t1, t0, 12
    li t2, 8 << 60
    or t1, t1, t2
    li t2, (0x80000000 >> 2) | 0xcf
    sd t2, 16(t0)
    sfence.vma
    csrw satp, t1
    j over
    .balign 4096
table:    .zero 4096
over:
"""


@pytest.mark.parametrize("boot", [entries.boot("satp-at-entry", enter=IDENTITY_SATP)],
                         ids=lambda b: b.name)
def test_translation_on_at_entry(boot, outcome):
    assert "boot: satp was 0x8000000000080201 at entry, not 0" in outcome.lines
    entries.ends_well(outcome)


@pytest.mark.parametrize("boot", [
    entries.boot("interrupts-on", enter="\tli t0, 0x222\n\tcsrw sie, t0\n\tcsrsi sstatus, 2\n"),
    entries.boot("registers-odd", enter="\tli sp, -1\n\tli gp, 3\n\tli tp, 5\n"),
], ids=lambda b: b.name)
def test_state_at_entry(boot, outcome):
    entries.ends_well(outcome)


def lists(extensions):
    names = ", ".join(f'"{e}"' for e in ["i", "m", "a", "c", "zicsr", *extensions])
    return f"/ {{ cpus {{ cpu@0 {{ riscv,isa-extensions = {names}; }}; }}; }};"


def lists_old(extensions):
    """In the older property alone."""
    return ("/ { cpus { cpu@0 { /delete-property/ riscv,isa-extensions;"
            f' riscv,isa = "rv64imac_zicsr_{"_".join(extensions)}"; }}; }}; }};')


NONE = "rv64,svadu=off,svade=on,svvptc=off"
ALL = "rv64,svnapot=on,svpbmt=on,svinval=on,svadu=on,svvptc=on"
NOT_USED = "cpu: device tree lists {}, but the hart {}: not used"
# hart; what its tree lists; what is used; what is complained of
ISAS = [
    (NONE, lists(["svnapot", "svpbmt", "svinval", "svadu", "svvptc"]), "svvptc",
     {e: "faults on it" for e in ("svnapot", "svpbmt", "svinval", "svadu")}),
    (NONE, lists_old(["svnapot", "svade"]), "svade", {"svnapot": "faults on it"}),
    (NONE, lists(["svadu", "svade"]), "svade", {}),
    (ALL, lists(["svade"]), "none", {"svade": "does otherwise"}),
    (ALL, lists([]), "none", {}),
    (ALL, lists_old(["svinval", "svnapot", "sv", "svvptcx"]), "svnapot,svinval", {}),
]


@pytest.mark.parametrize("boot, used, broken", [
    (entries.boot(f"isa-{n}", bootargs=f"ktest={entries.suites} run=cpu", cpu=cpu, text=text),
     used, broken)
    for n, (cpu, text, used, broken) in enumerate(ISAS)], ids=lambda v: getattr(v, "name", ""))
def test_isa_claims(boot, used, broken, outcome):
    """What the tree claims is used if the hart does it; what it keeps quiet about is not."""
    assert f"cpu: uses={used}" in outcome.lines
    said = [t for t in outcome.lines if t.startswith("cpu: device tree lists")]
    assert said == [NOT_USED.format(*b) for b in broken.items()]
    shown = {t.split()[0]: t for t in outcome.lines if re.match(r"s[sv]\w+ +listed=", t)}
    assert {e for e, t in shown.items() if "used=yes" in t} == set(used.split(",")) - {"none"}
    assert list(shown) == list(model.EXTENSIONS)
    if boot.cpu == ALL:
        assert shown["svnapot"].endswith("does it") and shown["svpbmt"].endswith("does it")
    entries.ends_well(outcome)


NODES = """
/ { reserved-memory {
      keep@86000000 { reg = <0 0x86000000 0 0x100000>; };
      hidden@87000000 { reg = <0 0x87000000 0 0x100000>; no-map; };
      shared@89000000 { reg = <0 0x89000000 0 0x100000>; reusable; };
      off@8a000000 { reg = <0 0x8a000000 0 0x100000>; status = "disabled"; };
      placed { size = <0 0x100000>; };
}; };
"""


@pytest.mark.parametrize("boot", [entries.boot("reserved-nodes", text=NODES,
                                               bootargs=f"ktest={PAGES}")],
                         ids=lambda b: b.name)
def test_reserved_memory(boot, outcome):
    said = [t for t in outcome.lines if t.startswith("boot: reserved=")]
    assert said == [
        "boot: reserved=firmware@80000000 pa=0x80000000 size=0x200000 map=no",
        "boot: reserved=keep@86000000 pa=0x86000000 size=0x100000 map=no",
        "boot: reserved=hidden@87000000 pa=0x87000000 size=0x100000 map=no",
        "boot: reserved=shared@89000000 pa=0x89000000 size=0x100000 map=yes",
    ]
    entries.ends_well(outcome)


@pytest.mark.parametrize("boot", [entries.boot(
    "memreserve", bootargs=f'ktest={PAGES} run=mem',
    change=functools.partial(trees.with_memreserve, start=0x85000000, size=0x10000))],
    ids=lambda b: b.name)
def test_reservation_block(boot, outcome):
    """Kept out of what can be allocated, but still RAM."""
    assert [t for t in outcome.lines
            if t.split()[:1] == ["0x00000085000000-0x0000008500ffff"] and "memreserve" in t]
    entries.ends_well(outcome)


@pytest.mark.parametrize("boot", [
    entries.boot("mem=64M", bootargs=f"ktest={PAGES} mem=64M", ram="1G")], ids=lambda b: b.name)
def test_memory_limit(boot, outcome):
    """A size, not an address."""
    assert outcome.values("boot: ram banks=")["bytes"] == str(64 * MIB)
    entries.ends_well(outcome)


FAR_BANK = memory("0 0x80000000 0 0x10000000 0x400 0 1 0")  # 4 GiB at 4 TiB


@pytest.mark.parametrize("boot", [entries.boot("bank-out-of-reach", text=FAR_BANK,
                                               bootargs=f"ktest={PAGES}",
                                               cpu="rv64,sv57=off,sv48=off")],
                         ids=lambda b: b.name)
def test_bank_out_of_reach(boot, outcome):
    """The linear map of sv39 ends after 160 GiB: what lies above is left out, and not touched."""
    dropped = [t for t in outcome.lines if "left out" in t]
    assert dropped == ["boot: 4096 MiB of RAM above 0x2880000000 left out:"
                       " sv39's linear map ends there"]
    entries.ends_well(outcome)


INITRDS = [(0x86000000, 4096), (0x86000123, 4567), (RAM_END - 100, 100), (TREE - 8, 8)]


@pytest.mark.parametrize("boot, span", [
    (entries.boot(f"initrd-{start:x}", text=chosen(
        f"linux,initrd-start = <0 {start:#x}>; linux,initrd-end = <0 {start + size:#x}>;")),
     (start, size)) for start, size in INITRDS
] + [(entries.boot("initrd-above-4G", ram="5G", text=chosen(
    "linux,initrd-start = <1 0x10000000>; linux,initrd-end = <1 0x10001000>;")),
    (0x110000000, 4096))] + [(entries.boot("initrd-one-cell", text=chosen(
    "linux,initrd-start = <0x86000000>; linux,initrd-end = <0x86001000>;")), INITRDS[0])],
    ids=lambda v: getattr(v, "name", ""))
def test_initrd(boot, span, outcome):
    assert f"boot: initrd pa={span[0]:#x} size={span[1]:#x}" in outcome.lines
    entries.ends_well(outcome)


def test_image_size_is_header_size():
    """What the tests above take for the end of the image."""
    boot = machine.Boot(name="")
    assert entries.symbol("_end") - LOAD == model.image_size(boot)
