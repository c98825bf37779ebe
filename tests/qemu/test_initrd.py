# SPDX-License-Identifier: BSD-2-Clause
"""The initrd: made by cpio or byte by byte, put anywhere, damaged, compressed, out of RAM."""
import bz2
import functools
import gzip
import lzma
import subprocess

import artifacts
import entries
import ktap
import machine
import pytest
from archives import TEXT, TRAILER, bounds, entry, made_by_cpio
from entries import LOAD, TREE

GIB = 1 << 30
FAR = 0xf0000000
SUITES = "ktest=initrd,memblock"
PLACE = 0x86000000  # of those that are put there by hand


def given(name, path, run, **fields):
    """A boot with QEMU's option -initrd."""
    return machine.Boot(name=f"initrd-{name}", append=f'run="{run}" {SUITES}',
                        extra=("-initrd", str(path)), **fields)


def put(name, *pieces, run="ls", place=PLACE, size=None, **fields):
    """A boot with an initrd of pieces: bytes, or (offset, bytes)."""
    pieces = [(0, p) if isinstance(p, bytes) else p for p in pieces]
    end = place + (size or sum(len(p) for _, p in pieces))
    return entries.boot(
        f"initrd-{name}", bootargs=f'{SUITES} run=\\"{run}\\"', text=bounds(place, end),
        files=[(functools.partial(artifacts.store, "initrd", "bin", data), place + offset)
               for offset, data in pieces], **fields)


def ends_well(outcome):
    assert not [t for t in outcome.lines if t.startswith("panic")]
    assert ktap.parse(outcome.text).failed == 0
    assert outcome.end == "exit 0"


def answers(outcome):
    """What was printed between the boot's last line and the tests."""
    lines = outcome.lines
    return lines[next(i for i, t in enumerate(lines) if t.startswith("Cairn ")) + 1:
                 lines.index(ktap.VERSION)]


LISTED = """\
drwxr-xr-x          0 .
-rwxr-xr-x        260 bytes
drwxr-xr-x          0 etc
drwxr-xr-x          0 etc/deep
lrwxrwxrwx          7 etc/deep/link -> ../motd
-rw-r--r--          3 etc/deep/no-newline
-rw-r-----          0 etc/hard
-rw-r-----         29 etc/motd""".splitlines()
SHOWN = [
    ("ls", LISTED),
    ("ls /", LISTED),
    ("ls ./etc/deep/", LISTED[3:6]),
    ("ls *no-*", LISTED[5:6]),
    ("ls etc/mot?", LISTED[7:]),
    ("ls et", ["ls: et: no such entry"]),
    ("cat etc/motd", TEXT.splitlines()),
    ("cat /etc/hard", TEXT.splitlines()),
    ("cat etc/deep/no-newline", ["end"]),
    ("cat etc/none", ["cat: etc/none: no such entry"]),
    ("cat etc", ["cat: etc: a directory; `ls` shows it"]),
    ("cat etc/deep/link", ["cat: etc/deep/link: a symbolic link; `ls` shows it"]),
    ("cat bytes", [f"{at:08x}:" + "".join(f" {b:02x}" for b in range(at, at + 16)) + "  "
                   + "".join(chr(b) if 32 <= b < 127 else "." for b in range(at, at + 16))
                   for at in range(0, 256, 16)] + ["cat: 256 bytes of 260 shown"]),
]


@pytest.mark.parametrize("boot", [
    given("cpio-newc", made_by_cpio(), "; ".join(c for c, _ in SHOWN)),
    given("cpio-crc", made_by_cpio("crc"), "; ".join(c for c, _ in SHOWN),
          cpu="rv64,sv57=off,sv48=off"),
], ids=lambda b: b.name)
def test_shown(boot, outcome):
    size = made_by_cpio().stat().st_size
    assert f"initrd: 8 entries, {size} bytes" in outcome.lines
    # cpio may list a directory's entries in another order of links than they were given.
    got, want = answers(outcome), [line for _, lines in SHOWN for line in lines]
    assert sorted(got) == sorted(want)
    assert [t for t in got if "motd" not in t and "hard" not in t] == [
        t for t in want if "motd" not in t and "hard" not in t]
    ends_well(outcome)


# Where an initrd of 1 GiB lies in 4 GiB from 0x80000000 on, and what lies around it.
PLACES = {
    "behind-image": dict(place=LOAD + (64 << 20), address=0xf0000000),
    "not-aligned": dict(place=LOAD + (64 << 20) + 0x123, address=0xf0000000),
    "below-image": dict(place=LOAD, load=LOAD + GIB, address=0xf0000000),
    "above-image-and-tree": dict(place=0x100000000, address=TREE),
    "end-of-ram": dict(place=0x180000000 - GIB, address=TREE),
    "end-of-ram-sv39": dict(place=0x180000000 - GIB, address=TREE, cpu="rv64,sv57=off,sv48=off"),
}
FIRST = entry("first", b"1")
LAST = entry("last", b"behind it\n") + TRAILER
HUGE = GIB - len(FIRST) - len(entry("huge")) - len(LAST)


def placed(name, **fields):
    """The huge file is RAM that nobody has written to."""
    return put(name, FIRST + entry("huge", size=HUGE), (GIB - len(LAST), LAST), size=GIB,
               run="ls; cat last", ram="4G", **fields)


@pytest.mark.parametrize("boot", [placed(f"1G-{name}", **fields)
                                  for name, fields in PLACES.items()], ids=lambda b: b.name)
def test_one_gigabyte(boot, outcome):
    assert f"initrd: 3 entries, {GIB} bytes" in outcome.lines
    assert answers(outcome) == [
        "-rw-r--r--          1 first", f"-rw-r--r-- {HUGE} huge",
        "-rw-r--r--         10 last", "behind it"]
    ends_well(outcome)


ICOUNT = ("-icount", "shift=0,sleep=off")
SMALL = FIRST + entry("huge", b"h" * 16) + LAST


@pytest.mark.parametrize("boot", [[
    placed("cost-1G", place=0x100000000, address=TREE, extra=ICOUNT),
    put("cost-small", SMALL, place=0x100000000, address=TREE, ram="4G", extra=ICOUNT),
]], ids=["cost"])
def test_cost_is_not_the_size(boot, outcomes):
    large, small = (int(o.values("boot: instret")["allocators"]) for o in outcomes)
    assert abs(large - small) < 20000


def padded(*parts):
    return b"".join(p if isinstance(p, bytes) else bytes(p) for p in parts)


FILE = entry("etc/motd", TEXT.encode())
GOOD = FILE + TRAILER
ODD = [
    ("joined", padded(GOOD, 388, entry("./etc/motd", b"later\n"), TRAILER, 512),
     "initrd: 2 entries, {} bytes", "later"),
    ("no-entries", TRAILER, "initrd: 0 entries, {} bytes", "cat: etc/motd: no such entry"),
    ("zeros-behind", padded(GOOD, 0x10004 - len(TRAILER) % 4),
     f"initrd: 1 entry, {{}} bytes, not read from offset {len(GOOD) + 0x10000:#x} on: zeros",
     TEXT.splitlines()[0]),
    ("escapes", entry("a\x1b[2Jb") + GOOD, "initrd: 2 entries, {} bytes", TEXT.splitlines()[0]),
    ("sum", entry("etc/motd", TEXT.encode(), magic=b"070702") + TRAILER,
     "initrd: 1 entry, {} bytes", TEXT.splitlines()[0]),
    ("sum-wrong", entry("etc/motd", TEXT.encode(), magic=b"070702", total=17) + TRAILER,
     "initrd: 1 entry, {} bytes", f"cat: etc/motd: the sum of its bytes is"
     f" {sum(TEXT.encode()):#x}, the archive says 0x11"),
]


@pytest.mark.parametrize("boot, size, line, shown", [
    (put(name, data, run="ls; cat etc/motd"), len(data), line, shown)
    for name, data, line, shown in ODD], ids=lambda v: getattr(v, "name", ""))
def test_odd(boot, size, line, shown, outcome):
    assert line.format(size) in outcome.lines
    assert shown in answers(outcome)
    assert "\x1b" not in outcome.text[outcome.text.index("Cairn "):]
    ends_well(outcome)


def damaged(offset, data):
    return GOOD[:offset] + data + GOOD[offset + len(data):]


COMPRESSED = " compressed: not supported; give it uncompressed"
REFUSED = [
    ("cut", GOOD[:-6], f"offset {len(FILE) + 94:#x}: the name reaches past the end"),
    ("no-trailer", FILE, f"offset {len(FILE):#x}: no TRAILER!!!"),
    ("no-digit", damaged(60, b"?"), "offset 0x3c: not a hexadecimal digit"),
    ("too-much-data", damaged(54, b"00ffffff"), "offset 0x36: the data reaches past the end"),
    ("garbage-behind", GOOD + bytes(4) + b"garbage.",
     f"offset {len(GOOD) + 4:#x}: no header of a newc archive"),
    ("zeros", bytes(4096), "nothing but zeros"),
    ("gzip", gzip.compress(GOOD), "gzip" + COMPRESSED),
    ("bzip2", bz2.compress(GOOD), "bzip2" + COMPRESSED),
    ("xz", lzma.compress(GOOD), "xz" + COMPRESSED),
    ("lzma", lzma.compress(GOOD, lzma.FORMAT_ALONE), "lzma" + COMPRESSED),
    ("zstd", b"\x28\xb5\x2f\xfd" + bytes(60), "zstd" + COMPRESSED),
    ("lz4", b"\x02\x21\x4c\x18" + bytes(60), "lz4" + COMPRESSED),
    ("gzip-behind", GOOD + gzip.compress(GOOD), f"offset {len(GOOD):#x}: gzip" + COMPRESSED),
]


OLD = "cpio in the old character format: not supported; make it with `cpio -H newc`"


@pytest.mark.parametrize("boot, line", [
    *((put(name, data), line) for name, data, line in REFUSED),
    (given("odc", made_by_cpio("odc"), "ls"), OLD)], ids=lambda v: getattr(v, "name", ""))
def test_refused(boot, line, outcome):
    """In the boot's one line, and again where it is asked for."""
    assert [t for t in outcome.lines if t.startswith("initrd: ")] == [f"initrd: {line}"]
    assert answers(outcome) == [f"ls: the initrd cannot be read: {line}"]
    ends_well(outcome)


NO_MAP = "/ { reserved-memory { his@86000000 { reg = <0 0x86000000 0 0x100000>; no-map; }; }; };"


def nowhere(name, start, end, bootargs="", text=""):
    return (entries.boot(f"initrd-{name}", bootargs=f"{SUITES} run=ls {bootargs}",
                         text=bounds(start, end) + text),
            f"{start:#x}-{end:#x} does not lie in RAM that is used")


@pytest.mark.parametrize("boot, line", [
    nowhere("outside-ram", FAR, FAR + 4096),
    nowhere("over-the-end", 0x8ffff000, 0x90000001),
    nowhere("behind-the-end", 0x90000000, 0x90001000),
    nowhere("in-ram-not-used", 0x86000000, 0x86001000, "mem=64M"),
    nowhere("in-no-map", 0x86000000, 0x86001000, text=NO_MAP),
    nowhere("into-no-map", 0x85fff000, 0x86000001, text=NO_MAP),
    nowhere("backwards", 0x86001000, 0x86000000),
    nowhere("empty", 0x86000000, 0x86000000),
    (entries.boot("initrd-no-end", bootargs=SUITES + " run=ls", text="/ { chosen { "
                  "linux,initrd-start = <0x86000000>; }; };"),
     "device tree: bad linux,initrd-end: -ENOENT"),
    (entries.boot("initrd-three-cells", bootargs=SUITES + " run=ls", text="/ { chosen { "
                  "linux,initrd-start = <0 0 1>; linux,initrd-end = <2>; }; };"),
     "device tree: bad linux,initrd-start: -EINVAL"),
], ids=lambda v: getattr(v, "name", ""))
def test_not_in_ram(boot, line, outcome):
    """Named in one line, and the boot goes on without it."""
    assert [t for t in outcome.lines if "initrd" in t and not t.startswith(" ")][0] == \
        f"initrd: ignored: {line}"
    assert answers(outcome) == ["ls: there is no initrd"]
    ends_well(outcome)


@pytest.mark.parametrize("boot", [given("none", "/dev/null", "ls; cat x")], ids=["none"])
def test_none(boot, outcome):
    assert answers(outcome) == ["ls: there is no initrd", "cat: there is no initrd"]
    ends_well(outcome)
